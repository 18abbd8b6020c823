package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.HealthReport;
import dev.holdfast.config.HostSpec.Metric;
import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.host.WatchView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthReportsTest {
    private static String level(Metric metric, @Nullable String problem) {
        var view = new WatchView(
                new Watch(metric, "/srv", null, null, Duration.ZERO),
                problem == null ? "12 %" : "unknown",
                problem,
                null,
                List.of(),
                null,
                List.of());
        return new HealthReports().host(List.of(view)).report(List.of()).level();
    }

    @Test
    void aFileSystemThatIsGoneIsAWarningAndWhatThisHostCannotTellIsNone() {
        assertThat(level(Metric.DISK, null)).isEqualTo(HealthReport.OK);
        assertThat(level(Metric.DISK, "nothing is mounted there")).isEqualTo(HealthReport.WARNING);
        assertThat(level(Metric.INODES, "it does not count them")).isEqualTo(HealthReport.OK);
        assertThat(level(Metric.PRESSURE, "this kernel does not tell")).isEqualTo(HealthReport.OK);
    }
}
