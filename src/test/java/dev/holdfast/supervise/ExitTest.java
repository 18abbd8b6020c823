package dev.holdfast.supervise;

import static dev.holdfast.supervise.SpecOf.longrun;
import static dev.holdfast.supervise.SpecOf.oneshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.event.Outcome;
import dev.holdfast.unit.Signal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** When the daemon ends by itself, and with whose code. */
class ExitTest extends Told {
    private static final Outcome TERMINATED = new Outcome.Signalled(15, false);

    @Test
    void endsWithTheCodeOfTheOneshotThatFailed() {
        begin(new ExitPolicy.AllStopped(), oneshot("migrate"));
        started(0);
        assertThat(ended(0, new Outcome.Exited(9))).contains(new Action.Finish(9));
    }

    @Test
    void endsWithTheDecidersCodeAfterStoppingTheOthers() {
        begin(new ExitPolicy.With("a"), oneshot("a"), longrun("b").restarted(RestartSpec.Policy.ALWAYS, null));
        started(0);
        started(1);
        assertThat(ended(0, new Outcome.Exited(3)))
                .contains(new Action.SendSignal(id(1), Signal.TERM))
                .noneMatch(Action.Finish.class::isInstance);
        assertThat(ended(1, TERMINATED)).contains(new Action.Finish(3));
    }

    @Test
    void endsWithTheFirstThatFailsWhenAnyFailedDecides() {
        begin(new ExitPolicy.AnyFailed(), longrun("a"), longrun("b"), longrun("c"));
        started(0);
        started(1);
        started(2);
        ended(0, new Outcome.Exited(0));
        assertThat(actions).as("that was no failure").noneMatch(Action.Finish.class::isInstance);
        ended(1, new Outcome.Exited(6));
        assertThat(actions).contains(new Action.SendSignal(id(2), Signal.TERM));
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
        ended(2, new Outcome.Signalled(15, false));
        assertThat(actions).contains(new Action.Finish(6));
    }

    @Test
    void allHaveStoppedWhenWhatIsLeftWaitsInVainForWhatFailed() {
        begin(
                new ExitPolicy.AllStopped(),
                longrun("db"),
                longrun("job"),
                oneshot("migrate").needs("db", DependencyCondition.HEALTHY),
                longrun("web").needs("migrate", DependencyCondition.COMPLETED),
                longrun("page").needs("web", DependencyCondition.STOPPED));
        started(0);
        started(1);
        started(2);
        ended(2, new Outcome.Exited(7));
        ended(0, new Outcome.Exited(0));
        assertThat(state("web")).isEqualTo("waiting");
        assertThat(state("page")).isEqualTo("waiting");
        assertThat(actions).as("job runs").noneMatch(Action.Finish.class::isInstance);
        assertThat(ended(1, new Outcome.Exited(0))).contains(new Action.Finish(7));
    }

    @Test
    void whatWaitsForAFailureThatMayComeBackIsNotOver() {
        begin(
                new ExitPolicy.AllStopped(),
                longrun("db").restarted(RestartSpec.Policy.ALWAYS, null),
                longrun("web").needs("db", DependencyCondition.HEALTHY));
        started(0);
        ended(0, new Outcome.Exited(7));
        assertThat(state("db")).isEqualTo("backoff");
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
    }

    @Test
    void aWaitForWhatIsManualOrDisabledOrWasStoppedIsAFailureOfItsOwn() {
        for (SpecOf needed : List.of(longrun("db").manual(), longrun("db").disabled())) {
            begin(new ExitPolicy.AllStopped(), needed, longrun("web").needs("db", DependencyCondition.STARTED));
            assertThat(actions).contains(new Action.Finish(1));
            actions.clear();
        }
        begin(new ExitPolicy.AllStopped(), longrun("old"), longrun("web").needs("old", DependencyCondition.COMPLETED));
        started(0);
        tell(new Stimulus.Stop(Set.of("old"), "root"));
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
        assertThat(ended(0, TERMINATED)).contains(new Action.Finish(1));
    }

    @Test
    void whatIsManualAloneIsNoFailure() {
        begin(
                new ExitPolicy.AllStopped(),
                longrun("db").manual(),
                longrun("web").disabled());
        assertThat(actions).contains(new Action.Finish(0));
    }

    @Test
    void aDeciderThatWaitsInVainDecidesWithTheCodeOfWhatFailed() {
        begin(
                new ExitPolicy.With("web"),
                oneshot("migrate"),
                longrun("other").restarted(RestartSpec.Policy.ALWAYS, null),
                longrun("web").needs("migrate", DependencyCondition.COMPLETED));
        started(0);
        started(1);
        assertThat(ended(0, new Outcome.Exited(4))).contains(new Action.SendSignal(id(1), Signal.TERM));
        assertThat(ended(1, TERMINATED)).contains(new Action.Finish(4));
    }

    @Test
    void aDeciderThatIsScaledToNoneDecidesAsOneThatIsStopped() {
        begin(new ExitPolicy.With("a"), longrun("a"), longrun("b"));
        started(0);
        started(1);
        tell(new Stimulus.Scale("a", 0, "root"));
        assertThat(actions).as("it has not ended yet").noneMatch(Action.Finish.class::isInstance);
        assertThat(ended(0, TERMINATED)).contains(new Action.SendSignal(id(1), Signal.TERM));
        assertThat(ended(1, TERMINATED)).contains(new Action.Finish(143));
        actions.clear();
        begin(new ExitPolicy.With("a"), longrun("a").disabled());
        assertThat(actions).contains(new Action.Finish(0));
    }

    @Test
    void aDeciderThatTheConfigurationDoesNotHaveAnyMoreDecidesNothing() {
        begin(new ExitPolicy.With("a"), longrun("a"), longrun("b"));
        started(0);
        started(1);
        tell(new Stimulus.Reload(new TreeMap<>(Map.of("b", longrun("b").spec())), "root"));
        ended(0, TERMINATED);
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
        assertThat(state("b")).isEqualTo("up");
    }

    @Test
    void aDeciderThatWaitsForAnEndThatMayComeDoesNotDecide() {
        begin(
                new ExitPolicy.With("after"),
                longrun("gate").restarted(RestartSpec.Policy.ON_FAILURE, null),
                longrun("after").needs("gate", DependencyCondition.STOPPED));
        started(0);
        assertThat(state("after")).isEqualTo("waiting");
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
        ended(0, new Outcome.Exited(0));
        started(1);
        assertThat(state("after")).isEqualTo("up");
    }
}
