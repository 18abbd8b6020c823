package dev.holdfast.daemon;

import dev.holdfast.api.CleanList;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Status;
import dev.holdfast.config.HostSpec;
import dev.holdfast.host.WatchView;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.probe.Sample;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One screen over everything, for people and for other monitors. */
final class HealthReports {
    private static final List<String> LEVELS =
            List.of(HealthReport.UNKNOWN, HealthReport.OK, HealthReport.WARNING, HealthReport.CRITICAL);

    private final List<Item> items = new ArrayList<>();

    HealthReport report(List<String> doing) {
        String worst = items.stream()
                .map(Item::level)
                .max(java.util.Comparator.comparingInt(LEVELS::indexOf))
                .filter(l -> !l.equals(HealthReport.UNKNOWN))
                .orElse(HealthReport.OK);
        return new HealthReport(worst, List.copyOf(items), List.copyOf(doing));
    }

    /** A file system that is watched is not there, or does not answer. */
    private static boolean lost(WatchView v) {
        return v.watch().metric() == HostSpec.Metric.DISK && v.problem() != null && v.severity() == null;
    }

    HealthReports host(List<WatchView> views) {
        for (WatchView v : views) {
            String problem = v.problem();
            items.add(new Item(
                    "host",
                    v.watch().name(),
                    lost(v)
                            ? HealthReport.WARNING
                            : level(v.severity(), problem == null && !v.value().isEmpty()),
                    v.value(),
                    v.severity() == null ? problem == null ? "" : problem : String.join("; ", v.why()),
                    iso(v.since()),
                    written(v.watch().warning()),
                    written(v.watch().critical())));
        }
        return this;
    }

    HealthReports probes(List<ProbeView> views) {
        for (ProbeView v : views) {
            Sample last = v.last();
            String value = last == null ? "not asked yet" : value(last);
            items.add(new Item(
                    "probe",
                    v.spec().name(),
                    level(v.severity(), last != null && last.up()),
                    value,
                    v.severity() != null ? String.join("; ", v.why()) : last == null || last.up() ? "" : last.detail(),
                    iso(v.since())));
        }
        return this;
    }

    private static String value(Sample s) {
        String values = new TreeMap<>(s.values())
                .entrySet().stream()
                        .map(e -> e.getKey() + " " + dev.holdfast.probe.Values.shown(e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", "));
        return (s.up() ? "up" : "down") + (values.isEmpty() ? "" : ", " + values);
    }

    /** What should be up and is not: given up is critical, on its way is a warning. */
    HealthReports processes(List<Status.Replica> replicas) {
        for (Status.Replica r : replicas) {
            String level = switch (r.state()) {
                case "failed", "unhealthy" -> HealthReport.CRITICAL;
                case "backoff", "waiting" -> HealthReport.WARNING;
                default -> HealthReport.OK;
            };
            items.add(new Item(
                    "process", r.name(), level, r.state(), level.equals(HealthReport.OK) ? "" : r.detail(), null));
        }
        return this;
    }

    HealthReports schedules(List<Status.Schedule> schedules) {
        for (Status.Schedule s : schedules) {
            boolean failing = s.failures() > 0;
            items.add(new Item(
                    "schedule",
                    s.name(),
                    failing ? HealthReport.WARNING : HealthReport.OK,
                    failing ? "failed" : "",
                    failing ? "the last " + (s.failures() == 1 ? "run" : s.failures() + " runs") + " failed" : "",
                    null));
        }
        return this;
    }

    HealthReports queues(List<QueueReport> queues) {
        for (QueueReport q : queues) {
            boolean passed = !q.alerts().isEmpty();
            items.add(new Item(
                    "queue",
                    q.name(),
                    passed ? HealthReport.WARNING : HealthReport.OK,
                    q.waiting() + " waiting, " + q.running() + " running",
                    String.join("; ", q.alerts()),
                    null));
        }
        return this;
    }

    HealthReports cleanups(@Nullable CleanList cleanups) {
        for (CleanList.Standing c : cleanups == null ? List.<CleanList.Standing>of() : cleanups.cleanups()) {
            String problem = c.problem();
            items.add(new Item(
                    "cleanup",
                    c.name(),
                    problem == null ? HealthReport.OK : HealthReport.WARNING,
                    c.count() + " deleted",
                    problem == null ? "" : problem,
                    c.last()));
        }
        return this;
    }

    HealthReports guard(Item item) {
        items.add(item);
        return this;
    }

    /** What could not be asked is not well. */
    HealthReports unknown(String kind, String why) {
        items.add(new Item(kind, "", HealthReport.WARNING, HealthReport.UNKNOWN, why, null));
        return this;
    }

    private static String level(@Nullable Severity severity, boolean known) {
        return severity != null ? severity.written() : known ? HealthReport.OK : HealthReport.UNKNOWN;
    }

    private static @Nullable String written(@Nullable Threshold threshold) {
        return threshold == null ? null : threshold.toString();
    }

    private static @Nullable String iso(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }
}
