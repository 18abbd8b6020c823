package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Replicas whose memory grows with time alone: within one life, since a new one begins anew. */
final class Leaks {
    private static final double DAY = 86_400;
    /** Less than this share of where it began, and than so many bytes, is nobody's trouble. */
    private static final double SHARE = 0.05;

    private static final double LEAST_BYTES = 8 << 20;
    private static final Duration SOON = Duration.ofDays(366);

    private Leaks() {}

    static List<UsageReport.Growth> of(Facts f) {
        var found = new ArrayList<UsageReport.Growth>();
        for (Facts.Replica r : f.replicas()) {
            growth(r)
                    .ifPresent(g -> found.add(new UsageReport.Growth(
                            r.name(),
                            g.trend.perSecond() * DAY,
                            Math.max(0, (long) g.trend.begin()),
                            (long) g.trend.end(),
                            (long) g.trend.seconds(),
                            g.trend.chance(),
                            g.lasts ? limitAt(f.until(), g.trend, r.memoryLimit()) : null,
                            r.memory().drawn(Report.DRAWN))));
        }
        found.sort(Comparator.comparingDouble(UsageReport.Growth::bytesPerDay).reversed());
        return found;
    }

    /** @param lasts it is the last life, and not over: no other comes to a limit any more */
    private record Grown(Trend trend, boolean lasts) {}

    /** Of the longest life. */
    private static Optional<Grown> growth(Facts.Replica r) {
        List<Trend.Point> longest = List.of();
        var life = new ArrayList<Trend.Point>();
        Line m = r.memory();
        int next = 0;
        for (int i = 0; i < m.values().length; i++) {
            boolean begins = false;
            while (next < r.starts().size() && !r.starts().get(next).isAfter(m.at(i))) {
                next++;
                begins = true;
            }
            if (begins) { // the step has something of both lives, or of a begin
                longest = longest(longest, life);
                life.clear();
            } else if (!Float.isNaN(m.values()[i])) {
                life.add(new Trend.Point((double) i * m.stepSeconds(), m.values()[i]));
            }
        }
        boolean lasts = life.size() > longest.size() && m.lasts();
        longest = longest(longest, life);
        double level = longest.isEmpty() ? 0 : longest.getFirst().value();
        return Trend.of(longest, Math.max(LEAST_BYTES, level * SHARE)).map(t -> new Grown(t, lasts));
    }

    private static List<Trend.Point> longest(List<Trend.Point> a, List<Trend.Point> b) {
        return b.size() > a.size() ? List.copyOf(b) : a;
    }

    private static @Nullable String limitAt(Instant until, Trend t, @Nullable Long limit) {
        if (limit == null) {
            return null;
        }
        double seconds = Math.max(0, (limit - t.end()) / t.perSecond());
        return seconds > SOON.toSeconds()
                ? null
                : until.plusSeconds((long) seconds).toString();
    }
}
