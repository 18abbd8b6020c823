package dev.holdfast.top;

import static dev.holdfast.top.Told.replica;
import static dev.holdfast.top.Told.seen;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Status;
import dev.holdfast.top.Key.Named;
import dev.holdfast.top.Steering.Turn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SteeringTest {
    private static final Seen SEEN = seen(
            replica("api", 0, 1, "up", 1, 1, null, ""),
            replica("web", 0, 2, "up", 12.5, 300, null, ""),
            replica("web", 1, 2, "up", 99.0, 500, null, ""));

    private Turn turn = Turn.of(View.FIRST);

    private Turn press(Key key) {
        turn = Steering.on(key, turn.view(), SEEN, 10);
        return turn;
    }

    private Turn type(String keys) {
        keys.codePoints().forEach(c -> press(new Key.Typed(c)));
        return turn;
    }

    @Test
    void movesThroughTheListAndNotBeyondIt() {
        assertThat(press(Named.DOWN).view().selected()).isEqualTo("web/0");
        assertThat(press(Named.END).view().selected()).isEqualTo("web/1");
        assertThat(press(Named.PAGE_DOWN).view().selected()).isEqualTo("web/1");
        assertThat(type("kk").view().selected()).isEqualTo("api");
        assertThat(press(Named.UP).view().selected()).isEqualTo("api");
    }

    @Test
    void whatChangesSomethingIsAskedBackOnce() {
        press(Named.DOWN);
        assertThat(type("r").wish()).isEqualTo(new Wish.None());
        assertThat(turn.view().mode())
                .isEqualTo(new View.Mode.Confirming(new Wish.Steer("restart", "web/0", "web/0", 1)));
        assertThat(type("y").wish()).isEqualTo(new Wish.Steer("restart", "web/0", "web/0", 1));
        assertThat(turn.view().mode()).isEqualTo(new View.Mode.Watching());
        for (Key no : List.of(new Key.Typed('n'), Named.ENTER, Named.ESCAPE, new Key.Typed('r'), Named.DOWN)) {
            type("s");
            assertThat(press(no).wish()).isEqualTo(new Wish.None());
            assertThat(turn.view().message()).isEqualTo("not done: stop web/0");
        }
    }

    @Test
    void whoIsMeantDoesNotChangeWhileTheQuestionStands() {
        type("r");
        Turn yes = Steering.on(
                new Key.Typed('y'),
                turn.view().selecting("web/1"), // the list has moved
                SEEN,
                10);
        assertThat(yes.wish()).isEqualTo(new Wish.Steer("restart", "api", "api/0", 1));
    }

    @Test
    void scalesTheProcessOfAReplica() {
        press(Named.END);
        assertThat(type("+y").wish()).isEqualTo(new Wish.Scale("web", 2, 3));
        assertThat(type("-y").wish()).isEqualTo(new Wish.Scale("web", 2, 1));
    }

    @Test
    void aLoneReplicaStaysTheOneThatIsMeantAndAProcessSaysHowMany() {
        assertThat(type("s").view().mode())
                .isEqualTo(new View.Mode.Confirming(new Wish.Steer("stop", "api", "api/0", 1)));
        press(Named.ESCAPE);
        turn = Turn.of(turn.view().asTree(true).selecting("web"));
        Wish.Act act = ((View.Mode.Confirming) type("s").view().mode()).wish();
        assertThat(act).isEqualTo(new Wish.Steer("stop", "web", "web", 2));
        assertThat(act.words()).isEqualTo("stop web, all 2 replicas");
    }

    @Test
    void countsNoReplicaWhereThereIsNone() {
        Status.Replica line = replica("web", 0, 1, "down", 0, 0, null, "none, whatever the reason");
        Seen none = seen(new Status.Replica(
                line.process(),
                0,
                line.name(),
                line.state(),
                false,
                null,
                line.since(),
                0,
                0,
                "",
                line.detail(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                line.log(),
                null,
                null,
                true));
        assertThat(Steering.on(new Key.Typed('+'), View.FIRST, none, 10).view().mode())
                .isEqualTo(new View.Mode.Confirming(new Wish.Scale("web", 0, 1)));
        assertThat(Steering.on(new Key.Typed('-'), View.FIRST, none, 10).view().mode())
                .isEqualTo(new View.Mode.Watching());
    }

    @Test
    void aHeldPictureIsNotWhatIsScaledBy() {
        assertThat(type(" +").view().mode()).isEqualTo(new View.Mode.Watching());
        assertThat(turn.view().message()).startsWith("not while the picture is held");
        assertThat(press(Named.DOWN).view().message())
                .as("gone at the next key")
                .isEmpty();
    }

    @Test
    void schedulesRunAndPauseAndQueuesPause() {
        press(Named.TAB);
        assertThat(turn.view().pane()).isEqualTo(View.Pane.SCHEDULES);
        assertThat(type("ry").wish()).isEqualTo(new Wish.Schedule("run", "backup"));
        assertThat(type("py").wish()).isEqualTo(new Wish.Schedule("pause", "backup"));
        assertThat(type("3py").wish()).isEqualTo(new Wish.Queue("pause", "films"));
        assertThat(type("4ry").wish()).isEqualTo(new Wish.None());
        assertThat(press(Named.TAB).view().pane()).isEqualTo(View.Pane.PROCESSES);
        assertThat(press(Named.BACK_TAB).view().pane()).isEqualTo(View.Pane.HEALTH);
    }

    @Test
    void aFilterIsTypedKeptOrGivenUp() {
        assertThat(type("/weq").view().filter()).isEqualTo("weq"); // q is a letter here
        assertThat(press(Named.BACKSPACE).view().filter()).isEqualTo("we");
        assertThat(press(Named.ENTER).view().mode()).isEqualTo(new View.Mode.Watching());
        type("/b");
        assertThat(press(Named.ESCAPE).view().filter()).isEqualTo("we");
        assertThat(press(Named.ESCAPE).view().filter()).isEmpty();
    }

    @Test
    void sortingTwiceTurnsItRound() {
        assertThat(type("C").view().descending()).isTrue();
        assertThat(type("C").view().descending()).isFalse();
        assertThat(type("N").view().descending()).isFalse();
    }

    @Test
    void whyIsAskedAndReadAndLeft() {
        assertThat(press(Named.ENTER).wish()).isEqualTo(new Wish.Why("api"));
        View page = turn.view().with(new View.Mode.Reading("why", List.of("a", "b", "c"), 0));
        assertThat(Steering.on(Named.DOWN, page, SEEN, 2).view().mode())
                .isEqualTo(new View.Mode.Reading("why", List.of("a", "b", "c"), 1));
        assertThat(Steering.on(Named.UP, page, SEEN, 2).view()).isEqualTo(page);
        assertThat(Steering.on(new Key.Typed('q'), page, SEEN, 2).view().mode()).isEqualTo(new View.Mode.Watching());
        assertThat(Steering.on(new Key.Typed('q'), page, SEEN, 2).wish()).isEqualTo(new Wish.None());
    }

    @Test
    void nothingChangesWithoutAYesWhateverIsPressed() {
        var random = new Random(5);
        List<Named> named = List.of(Named.values());
        View view = View.FIRST;
        boolean asked = false;
        int acts = 0;
        for (int i = 0; i < 200_000; i++) {
            Key key = random.nextInt(3) == 0
                    ? named.get(random.nextInt(named.size()))
                    : new Key.Typed(' ' + random.nextInt(95));
            Turn t = Steering.on(key, view, SEEN, 1 + random.nextInt(30));
            if (t.wish() instanceof Wish.Act) {
                acts++;
                assertThat(asked).isTrue();
                assertThat(key).isIn(new Key.Typed('y'), new Key.Typed('Y'));
            }
            asked = t.view().mode() instanceof View.Mode.Confirming;
            view = t.view();
        }
        assertThat(acts).isPositive();
    }
}
