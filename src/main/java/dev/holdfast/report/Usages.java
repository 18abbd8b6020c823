package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How much of what. */
final class Usages {
    private static final int HOURS = 24;

    private Usages() {}

    static UsageReport.Machine machine(Facts f) {
        var runs = new int[HOURS];
        f.works().forEach(w -> w.tasks().forEach(t -> runs[hour(t.began(), f.zone())]++));
        Double memory = f.memory().mean();
        Double most = f.memory().most();
        return new UsageReport.Machine(
                f.cores(),
                f.memoryBytes(),
                f.cpu().mean(),
                f.cpuPeaks().most(),
                memory == null ? null : (Long) memory.longValue(),
                most == null ? null : (Long) most.longValue(),
                byHour(List.of(f.cpuPeaks()), f.zone()),
                byHour(List.of(f.memory()), f.zone()),
                Arrays.stream(runs).boxed().toList());
    }

    /** The most of each hour of the day. A step belongs to the hour in which it begins. */
    private static List<@Nullable Double> byHour(List<Line> lines, ZoneId zone) {
        var hours = new ArrayList<@Nullable Double>(Collections.nCopies(HOURS, null));
        for (Line line : lines) {
            for (int i = 0; i < line.values().length; i++) {
                double value = line.values()[i];
                if (!Double.isNaN(value)) {
                    int hour = hour(line.at(i).minusSeconds(line.stepSeconds()), zone);
                    Double before = hours.get(hour);
                    hours.set(hour, before == null ? (Double) value : (Double) Math.max(before, value));
                }
            }
        }
        return hours;
    }

    private static int hour(Instant at, ZoneId zone) {
        return at.atZone(zone).getHour();
    }

    private static @Nullable Integer busiest(List<@Nullable Double> hours) {
        Integer busiest = null;
        double most = 0;
        for (int h = 0; h < hours.size(); h++) {
            Double value = hours.get(h);
            if (value != null && value > most) {
                most = value;
                busiest = h;
            }
        }
        return busiest;
    }

    static List<UsageReport.Program> processes(Facts f) {
        var byName = new TreeMap<String, List<Facts.Replica>>();
        f.replicas()
                .forEach(r -> byName.computeIfAbsent(r.process(), _ -> new ArrayList<>())
                        .add(r));
        var all = new ArrayList<UsageReport.Program>();
        byName.forEach((name, replicas) -> all.add(process(name, replicas, f.zone())));
        all.sort(Comparator.comparingDouble(UsageReport.Program::cpuSeconds)
                .reversed()
                .thenComparing(UsageReport.Program::name));
        return all;
    }

    private static UsageReport.Program process(String name, List<Facts.Replica> replicas, ZoneId zone) {
        double seconds = 0;
        // A replica that was there for an hour of a week adds to that hour alone.
        Double cpu = Line.together(replicas.stream().map(Facts.Replica::cpu).toList())
                .mean();
        Double memory = Line.together(
                        replicas.stream().map(Facts.Replica::memory).toList())
                .mean();
        Facts.Replica highest = replicas.getFirst();
        for (Facts.Replica r : replicas) {
            seconds += Arrays.stream(r.cpu().known()).sum() * r.cpu().stepSeconds();
            highest = or(r.memory().most()) > or(highest.memory().most()) ? r : highest;
        }
        double[] peaks = replicas.stream()
                .flatMapToDouble(r -> Arrays.stream(r.memory().known()))
                .sorted()
                .toArray();
        double[] cores = replicas.stream()
                .flatMapToDouble(r -> Arrays.stream(r.cpuPeaks().known()))
                .toArray();
        return new UsageReport.Program(
                name,
                replicas.size(),
                seconds,
                cpu,
                cores.length == 0 ? null : (Double) Arrays.stream(cores).max().orElse(0),
                memory == null ? null : (Long) memory.longValue(),
                peaks.length == 0 ? null : (Long) (long) Statistics.quantile(peaks, 0.99),
                peaks.length == 0 ? null : (Long) (long) peaks[peaks.length - 1],
                replicas.getFirst().cpuLimit(),
                replicas.getFirst().memoryLimit(),
                replicas.stream().mapToInt(r -> r.starts().size()).sum(),
                busiest(byHour(replicas.stream().map(Facts.Replica::cpuPeaks).toList(), zone)),
                highest.memory().drawn(Report.DRAWN));
    }

    private static double or(@Nullable Double value) {
        return value == null ? -1 : value;
    }

    static List<UsageReport.Work> works(Facts f, Facts.Kind kind) {
        return f.works().stream()
                .filter(w -> w.kind() == kind)
                .map(w -> work(w, f.zone()))
                .sorted(Comparator.comparingDouble(UsageReport.Work::cpuSeconds)
                        .reversed()
                        .thenComparing(UsageReport.Work::name))
                .toList();
    }

    private static UsageReport.Work work(Facts.Work w, ZoneId zone) {
        double[] took =
                w.tasks().stream().mapToDouble(Facts.Task::seconds).sorted().toArray();
        boolean any = took.length > 0;
        var hours = new ArrayList<@Nullable Double>(Collections.nCopies(HOURS, null));
        w.tasks().forEach(t -> {
            int hour = hour(t.began(), zone);
            hours.set(hour, Objects.requireNonNullElse(hours.get(hour), 0.0) + 1);
        });
        long peak = w.tasks().stream()
                .map(Facts.Task::peakBytes)
                .filter(Objects::nonNull)
                .mapToLong(n -> n)
                .max()
                .orElse(-1);
        int failed =
                (int) w.tasks().stream().filter(t -> !t.failure().isEmpty()).count();
        return new UsageReport.Work(
                w.name(),
                took.length,
                took.length - failed,
                failed,
                w.skipped(),
                w.missed(),
                w.waiting(),
                any ? (Double) Arrays.stream(took).average().orElse(0) : null,
                any ? (Double) Statistics.quantile(took, 0.99) : null,
                any ? (Double) took[took.length - 1] : null,
                w.tasks().stream()
                        .map(Facts.Task::cpuSeconds)
                        .filter(Objects::nonNull)
                        .mapToDouble(c -> c)
                        .sum(),
                peak < 0 ? null : (Long) peak,
                busiest(hours));
    }
}
