package dev.holdfast.supervise;

import static dev.holdfast.supervise.SpecOf.longrun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.event.Outcome;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests that meet each other, or something that is on its way: what was asked last holds. */
class LastWordTest extends Told {
    @Test
    void twoRestartsDuringALaunchMakeOneMoreInstance() {
        begin(new ExitPolicy.Never(), longrun("a"));
        tell(new Stimulus.Restart(Set.of("a"), "one"));
        tell(new Stimulus.Restart(Set.of("a"), "other"));
        assertThat(launched()).isEqualTo(1);
        started(0);
        assertThat(actions).contains(new Action.SendSignal(id(0), Signal.TERM));
        ended(0, new Outcome.Signalled(15, false));
        assertThat(launched()).isEqualTo(2);
        started(1);
        assertThat(state("a")).isEqualTo("up");
    }

    @Test
    void aStopAfterARestartDuringALaunchLeavesItDown() {
        begin(new ExitPolicy.Never(), longrun("a"));
        tell(new Stimulus.Restart(Set.of("a"), "one"));
        tell(new Stimulus.Stop(Set.of("a"), "other"));
        started(0);
        ended(0, new Outcome.Signalled(15, false));
        assertThat(state("a")).isEqualTo("down");
        assertThat(launched()).isEqualTo(1);
    }

    @Test
    void aRestartDuringADependencyWaitGoesOnWaitingAndAStopAfterItEndsTheWait() {
        begin(new ExitPolicy.Never(), longrun("db").manual(), longrun("web").needs("db", DependencyCondition.STARTED));
        tell(new Stimulus.Restart(Set.of("web"), "one"));
        assertThat(state("web")).isEqualTo("waiting");
        tell(new Stimulus.Stop(Set.of("web"), "other"));
        tell(new Stimulus.Start(Set.of("db"), "other"));
        started(0);
        assertThat(state("web")).isEqualTo("down");
        tell(new Stimulus.Restart(Set.of("web"), "one"));
        started(1);
        assertThat(state("web")).isEqualTo("up");
    }

    @Test
    void aStartAfterAStopDuringItsHookBringsItUpWhateverItsPolicy() {
        var hook = new HookSpec(new CommandSpec(List.of("hook")), Duration.ofSeconds(9));
        begin(new ExitPolicy.Never(), longrun("a").preStart(hook));
        started(0);
        tell(new Stimulus.Stop(Set.of("a"), "one"));
        tell(new Stimulus.Start(Set.of("a"), "other"));
        ended(0, new Outcome.Signalled(9, false));
        ended(1, new Outcome.Exited(0));
        started(2);
        assertThat(state("a")).isEqualTo("up");
    }

    @Test
    void aManualOneStartsByHandAloneAndScalesAsItIs() {
        begin(new ExitPolicy.Never(), longrun("m").manual());
        assertThat(launched()).isZero();
        tell(new Stimulus.Scale("m", 2, "root"));
        assertThat(launched()).as("it is down, and so is its second").isZero();
        tell(new Stimulus.Start(Set.of("m"), "root"));
        assertThat(launched()).isEqualTo(2);
        started(0);
        started(1);
        tell(new Stimulus.Scale("m", 3, "root"));
        assertThat(launched()).as("it is up, and so is its third").isEqualTo(3);
    }

    @Test
    void whatIsNeededIsFoundThroughAllSteps() {
        begin(
                new ExitPolicy.Never(),
                longrun("disk").manual(),
                longrun("db").needs("disk", DependencyCondition.STARTED).manual(),
                longrun("old").manual(),
                longrun("web")
                        .needs("db", DependencyCondition.STARTED)
                        .needs("old", DependencyCondition.STOPPED)
                        .manual());
        assertThat(supervision().neededBy(Set.of("web"))).containsExactly("db/0", "disk/0");
    }
}
