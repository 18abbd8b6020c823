package dev.holdfast.deeds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.Finding;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Totals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTallyTest {
    @TempDir
    Path dir;

    private static Finding ended(String rule) {
        return new Finding(Instant.EPOCH, Finding.Kind.ENDED, rule, null, "why", "ended", List.of(), false, List.of());
    }

    @Test
    void whatAReloadTookAwayVanishesAndWhatStaysIsKept() throws IOException {
        Path file = dir.resolve("totals");
        var totals = new Totals(file, Instant.EPOCH, w -> {
            throw new AssertionError(w);
        });
        var tally = new GuardTally();
        tally.found(ended("stays"));
        tally.found(ended("goes"));
        tally.into(totals, List.of("stays", "goes"));
        totals.keep();
        assertThat(Files.readString(file)).contains("goes");
        tally.into(totals); // not knowing which rules there are forgets none
        totals.keep();
        assertThat(Files.readString(file)).contains("goes");
        tally.into(totals, List.of("stays", "new"));
        totals.add(Family.BREAKER_FAILURES, 1, "web/0");
        totals.keep();
        assertThat(Files.readString(file))
                .doesNotContain("goes")
                .contains("holdfast_guard_kills_total\t1.0\t0.0\t\tstays")
                .contains("holdfast_guard_kills_total\t0.0\t0.0\t\tnew")
                .contains("web/0");
    }
}
