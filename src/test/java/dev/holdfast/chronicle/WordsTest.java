package dev.holdfast.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static final Outcome KILLED = new Outcome.Signalled(9, false);
    private static final long LIMIT = 512L << 20;

    @Test
    void tellsWhoKilledIt() {
        assertThat(words(KILLED, Kill.By.OWN_LIMIT, LIMIT)).isEqualTo("was killed by its own memory limit (512Mi)");
        assertThat(words(KILLED, Kill.By.HOST, LIMIT))
                .isEqualTo("was killed by the host's OOM killer, not by its own limit");
        assertThat(words(KILLED, Kill.By.HOLDFAST, null)).isEqualTo("was killed by Holdfast");
        assertThat(Words.of(KILLED, new Usage(Duration.ZERO, null, null))).isEqualTo("was ended by SIGKILL");
    }

    @Test
    void doesNotBlameItsLimitForOneInsideIt() {
        assertThat(words(KILLED, Kill.By.INNER_LIMIT, LIMIT))
                .isEqualTo(
                        "was ended by SIGKILL; the memory limit of a group inside it, not its own, had 1 process of it"
                                + " killed");
    }

    @Test
    void tellsOfKilledProcessesThatTheLeaderOutlived() {
        assertThat(words(new Outcome.Exited(1), Kill.By.HOST, null))
                .isEqualTo("exited with 1; the host's OOM killer ended 1 process of it");
    }

    private static String words(Outcome outcome, Kill.By by, @Nullable Long limit) {
        return Words.of(outcome, new Usage(Duration.ZERO, null, new Kill(by, 1, limit)));
    }
}
