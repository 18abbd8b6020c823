package dev.holdfast.heal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private final Set<String> so = new HashSet<>();
    private final Set<String> unsure = new HashSet<>();

    /** Waits for {@code subject}. */
    static RecoverSpec step(String subject, String atMost) {
        return new RecoverSpec(
                new RecoverSpec.When(subject, Severity.CRITICAL, Duration.ZERO),
                RecoverSpec.Step.EXEC,
                List.of(),
                List.of(),
                new CommandSpec(List.of("mend", subject)),
                Rate.parse(atMost),
                Duration.ofMinutes(1),
                SETTLE);
    }

    private static MonoTime at(int seconds) {
        return new MonoTime(0).plus(Duration.ofSeconds(seconds));
    }

    private List<String> looked(Ladder l, int seconds) {
        return l.looked(w -> so.contains(w.subject()), w -> unsure.contains(w.subject()), at(seconds)).stream()
                .map(t -> switch (t) {
                    case Ladder.Turn.Act a -> "act " + a.index();
                    case Ladder.Turn.Helped h -> "helped " + h.index();
                    case Ladder.Turn.DidNotHelp d -> "in vain " + d.index();
                    case Ladder.Turn.TooOften o -> "too often " + o.index();
                })
                .toList();
    }

    @Test
    void triesStepsInOrderAndLooksAfterEachWhetherItHelped() {
        var l = new Ladder(List.of(step("a", "3 per 1h"), step("a", "3 per 1h")));
        assertThat(looked(l, 0)).isEmpty();
        so.add("a");
        assertThat(looked(l, 1)).containsExactly("act 0");
        assertThat(looked(l, 2)).as("while it is done").isEmpty();
        l.ended(0, at(3));
        assertThat(l.deadline()).isEqualTo(at(8));
        assertThat(looked(l, 7)).as("it has no effect yet").isEmpty();
        assertThat(looked(l, 8)).containsExactly("in vain 0", "act 1");
        l.ended(1, at(9));
        so.clear();
        assertThat(looked(l, 14)).containsExactly("helped 1");
        so.add("a");
        assertThat(looked(l, 20)).as("from the first again").containsExactly("act 0");
    }

    @Test
    void restsWhenAllWereTriedInVain() {
        var l = new Ladder(List.of(step("a", "9 per 1h")));
        so.add("a");
        looked(l, 0);
        l.ended(0, at(1));
        assertThat(looked(l, 6)).containsExactly("in vain 0");
        assertThat(looked(l, 30)).isEmpty();
        assertThat(looked(l, 66)).containsExactly("act 0");
    }

    @Test
    void aStepIsDoneAgainThoughTheOneAfterItDoesNotApply() {
        var l = new Ladder(List.of(step("a", "3 per 1h"), step("b", "3 per 1h")));
        so.add("a");
        assertThat(looked(l, 0)).containsExactly("act 0");
        l.ended(0, at(1));
        assertThat(looked(l, 6)).containsExactly("in vain 0");
        assertThat(looked(l, 7)).as("it rests").isEmpty();
        assertThat(looked(l, 66)).containsExactly("act 0");
    }

    @Test
    void nothingHelpedWhileThatIsNotKnown() {
        var l = new Ladder(List.of(step("a", "3 per 1h"), step("a", "3 per 1h")));
        so.add("a");
        looked(l, 0);
        l.ended(0, at(1));
        so.clear();
        unsure.add("a");
        assertThat(looked(l, 6)).isEmpty();
        assertThat(l.deadline()).isEqualTo(at(11));
        unsure.clear();
        assertThat(looked(l, 11)).containsExactly("helped 0");

        so.add("a");
        assertThat(looked(l, 20)).containsExactly("act 0");
        l.ended(0, at(21));
        so.clear();
        unsure.add("a");
        assertThat(looked(l, 26)).isEmpty();
        assertThat(looked(l, 86)).as("not for ever").containsExactly("in vain 0");
    }

    @Test
    void noStepIsDoneOftenerThanItMay() {
        var l = new Ladder(List.of(step("a", "1 per 1h"), step("a", "1 per 1h")));
        so.add("a");
        assertThat(looked(l, 0)).containsExactly("act 0");
        l.ended(0, at(0));
        assertThat(looked(l, 5)).containsExactly("in vain 0", "act 1");
        l.ended(1, at(5));
        assertThat(looked(l, 10)).containsExactly("in vain 1");
        assertThat(looked(l, 70)).containsExactly("too often 0", "too often 1");
        assertThat(looked(l, 71)).as("told once").isEmpty();
        assertThat(looked(l, 3600)).containsExactly("act 0");
    }

    @Test
    void whatAnEarlierDaemonDidCounts() {
        var l = new Ladder(List.of(step("a", "1 per 1h")));
        l.remember(0, at(-600));
        so.add("a");
        assertThat(looked(l, 0)).containsExactly("too often 0");
        assertThat(looked(l, 3001)).containsExactly("act 0");
    }

    @Test
    void aStepWhoseTimeHasNotComeIsPassedOver() {
        var l = new Ladder(List.of(step("later", "3 per 1h"), step("now", "3 per 1h")));
        so.add("now");
        assertThat(looked(l, 0)).containsExactly("act 1");
    }

    /** Random conditions: never two at once, none too often, each looked at before the next, in order until it is well. */
    @Test
    void keepsItsPromisesWhateverHappens() {
        for (int seed = 0; seed < 300; seed++) {
            var r = new Random(seed);
            var steps = new ArrayList<RecoverSpec>();
            int n = 1 + r.nextInt(4);
            for (int i = 0; i < n; i++) {
                steps.add(step("abc".substring(r.nextInt(3)).substring(0, 1), (1 + r.nextInt(3)) + " per 10m"));
            }
            live(new Ladder(steps), steps, r, seed);
        }
    }

    private static void live(Ladder l, List<RecoverSpec> steps, Random r, int seed) {
        var so = new HashSet<String>();
        var done = new ArrayList<Deque<MonoTime>>();
        steps.forEach(_ -> done.add(new ArrayDeque<>()));
        int acting = -1;
        boolean owed = false;
        MonoTime ended = new MonoTime(0);
        MonoTime now = new MonoTime(0);
        int last = -1;
        for (int i = 0; i < 3000; i++) {
            now = now.plus(Duration.ofSeconds(1 + r.nextInt(20)));
            if (r.nextInt(12) == 0) {
                String s = "abc".substring(r.nextInt(3)).substring(0, 1);
                if (!so.remove(s)) {
                    so.add(s);
                }
            }
            if (acting >= 0 && r.nextInt(3) == 0) {
                l.ended(acting, now);
                acting = -1;
                owed = true;
                ended = now;
            }
            for (Ladder.Turn t : l.looked(w -> so.contains(w.subject()), _ -> false, now)) {
                switch (t) {
                    case Ladder.Turn.Act(int index, RecoverSpec step) -> {
                        assertThat(acting).as("seed %d: one at a time", seed).isEqualTo(-1);
                        assertThat(owed).as("seed %d: looked at first", seed).isFalse();
                        assertThat(so).as("seed %d", seed).contains(step.when().subject());
                        Deque<MonoTime> times = done.get(index);
                        times.add(now);
                        MonoTime begin = now;
                        times.removeIf(
                                x -> begin.since(x).compareTo(step.atMost().window()) >= 0);
                        assertThat(times.size())
                                .as("seed %d: not too often", seed)
                                .isLessThanOrEqualTo(step.atMost().times());
                        acting = index;
                        last = index;
                    }
                    case Ladder.Turn.Helped(int index, RecoverSpec step) -> {
                        assertThat(index).as("seed %d", seed).isEqualTo(last);
                        assertThat(now.since(ended)).isGreaterThanOrEqualTo(SETTLE);
                        assertThat(so)
                                .as("seed %d", seed)
                                .doesNotContain(step.when().subject());
                        owed = false;
                    }
                    case Ladder.Turn.DidNotHelp(int index, RecoverSpec step) -> {
                        assertThat(index).as("seed %d", seed).isEqualTo(last);
                        assertThat(now.since(ended)).isGreaterThanOrEqualTo(SETTLE);
                        assertThat(so).as("seed %d", seed).contains(step.when().subject());
                        owed = false;
                    }
                    case Ladder.Turn.TooOften _ -> {}
                }
            }
        }
    }
}
