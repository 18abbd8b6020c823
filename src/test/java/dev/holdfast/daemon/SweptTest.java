package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.guard.Suspect;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweptTest {
    private final Swept swept = new Swept("orphans");

    private static Finding finding(int pid, String rule, Kind kind, String deed, boolean dry) {
        var suspect = new Suspect(new ProcessRef(pid, 1), 1, 'S', "sh", "root", "", "", 0, 0, 0);
        return new Finding(Instant.EPOCH, kind, rule, suspect, "why", deed, List.of(), dry, List.of());
    }

    @Test
    void countsWhoEndedAndNotWhoWasToEnd() {
        swept.add(finding(1, "orphans", Kind.FIRED, "kill with TERM", false));
        swept.add(finding(2, "orphans", Kind.FIRED, "kill with TERM", false));
        swept.add(finding(1, "orphans", Kind.ENDED, "ended 0s after TERM", false));
        swept.add(finding(2, "orphans", Kind.STAYS, "outlives SIGKILL", false));
        swept.add(finding(3, "orphans", Kind.SPARED, "left alone: sshd", false));
        swept.add(finding(4, "zombies", Kind.ENDED, "ended 0s after TERM", false));
        assertThat(swept.words()).isEqualTo("orphans: 1 ended, 1 left alone, 1 still there after SIGKILL");
        assertThat(swept.good()).isFalse();
    }

    @Test
    void aDryRunAndAnAlertEndNobody() {
        swept.add(finding(1, "orphans", Kind.FIRED, "kill with TERM", true));
        swept.add(finding(2, "orphans", Kind.FIRED, "alert", false));
        swept.add(finding(3, "orphans", Kind.HELD_BACK, "held back", true));
        assertThat(swept.words())
                .isEqualTo("orphans: 1 told of, 1 found, nothing done (dry run), the rest held back by at_most");
        assertThat(swept.good()).isTrue();
    }

    @Test
    void whoCouldNotBeSignalledAtFirstAndEndedThenIsNoFailure() {
        swept.add(finding(1, "orphans", Kind.FIRED, "kill with TERM", false));
        swept.add(finding(1, "orphans", Kind.REFUSED, "no descriptor left; it is tried again", false));
        assertThat(swept.good()).isFalse();
        swept.add(finding(1, "orphans", Kind.ENDED, "ended 1s after TERM", false));
        swept.add(finding(2, "orphans", Kind.STAYS, "outlives SIGKILL", false));
        swept.add(finding(2, "orphans", Kind.ENDED, "gone at last", false));
        assertThat(swept.words()).isEqualTo("orphans: 2 ended");
        assertThat(swept.good()).isTrue();
    }

    @Test
    void whereNobodyIsFoundItSaysSo() {
        assertThat(swept.words()).isEqualTo("orphans: nothing to do");
    }
}
