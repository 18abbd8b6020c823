package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** File systems, and when they will be full: used as it grows now, by the line through the last that was measured. */
final class Disks {
    private static final double DAY = 86_400;
    /** Of the size: less growth in the whole span says nothing. */
    private static final double LEAST = 0.001;

    private static final Duration SOON = Duration.ofDays(366);

    private Disks() {}

    static List<UsageReport.Disk> of(Facts f) {
        var all = new ArrayList<UsageReport.Disk>();
        for (Facts.Disk d : f.disks()) {
            double used = last(d.used());
            if (Double.isNaN(used)) {
                continue;
            }
            Optional<Trend> t = growth(d);
            all.add(new UsageReport.Disk(
                    d.mount(),
                    (long) used,
                    d.sizeBytes(),
                    t.map(g -> g.perSecond() * DAY).orElse(null),
                    t.map(g -> fullAt(f.until(), d.sizeBytes() - used, g.perSecond()))
                            .orElse(null),
                    d.used().drawn(Report.DRAWN)));
        }
        all.sort(Comparator.comparing((UsageReport.Disk d) -> d.fullAt() == null ? "9" : d.fullAt())
                .thenComparing(UsageReport.Disk::mount));
        return all;
    }

    private static double last(Line line) {
        for (int i = line.values().length - 1; i >= 0; i--) {
            if (!Float.isNaN(line.values()[i])) {
                return line.values()[i];
            }
        }
        return Double.NaN;
    }

    private static Optional<Trend> growth(Facts.Disk d) {
        var points = new ArrayList<Trend.Point>();
        float[] values = d.used().values();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isNaN(values[i])) {
                points.add(new Trend.Point((double) i * d.used().stepSeconds(), values[i]));
            }
        }
        return Trend.of(points, d.sizeBytes() * LEAST);
    }

    private static @Nullable String fullAt(Instant until, double free, double perSecond) {
        double seconds = Math.max(0, free) / perSecond;
        return seconds > SOON.toSeconds()
                ? null
                : until.plusSeconds((long) seconds).toString();
    }
}
