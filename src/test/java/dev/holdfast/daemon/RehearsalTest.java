package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private static final Duration STEP = Duration.ofMillis(1);

    private MonoTime now = new MonoTime(0);
    private int ids;
    private final List<InstanceId> launched = new ArrayList<>();
    private final Rehearsal rehearsal =
            new Rehearsal(() -> new Now(Instant.EPOCH, now), () -> new InstanceId("i" + ids++), this::launch);

    private void launch(Action.Launch launch, String purpose) {
        assertThat(purpose).isEqualTo(Rehearsal.PURPOSE);
        launched.add(launch.instance());
    }

    @Test
    void waitsUntilTheFirstStartsAreOver() {
        for (int i = 0; i < 10; i++) {
            pass(Rehearsal.QUIET.minus(STEP));
            rehearsal.stirred(now);
        }
        assertThat(launched).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(launched).hasSize(1);
    }

    @Test
    void goesThroughItsRoundsAndNeverAgain() {
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 10 * Rehearsal.ROUNDS; i++) {
            liveAndDie(launched.getLast());
            pass(Duration.ofMillis(100));
            rehearsal.stirred(now);
        }
        assertThat(launched).hasSize(Rehearsal.ROUNDS).doesNotHaveDuplicates();
        assertThat(rehearsal.deadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void leavesRoomBetweenTwoRounds() {
        pass(Duration.ofSeconds(1));
        liveAndDie(launched.getLast());
        rehearsal.tick(now);
        assertThat(launched).hasSize(1);
        assertThat(rehearsal.deadline().isBefore(now.plus(STEP))).isFalse();
    }

    @Test
    void isOverWhereThereIsNoShell() {
        pass(Duration.ofSeconds(1));
        assertThat(rehearsal.took(new ProcessEvent.LaunchFailed(launched.getFirst(), "/bin/sh: not found")))
                .isTrue();
        pass(Duration.ofMinutes(10));
        assertThat(launched).hasSize(1);
        assertThat(rehearsal.deadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void beginsNothingMoreOnceItWasEnded() {
        pass(Duration.ofSeconds(1));
        rehearsal.end();
        liveAndDie(launched.getFirst());
        pass(Duration.ofMinutes(10));
        assertThat(launched).hasSize(1);
        assertThat(rehearsal.took(new ProcessEvent.Exited(launched.getFirst(), new Outcome.Exited(0), null)))
                .as("it has gone")
                .isFalse();
    }

    @Test
    void leavesWhatHappensToOthersToThem() {
        pass(Duration.ofSeconds(1));
        assertThat(rehearsal.took(new ProcessEvent.Emptied(new InstanceId("other"), List.of())))
                .isFalse();
    }

    private void liveAndDie(InstanceId id) {
        if (!rehearsal.took(new ProcessEvent.Started(id, new ProcessRef(7, 7)))) {
            return; // its last life is over
        }
        assertThat(rehearsal.took(new ProcessEvent.Exited(id, new Outcome.Signalled(9, false), null)))
                .isTrue();
        assertThat(rehearsal.took(new ProcessEvent.Emptied(id, List.of()))).isTrue();
    }

    private void pass(Duration time) {
        for (MonoTime end = now.plus(time); now.isBefore(end); now = now.plus(STEP)) {
            rehearsal.tick(now);
        }
        rehearsal.tick(now);
    }
}
