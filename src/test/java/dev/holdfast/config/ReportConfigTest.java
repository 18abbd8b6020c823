package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportConfigTest {
    private static final String CHANNELS = """
            version: 1
            alerts:
              channels:
                ops: { type: exec, command: [x] }
                pager: { type: webhook, url: "https://events.pagerduty.com/v2/enqueue", template: pagerduty, routing_key: k }
            """;

    @TempDir
    Path dir;

    private Loaded load(String reports) throws IOException {
        Path file = dir.resolve("holdfast.yaml");
        Files.writeString(file, CHANNELS + reports);
        return new ConfigLoader(Map.of(), false).load(file);
    }

    @Test
    void aReportHasItsTimesItsZoneItsChannelsAndItsSpan() throws IOException {
        Config c = ((Loaded.Sound) load("""
                        reports:
                          weekly: { cron: "0 8 * * 1", timezone: Europe/Berlin, send_to: [ops], span: 7d }
                          daily: { cron: "@daily", send_to: [ops] }
                        """)).config();
        ReportSpec weekly = Objects.requireNonNull(c.reports().get("weekly"));
        assertThat(weekly.channels()).isEqualTo(List.of("ops"));
        assertThat(weekly.span()).isEqualTo(Duration.ofDays(7));
        assertThat(weekly.timing().next(Instant.parse("2026-08-01T00:00:00Z")))
                .isEqualTo(Instant.parse("2026-08-03T06:00:00Z"));
        assertThat(Objects.requireNonNull(c.reports().get("daily")).span()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cron: "0 8 * * 9", send_to: [ops]                     | :7:14: "0 8 * * 9"
            cron: "@reboot", send_to: [ops]                       | :7:14: "@reboot": a report is sent at times
            cron: "0 8 * * 1", send_to: [opps]                    | :7:36: "opps" is no alert channel of this file, did you mean ops?
            cron: "0 8 * * 1"                                     | whom shall it be sent to?
            cron: "0 8 * * 1", send_to: [pager]                   | "pager" is PagerDuty
            cron: "0 8 * * 1", send_to: [ops], span: 31d          | span is 1h to 30d
            cron: "0 8 * * 1", send_to: [ops], timezone: Mars/One | "Mars/One" is no time zone
            send_to: [ops]                                        | cron
            """)
    void whatCannotBeIsRefusedWhereItStands(String report, String problem) throws IOException {
        Loaded loaded = load("reports:\n  w: { " + report + " }\n");
        assertThat(((Loaded.Unsound) loaded).problems())
                .anySatisfy(p -> assertThat(p.toString()).contains(problem));
    }

    @Test
    void aNameIsANameAndAReloadTellsWhatDiffers() throws IOException {
        assertThat(((Loaded.Unsound) load("reports:\n  \"../x\": { cron: \"@daily\", send_to: [ops] }\n")).problems())
                .anySatisfy(p -> assertThat(p.toString()).contains("\"../x\": a name has"));
        Config before = ((Loaded.Sound) load("reports: { w: { cron: \"0 8 * * 1\", send_to: [ops] } }\n")).config();
        Config after = ((Loaded.Sound) load("reports: { w: { cron: \"0 9 * * 1\", send_to: [ops] } }\n")).config();
        Plan plan = Plan.ofReports(before.reports(), after.reports());
        assertThat(plan.steps()).hasSize(1);
        assertThat(plan.steps().getFirst().process()).isEqualTo("report.w");
        assertThat(plan.steps().getFirst().verb()).isEqualTo(Plan.Verb.CHANGE);
        assertThat(plan.steps().getFirst().keys()).containsExactly("cron");
    }
}
