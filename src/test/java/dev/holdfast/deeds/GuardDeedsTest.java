package dev.holdfast.deeds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Why;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardDeedsTest {
    private static final Instant END = Instant.ofEpochSecond(1000);

    private static Why.ByGuard told(int second, String kind, int pid, String deed) {
        return new Why.ByGuard(
                Instant.ofEpochSecond(second).toString(), kind, "r", "pid " + pid + " php: " + deed, List.of());
    }

    @Test
    void whomNobodyCouldSignalWasNotKilledUnlessItWentLater() {
        Why.ByGuard kill = told(990, "fired", 7, "memory > 1Gi: kill with TERM");
        Why.ByGuard refused = told(991, "refused", 7, "memory > 1Gi: operation not permitted");
        Why.ByGuard escalated = told(995, "escalated", 7, "KILL");
        Why.ByGuard ended = told(1000, "ended", 7, "ended 1s after TERM");
        assertThat(GuardDeeds.before(List.of(kill, refused), END)).isNull();
        assertThat(GuardDeeds.before(List.of(kill, refused, ended), END)).isEqualTo(kill);
        assertThat(GuardDeeds.before(List.of(kill, escalated, refused), END)).isEqualTo(kill);
        assertThat(GuardDeeds.before(List.of(kill, refused, kill), END)).isEqualTo(kill);
    }

    @Test
    void whatEndedBeforeAnybodySignalledItWasNotKilled() {
        Why.ByGuard kill = told(990, "fired", 7, "memory > 1Gi: kill with TERM");
        Why.ByGuard other = told(980, "fired", 8, "memory > 1Gi: kill with TERM");
        Why.ByGuard cleared = told(1001, "cleared", 7, "it had ended before: nobody was signalled");
        assertThat(GuardDeeds.before(List.of(kill), END)).isEqualTo(kill);
        assertThat(GuardDeeds.before(List.of(kill, told(1000, "ended", 7, "ended 1s after TERM")), END))
                .isEqualTo(kill);
        assertThat(GuardDeeds.before(List.of(kill, cleared), END)).isNull();
        assertThat(GuardDeeds.before(List.of(other, kill, cleared), END)).isEqualTo(other);
    }
}
