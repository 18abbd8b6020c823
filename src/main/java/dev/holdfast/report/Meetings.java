package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How runs of schedules met, as they were. */
final class Meetings {
    private static final int MOST = 5;

    private Meetings() {}

    private record Span(String name, Instant began, Instant ended) {}

    private record Two(String one, String other) {}

    private static final class Met {
        private int times;
        private double seconds;
    }

    static UsageReport.Overlap of(Facts f) {
        var spans = new ArrayList<Span>();
        f.works().stream()
                .filter(w -> w.kind() == Facts.Kind.SCHEDULE)
                .forEach(w -> w.tasks().forEach(t -> spans.add(new Span(w.name(), t.began(), t.ended()))));
        spans.sort(Comparator.comparing(Span::began).thenComparing(Span::name));
        var met = new HashMap<Two, Met>();
        var running = new ArrayList<Span>();
        int most = 0;
        Instant at = null;
        for (Span s : spans) {
            running.removeIf(r -> !r.ended.isAfter(s.began));
            for (Span r : running) {
                meet(met, r, s);
            }
            running.add(s);
            if (running.size() > most) {
                most = running.size();
                at = s.began;
            }
        }
        return new UsageReport.Overlap(most, text(at), pairs(met), f.together(), f.moved());
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    private static void meet(Map<Two, Met> met, Span r, Span s) {
        if (r.name.equals(s.name)) {
            return; // its own overlap is a setting of the schedule
        }
        boolean ordered = r.name.compareTo(s.name) < 0;
        Met m = met.computeIfAbsent(new Two(ordered ? r.name : s.name, ordered ? s.name : r.name), _ -> new Met());
        Instant end = r.ended.isBefore(s.ended) ? r.ended : s.ended;
        m.times++;
        m.seconds += java.time.Duration.between(s.began, end).toMillis() / 1000.0;
    }

    private static List<UsageReport.Pair> pairs(Map<Two, Met> met) {
        return met.entrySet().stream()
                .map(e -> new UsageReport.Pair(
                        e.getKey().one, e.getKey().other, e.getValue().times, e.getValue().seconds))
                .sorted(Comparator.comparingDouble(UsageReport.Pair::seconds)
                        .reversed()
                        .thenComparing(UsageReport.Pair::one)
                        .thenComparing(UsageReport.Pair::other))
                .limit(MOST)
                .toList();
    }
}
