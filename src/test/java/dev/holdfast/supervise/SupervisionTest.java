package dev.holdfast.supervise;

import static dev.holdfast.supervise.SpecOf.longrun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.RestartSpec;
import dev.holdfast.event.Outcome;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SupervisionTest extends Told {
    @Test
    void doublesTheDelayOfEachFailureInARowAndGivesUpAtTheLimit() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(RestartSpec.Policy.ALWAYS, 3));
        for (int failure = 0; failure < 3; failure++) {
            started(failure);
            ended(failure, new Outcome.Exited(1));
            Duration delay = supervision().nextDeadline().since(now().mono());
            assertThat(delay).isEqualTo(Duration.ofSeconds(1L << failure));
            pass(delay);
        }
        started(3);
        ended(3, new Outcome.Exited(1));
        assertThat(state("a")).isEqualTo("failed");
        assertThat(view("a").detail()).contains("restart limit: 3");
    }

    @Test
    void endsThatAreMeantAreToldApartFromFailures() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(RestartSpec.Policy.ALWAYS, null));
        started(0);
        ended(0, new Outcome.Exited(0));
        assertThat(view("a")).returns("backoff", ReplicaView::state).returns(0, ReplicaView::failures);
        pass(Duration.ofSeconds(1));
        started(1);
        ended(1, new Outcome.Exited(1));
        assertThat(view("a")).returns("backoff", ReplicaView::state).returns(1, ReplicaView::failures);
        pass(Duration.ofSeconds(1));
        started(2);
        tell(new Stimulus.Restart(Set.of("a"), "root"));
        assertThat(view("a").failures()).isZero();
    }

    @Test
    void killsWhatIgnoresItsStopSignalAfterTheGrace() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(RestartSpec.Policy.ALWAYS, null));
        started(0);
        assertThat(tell(new Stimulus.Stop(Set.of("a"), "root"))).contains(new Action.SendSignal(id(0), Signal.TERM));
        assertThat(pass(Duration.ofMillis(9_999))).isEmpty();
        assertThat(pass(Duration.ofMillis(1))).contains(new Action.Kill(id(0)));
        ended(0, new Outcome.Signalled(9, false));
        assertThat(state("a")).isEqualTo("down");
        assertThat(view("a").exits().getFirst().reason())
                .isEqualTo("stopped by root; did not end within 10s after TERM: killed");
    }

    /** The wall clock may be set meanwhile: for how long it has been so, the other one tells. */
    @Test
    void sinceWhenAStateLastsIsToldByBothClocks() {
        begin(new ExitPolicy.Never(), longrun("a").restarted(RestartSpec.Policy.ALWAYS, null));
        started(0);
        var began = now().mono();
        pass(Duration.ofSeconds(30));
        assertThat(state("a")).isEqualTo("up");
        assertThat(view("a").since().mono()).isEqualTo(began);
    }
}
