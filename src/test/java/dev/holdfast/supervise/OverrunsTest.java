package dev.holdfast.supervise;

import static dev.holdfast.supervise.SpecOf.longrun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.RestartSpec.Policy;
import dev.holdfast.event.Event;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.process.Bounds;
import dev.holdfast.process.Bounds.Kind;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverrunsTest extends Told {
    @Test
    void recyclesAsPlannedSoThatItCountsTowardsNoLimit() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(Policy.ALWAYS, 0));
        started(0);
        assertThat(crossed(0, Kind.RECYCLE, 96, 95)).contains(new Action.SendSignal(id(0), Signal.TERM));
        ended(0, new Outcome.Signalled(15, false));
        assertThat(state("a")).isEqualTo("starting");
        assertThat(view("a").restarts()).isEqualTo(1);
        assertThat(view("a").exits().getFirst().reason()).startsWith("memory_watch: recycled at");
    }

    @Test
    void countsAPassedLimitAsAFailureHoweverPolitelyItThenEnds() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(Policy.ON_FAILURE, 0));
        started(0);
        assertThat(crossed(0, Kind.MEMORY, 101, 100)).contains(new Action.SendSignal(id(0), Signal.TERM));
        var used = new Usage(Duration.ZERO, null, null);
        tell(new Stimulus.FromProcess(new ProcessEvent.Exited(id(0), new Outcome.Exited(0), used)));
        tell(new Stimulus.FromProcess(new ProcessEvent.Emptied(id(0), List.of())));
        assertThat(state("a")).isEqualTo("failed");
        assertThat(view("a").detail()).contains("restart limit: 0");
        assertThat(view("a").exits().getFirst().reason()).contains("its own memory limit (100) was passed");
        assertThat(view("a").exits().getFirst().usage())
                .isEqualTo(used.killedBy(new Kill(Kill.By.WATCHED_MEMORY, 0, 100L)));
    }

    @Test
    void givesNoGraceToAForkBombNorToWhatGrowsOnWhileItEnds() {
        begin(
                new ExitPolicy.Never(),
                longrun("a").restarted(Policy.ALWAYS, null),
                longrun("b").restarted(Policy.ALWAYS, null));
        started(0);
        started(1);
        assertThat(crossed(0, Kind.TASKS, 31, 30)).contains(new Action.Kill(id(0)));
        assertThat(crossed(0, Kind.TASKS, 40, 30)).as("killed already").isEmpty();
        crossed(1, Kind.MEMORY, 101, 100);
        assertThat(crossed(1, Kind.MEMORY, 105, 100)).as("asked already").isEmpty();
        assertThat(crossed(1, Kind.FAR_ABOVE_MEMORY, 130, 100)).contains(new Action.Kill(id(1)));
        ended(0, new Outcome.Signalled(9, false));
        assertThat(view("a").exits().getFirst().reason())
                .isEqualTo("its own limit of 30 processes was passed; it had 31: killed");
    }

    /** The leader of a bomb may be the first to go. */
    @Test
    void killsAtOnceWhatABombsLeaderLeftBehind() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(Policy.ALWAYS, null));
        started(0);
        tell(new Stimulus.FromProcess(new ProcessEvent.Exited(id(0), new Outcome.Exited(0), null)));
        assertThat(crossed(0, Kind.TASKS, 31, 30)).contains(new Action.Kill(id(0)));
    }

    @Test
    void journalsAWarningAndLeavesItRunning() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(Policy.ALWAYS, null));
        started(0);
        assertThat(crossed(0, Kind.WARN, 91, 90))
                .containsExactly(
                        new Action.Journal(new Event.MemoryHigh(now().wall(), new ReplicaId("a", 0), id(0), 91, 90)));
        assertThat(state("a")).isEqualTo("up");
    }

    private List<Action> crossed(long instance, Kind kind, long value, long bound) {
        return tell(new Stimulus.Crossed(new Bounds.Crossing(id(instance), kind, value, bound)));
    }
}
