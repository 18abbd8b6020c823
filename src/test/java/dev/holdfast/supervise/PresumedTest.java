package dev.holdfast.supervise;

import static dev.holdfast.supervise.SpecOf.longrun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.HealthSpec.Check;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.event.Event;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A notice of readiness comes once, and may come while no daemon runs. */
class PresumedTest extends Told {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final long APP = 900;

    @Test
    void whoeverLivesLongerThanItsTimeoutUnheardCountsAsReadyAndThatIsSaid() {
        adopt(new Check.Notify(), Duration.ofSeconds(50));
        assertThat(view("app").detail()).contains("READY=1", "lost");
        pass(Duration.ofSeconds(9));
        assertThat(state("app")).isEqualTo("starting");
        pass(Duration.ofSeconds(1));
        assertThat(state("app")).isEqualTo("up");
        assertThat(view("app").health()).isEqualTo("presumed ready");
        assertThat(actions)
                .anyMatch(a ->
                        a instanceof Action.Journal(Event.Presumed p) && p.why().contains("1m is over"))
                .noneMatch(Action.SendSignal.class::isInstance);
        assertThat(launched()).as("what depends on it").isEqualTo(1);
    }

    @Test
    void whoeverIsHeardAfterAllIsReady() {
        adopt(new Check.Notify(), Duration.ofHours(1));
        pass(Duration.ZERO);
        assertThat(view("app").health()).isEqualTo("presumed ready");
        saysReady();
        assertThat(view("app").health()).isEqualTo("healthy");
        assertThat(actions).anyMatch(a -> a instanceof Action.Journal(Event.Ready _));
    }

    @Test
    void whoeverIsHeardInTimeIsReadyAndNothingIsPresumed() {
        adopt(new Check.Notify(), Duration.ofSeconds(50));
        saysReady();
        pass(WITHIN);
        assertThat(view("app").health()).isEqualTo("healthy");
        assertThat(actions).noneMatch(a -> a instanceof Action.Journal(Event.Presumed _));
    }

    @Test
    void whoeverCanBeAskedIsAskedByTheNewDaemonAndHasItsWholeTime() {
        adopt(new Check.Tcp("127.0.0.1", 1), Duration.ofSeconds(50));
        pass(WITHIN.minusSeconds(1));
        assertThat(actions).noneMatch(Action.SendSignal.class::isInstance);
        pass(Duration.ofSeconds(1));
        assertThat(actions).contains(new Action.SendSignal(id(APP), Signal.TERM));
    }

    @Test
    void whoeverThisDaemonStartedIsHeldToItsWord() {
        begin(new ExitPolicy.Never(), longrun("app").readyBy(new Check.Notify(), WITHIN));
        started(0);
        pass(WITHIN);
        assertThat(actions).contains(new Action.SendSignal(id(0), Signal.TERM));
    }

    private void adopt(Check check, Duration age) {
        create(
                new ExitPolicy.Never(),
                longrun("app").readyBy(check, WITHIN),
                longrun("after").needs("app", DependencyCondition.HEALTHY));
        var leader = new ProcessRef(9, 9);
        tell(new Stimulus.Adopt(new ReplicaId("app", 0), id(APP), leader, true, true, null, null, age, 0));
        tell(new Stimulus.Begin(Set.of(), Set.of(), Set.of()));
    }

    private void saysReady() {
        tell(new Stimulus.FromProcess(new ProcessEvent.Notified(id(APP), "READY=1")));
    }
}
