package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Finding.Kind;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweptTest {
    private final Swept swept = new Swept("orphans");

    private static Finding finding(String rule, Kind kind, String deed, boolean dry) {
        return new Finding(Instant.EPOCH, kind, rule, null, "why", deed, List.of(), dry, List.of());
    }

    @Test
    void countsWhoEndedAndNotWhoWasToEnd() {
        swept.add(finding("orphans", Kind.FIRED, "kill with TERM", false));
        swept.add(finding("orphans", Kind.FIRED, "kill with TERM", false));
        swept.add(finding("orphans", Kind.ENDED, "ended 0s after TERM", false));
        swept.add(finding("orphans", Kind.STAYS, "outlives SIGKILL", false));
        swept.add(finding("orphans", Kind.SPARED, "left alone: sshd", false));
        swept.add(finding("zombies", Kind.ENDED, "ended 0s after TERM", false));
        assertThat(swept.words()).isEqualTo("orphans: 1 ended, 1 left alone, 1 still there after SIGKILL");
        assertThat(swept.good()).isFalse();
    }

    @Test
    void aDryRunAndAnAlertEndNobody() {
        swept.add(finding("orphans", Kind.FIRED, "kill with TERM", true));
        swept.add(finding("orphans", Kind.FIRED, "alert", false));
        swept.add(finding("orphans", Kind.HELD_BACK, "held back", true));
        assertThat(swept.words())
                .isEqualTo("orphans: 1 told of, 1 found, nothing done (dry run), the rest held back by at_most");
        assertThat(swept.good()).isTrue();
    }

    @Test
    void whereNobodyIsFoundItSaysSo() {
        assertThat(swept.words()).isEqualTo("orphans: nothing to do");
    }
}
