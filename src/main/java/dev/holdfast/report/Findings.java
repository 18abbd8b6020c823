package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import dev.holdfast.unit.Human;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Predicate;

/** What matters most, in sentences. */
final class Findings {
    private static final int MOST_OF_A_KIND = 3;
    private static final Duration SOON = Duration.ofDays(90);

    private Findings() {}

    static List<String> of(
            Facts f,
            List<UsageReport.Growth> growth,
            List<UsageReport.Limit> limits,
            List<UsageReport.Disk> disks,
            List<UsageReport.Failed> failed,
            UsageReport.Overlap overlaps) {
        var all = new ArrayList<String>();
        disks.stream()
                .filter(d -> d.fullAt() != null
                        && Instant.parse(d.fullAt()).isBefore(f.until().plus(SOON)))
                .limit(MOST_OF_A_KIND)
                .forEach(d -> all.add(d.mount() + " will be full on " + Words.day(String.valueOf(d.fullAt()), f.zone())
                        + " if it grows on by " + Words.bytes(d.bytesPerDay()) + " a day"));
        kills(f, all, r -> r != Facts.Reason.RESTART);
        growth.stream()
                .limit(MOST_OF_A_KIND)
                .forEach(g -> all.add(g.name() + " leaks: its memory grows by " + Words.bytes(g.bytesPerDay())
                        + " a day"
                        + (g.limitAt() == null ? "" : ", and is at its limit on " + Words.day(g.limitAt(), f.zone()))));
        limits.stream()
                .filter(UsageReport.Limit::often)
                .limit(MOST_OF_A_KIND)
                .forEach(l ->
                        all.add("the " + l.what() + " limit of " + l.kind() + " " + l.name() + " is often reached: "
                                + Unit.of(l.unit()).text(l.limit()) + " → "
                                + Unit.of(l.unit()).text(l.proposal())));
        failed.stream()
                .limit(MOST_OF_A_KIND)
                .forEach(x -> all.add(x.kind() + " " + x.name() + " failed " + Words.many(x.times(), "time", "times")
                        + " by " + x.failure()));
        kills(f, all, r -> r == Facts.Reason.RESTART);
        long skipped = f.works().stream().mapToLong(Facts.Work::skipped).sum();
        if (skipped > 0) {
            all.add(Words.many(skipped, "due time was", "due times were") + " skipped");
        }
        long generous = limits.stream().filter(l -> !l.often()).count();
        if (generous > 0) {
            all.add(Words.many(generous, "limit is", "limits are") + " never nearly reached and could be lower");
        }
        if (!overlaps.proposals().isEmpty()) {
            all.add(Words.many(overlaps.proposals().size(), "schedule", "schedules")
                    + " could move to a minute with less company");
        }
        return List.copyOf(all);
    }

    private static void kills(Facts f, List<String> all, Predicate<Facts.Reason> which) {
        var counts = new EnumMap<Facts.Reason, Integer>(Facts.Reason.class);
        f.happenings().forEach(h -> counts.merge(h.reason(), 1, Integer::sum));
        counts.keySet().removeIf(which.negate());
        counts.forEach((reason, n) -> {
            String said = switch (reason) {
                case OOM -> Words.many(n, "kill", "kills") + " for want of memory";
                case LIMIT -> Words.many(n, "limit", "limits") + " kept by killing";
                case GUARD -> Words.many(n, "kill", "kills") + " by the guard";
                case GIVEN_UP -> Words.many(n, "replica was", "replicas were") + " given up";
                case CRASH -> Words.many(n, "crash", "crashes");
                case RESTART -> Words.many(n, "restart", "restarts");
                case START_FAILED -> Words.many(n, "start", "starts") + " failed";
                case KILLED -> Words.many(n, "replica", "replicas") + " would not end in time and had to be killed";
                case UNHEALTHY -> Words.many(n, "time", "times") + " a health check failed for good";
            };
            String names = f.happenings().stream()
                    .filter(h -> h.reason() == reason)
                    .map(Facts.Happening::name)
                    .distinct()
                    .limit(MOST_OF_A_KIND)
                    .reduce((a, b) -> a + ", " + b)
                    .orElse(Human.UNKNOWN);
            all.add(said + " (" + names + ")");
        });
    }
}
