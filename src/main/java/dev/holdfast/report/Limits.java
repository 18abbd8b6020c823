package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Limits that do not fit, and which would: a quarter above what 99 of 100 peaks stay within, and a tenth above the highest.
 * What often comes to its limit would want more than was seen, as the limit hides it: a quarter above that, half above it
 * when something was killed by it.
 */
final class Limits {
    private static final double REACHED = 0.95;
    private static final double NEVER = 0.5;
    /** A timeout is for what goes wrong, and may be generous. */
    private static final double NEVER_LONG = 0.1;

    private static final double OFTEN = 0.01;
    private static final int OFTEN_TIMES = 3;
    private static final int FEWEST_TASKS = 20;
    private static final double ROOM = 1.25;
    private static final double ABOVE_HIGHEST = 1.1;
    private static final double AFTER_KILLS = 1.5;
    /** A proposal that saves less is none. */
    private static final double WORTH = 0.8;

    /** A day but for a pause: in less, "never" may be a quiet night. */
    private static final double ENOUGH_SECONDS = 23 * 3600;

    private Limits() {}

    /**
     * A limit to be judged.
     *
     * @param kills by this limit
     * @param cache peaks hold page cache, which comes to any limit in time and is taken back there
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers to be counted, compared by nobody
    private record Case(
            String kind, String name, Unit unit, String what, double limit, double[] sorted, int kills, boolean cache) {
        Case(String kind, String name, Unit unit, String what, double limit, double[] sorted, int kills) {
            this(kind, name, unit, what, limit, sorted, kills, false);
        }
    }

    /** @param growing names of replicas: what grows has not shown yet what it will want */
    static List<UsageReport.Limit> of(Facts f, Set<String> growing) {
        var all = new ArrayList<UsageReport.Limit>();
        var byName = new TreeMap<String, List<Facts.Replica>>();
        f.replicas()
                .forEach(r -> byName.computeIfAbsent(r.process(), _ -> new ArrayList<>())
                        .add(r));
        byName.values().forEach(replicas -> process(f, replicas, growing, all));
        f.works().forEach(w -> work(f, w, all));
        all.sort(Comparator.comparing((UsageReport.Limit l) -> !l.often())
                .thenComparing(UsageReport.Limit::kind)
                .thenComparing(UsageReport.Limit::name)
                .thenComparing(UsageReport.Limit::what));
        return all;
    }

    private static void process(
            Facts f, List<Facts.Replica> replicas, Set<String> growing, List<UsageReport.Limit> all) {
        Facts.Replica first = replicas.getFirst();
        Long memory = first.memoryLimit();
        Double cpu = first.cpuLimit();
        double[] bytes = sorted(replicas.stream().map(Facts.Replica::memory).toList());
        double[] cores = sorted(replicas.stream().map(Facts.Replica::cpuPeaks).toList());
        Line any = Line.together(replicas.stream().map(Facts.Replica::memory).toList());
        boolean enough = (double) any.known().length * any.stepSeconds() >= ENOUGH_SECONDS;
        if (memory != null) {
            int kills = (int) f.happenings().stream()
                    .filter(h -> replicas.stream().anyMatch(r -> r.name().equals(h.name())))
                    .filter(Facts.Happening::ownMemoryLimit)
                    .count();
            boolean steady = replicas.stream().noneMatch(r -> growing.contains(r.name()));
            judge(
                    new Case("process", first.process(), Unit.BYTES, "memory", memory, bytes, kills, f.groups()),
                    enough && steady,
                    NEVER,
                    all);
        }
        if (cpu != null) {
            judge(new Case("process", first.process(), Unit.CORES, "cpu", cpu, cores, 0), enough, NEVER, all);
        }
    }

    private static double[] sorted(List<Line> lines) {
        return lines.stream()
                .flatMapToDouble(l -> Arrays.stream(l.known()))
                .sorted()
                .toArray();
    }

    private static void work(Facts f, Facts.Work w, List<UsageReport.Limit> all) {
        String kind = Words.kind(w.kind());
        boolean enough = w.tasks().size() >= FEWEST_TASKS;
        Long memory = w.memoryLimit();
        if (memory != null) {
            double[] peaks = w.tasks().stream()
                    .map(Facts.Task::peakBytes)
                    .filter(Objects::nonNull)
                    .mapToDouble(n -> n)
                    .sorted()
                    .toArray();
            judge(
                    new Case(kind, w.name(), Unit.BYTES, "memory", memory, peaks, killed(w, memory), f.groups()),
                    f.groups() && peaks.length >= FEWEST_TASKS, // else others of the task may have used much, too
                    NEVER,
                    all);
        }
        Double cpu = w.cpuLimit();
        if (cpu != null) {
            double[] cores = w.tasks().stream()
                    .filter(t -> t.cpuSeconds() != null && t.seconds() >= 1)
                    .mapToDouble(t -> Objects.requireNonNullElse(t.cpuSeconds(), 0.0) / t.seconds())
                    .sorted()
                    .toArray();
            judge(new Case(kind, w.name(), Unit.CORES, "cpu", cpu, cores, 0), cores.length >= FEWEST_TASKS, NEVER, all);
        }
        Duration timeout = w.timeout();
        if (timeout != null) {
            double[] took =
                    w.tasks().stream().mapToDouble(Facts.Task::seconds).sorted().toArray();
            double seconds = timeout.toMillis() / 1000.0;
            int kills = failed(w, "timeout");
            judge(new Case(kind, w.name(), Unit.SECONDS, "timeout", seconds, took, kills), enough, NEVER_LONG, all);
        }
    }

    /** For want of memory, where it was this limit and not the host's: its peak came to the limit. */
    private static int killed(Facts.Work w, long limit) {
        return (int) w.tasks().stream()
                .filter(t -> t.failure().equals("oom"))
                .filter(t -> Objects.requireNonNullElse(t.peakBytes(), 0L) >= REACHED * limit)
                .count();
    }

    private static int failed(Facts.Work w, String failure) {
        return (int) w.tasks().stream().filter(t -> t.failure().equals(failure)).count();
    }

    /** @param enough whether so much was seen that "never" says something */
    private static void judge(Case c, boolean enough, double never, List<UsageReport.Limit> all) {
        int n = c.sorted.length;
        int reached = (int)
                Arrays.stream(c.sorted).filter(v -> v >= REACHED * c.limit).count();
        boolean often = c.kills > 0 || (!c.cache && reached >= OFTEN_TIMES && reached >= OFTEN * n);
        if (often) {
            double times = c.kills > 0 ? AFTER_KILLS : ROOM;
            double proposal = c.unit.up(c.limit * times);
            String why = c.kills > 0
                    ? c.kills + (c.kills == 1 ? " was" : " were") + " ended by it"
                            + (c.cache ? " (peaks hold page cache and do not count)" : "")
                            + "; what they wanted is not known: "
                    : reached + " of " + n + " peaks came to 95% of it, so what was wanted is not known: ";
            all.add(limit(c, reached, true, proposal, why + product(c.unit, c.limit, times, proposal)));
            return;
        }
        if (!enough || n == 0 || c.sorted[n - 1] >= never * c.limit) {
            return;
        }
        double p99 = Statistics.quantile(c.sorted, 0.99);
        double highest = c.sorted[n - 1];
        double room = c.unit == Unit.SECONDS ? 2 : ROOM;
        boolean byHighest = highest * ABOVE_HIGHEST > p99 * room;
        double proposal = c.unit.up(Math.max(highest * ABOVE_HIGHEST, p99 * room));
        if (proposal > 0 && proposal <= WORTH * c.limit) {
            String how = byHighest
                    ? "the highest of " + n + " peaks " + product(c.unit, highest, ABOVE_HIGHEST, proposal)
                    : "the 99th percentile of " + n + " peaks " + product(c.unit, p99, room, proposal);
            all.add(limit(c, reached, false, proposal, how));
        }
    }

    private static String product(Unit unit, double value, double times, double proposal) {
        return unit.text(value) + " × " + Words.number(times) + " = " + unit.text(value * times) + ", rounded up to "
                + unit.text(proposal);
    }

    private static UsageReport.Limit limit(Case c, int reached, boolean often, double proposal, String how) {
        int n = c.sorted.length;
        @Nullable Double p99 = n == 0 ? null : (Double) Statistics.quantile(c.sorted, 0.99);
        @Nullable Double peak = n == 0 ? null : (Double) c.sorted[n - 1];
        return new UsageReport.Limit(
                c.kind, c.name, c.what, c.unit.written(), c.limit, p99, peak, reached, n, often, proposal, how);
    }
}
