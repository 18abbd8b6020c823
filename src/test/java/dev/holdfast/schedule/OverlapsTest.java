package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ScheduleSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class OverlapsTest {
    private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void findsThePileUpsOfTheContractAndProposesMinutesThatHalveThem() {
        Overlaps overlaps = overlaps(Map.of());
        assertThat(overlaps.before().mostRuns()).isEqualTo(10);
        assertThat(overlaps.pileUps().getFirst().schedules())
                .as("on the hour")
                .hasSize(10)
                .contains("reports", "segments-update", "emails-send");
        assertThat(overlaps.after().mostRuns()).isLessThanOrEqualTo(5);
        assertThat(overlaps.proposals()).isNotEmpty();
    }

    @Test
    void weighsByWhatHistorySays() {
        var known = new HashMap<String, Overlaps.Load>();
        known.put("import", new Overlaps.Load(Duration.ofMinutes(5), 150, 400L << 20));
        known.put("segments-update", new Overlaps.Load(Duration.ofMinutes(5), 300, 100L << 20));
        Overlaps overlaps = overlaps(known);
        assertThat(overlaps.before().mostCores()).isEqualTo(1.5);
        assertThat(overlaps.before().mostBytes()).isEqualTo(500L << 20);
        assertThat(overlaps.after().mostCores()).isLessThan(1.5);
    }

    @Test
    void drawsTheDayALineAnHour() {
        assertThat(overlaps(Map.of()).text())
                .contains(
                        "  00:00 9....3....4....6....4....3....9....3....4....6....4....3....",
                        "at most 10 runs at once")
                .anySatisfy(line -> assertThat(line).contains("→"));
    }

    private static Overlaps overlaps(Map<String, Overlaps.Load> known) {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/mautic-n8n.yaml"));
        SortedMap<String, ScheduleSpec> contract =
                ((Loaded.Sound) loaded).config().schedules();
        return Overlaps.of(contract, known, MIDNIGHT, ZoneOffset.UTC);
    }
}
