package dev.holdfast.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What a reload would do, of each process, schedule and queue; the same records decide it when it is done. */
public record Plan(List<Step> steps) {
    private static final Map<String, String> KEYS =
            Map.of("environment", "env", "clean_environment", "env.clean", "pass_environment", "env.pass");

    /** What happens to one of them. */
    public enum Verb {
        KEEP,
        START,
        STOP,
        RESTART,
        /** Takes the new settings as it runs. */
        UPDATE,
        /** A schedule that was not there, which is due from now on, or a queue. */
        ADD,
        /** A schedule that goes, a run of it is ended; or a queue, whose jobs wait. */
        REMOVE,
        /** A schedule or queue; what runs of it goes on as it was begun. */
        CHANGE
    }

    /**
     * @param process or schedule, or queue
     * @param keys that differ, as they are written in the file; empty for what comes or goes
     * @param changes each as {@code key: old → new}, secrets masked; more than keys where a key holds several things
     */
    public record Step(String process, Verb verb, List<String> keys, List<String> changes) {}

    /** From one set of processes to another. */
    public static Plan between(SortedMap<String, ProcessSpec> before, SortedMap<String, ProcessSpec> after) {
        var steps = new ArrayList<Step>();
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            ProcessSpec b = before.get(name);
            ProcessSpec a = after.get(name);
            boolean runs = a != null && a.enabled();
            List<String> enabling = a == null || b == null ? List.of() : List.of("enabled");
            if (b == null || !b.enabled()) {
                if (a != null && runs) {
                    steps.add(new Step(name, a.manual() ? Verb.KEEP : Verb.START, enabling, List.of()));
                }
            } else if (a == null || !runs) {
                steps.add(new Step(name, Verb.STOP, enabling, List.of()));
            } else {
                steps.add(changed(b, a));
            }
        }
        return new Plan(List.copyOf(steps));
    }

    /** From one set of schedules to another. */
    public static Plan ofSchedules(SortedMap<String, ScheduleSpec> before, SortedMap<String, ScheduleSpec> after) {
        return of(before, after, Difference::of);
    }

    private static <T> Plan of(
            SortedMap<String, T> before, SortedMap<String, T> after, BiFunction<T, T, List<String>> difference) {
        var steps = new ArrayList<Step>();
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            T b = before.get(name);
            T a = after.get(name);
            if (a == null || b == null) {
                steps.add(new Step(name, a == null ? Verb.REMOVE : Verb.ADD, List.of(), List.of()));
            } else {
                List<String> changes = difference.apply(b, a);
                steps.add(
                        new Step(name, changes.isEmpty() ? Verb.KEEP : Verb.CHANGE, Difference.keys(changes), changes));
            }
        }
        return new Plan(List.copyOf(steps));
    }

    /** From one set of queues to another. */
    public static Plan ofQueues(SortedMap<String, QueueSpec> before, SortedMap<String, QueueSpec> after) {
        return of(before, after, Difference::of);
    }

    /**
     * From some cleanups, probes, thresholds of the host and audits to others: {@code cleanup.NAME}, {@code probe.NAME}, {@code host},
     * {@code audit}.
     */
    public static Plan ofWatched(WatchedSpec before, WatchedSpec after) {
        Plan cleanups = named("cleanup.", of(before.cleanups(), after.cleanups(), Difference::of));
        Plan probes = named("probe.", of(before.probes(), after.probes(), Difference::of));
        return cleanups.and(probes)
                .and(of(single(before.host()), single(after.host()), Difference::of))
                .and(whole("audit", before.audit(), after.audit()));
    }

    /** From some reports to others: {@code report.NAME}. */
    public static Plan ofReports(SortedMap<String, ReportSpec> before, SortedMap<String, ReportSpec> after) {
        return named("report.", of(before, after, Difference::of));
    }

    private static SortedMap<String, HostSpec> single(@Nullable HostSpec host) {
        var one = new TreeMap<String, HostSpec>();
        if (host != null) {
            one.put("host", host);
        }
        return one;
    }

    private static Plan named(String prefix, Plan plan) {
        return new Plan(plan.steps.stream()
                .map(s -> new Step(prefix + s.process(), s.verb(), s.keys(), s.changes()))
                .toList());
    }

    /** From one guard to another; null: none. */
    public static Plan ofGuard(@Nullable GuardSpec before, @Nullable GuardSpec after) {
        return whole("guard", before, after);
    }

    private static Plan whole(String name, @Nullable Record before, @Nullable Record after) {
        if (Objects.equals(before, after)) {
            return new Plan(List.of());
        }
        Verb verb = before == null ? Verb.ADD : after == null ? Verb.REMOVE : Verb.CHANGE;
        var keys = new ArrayList<String>();
        if (before != null && after != null) {
            differing(before, after, keys);
        }
        return new Plan(List.of(new Step(name, verb, List.copyOf(keys), List.of())));
    }

    /** This one's steps, then the other's. */
    public Plan and(Plan other) {
        var all = new ArrayList<>(steps);
        all.addAll(other.steps);
        return new Plan(List.copyOf(all));
    }

    /** Whether nothing would change. */
    public boolean empty() {
        return steps.stream().allMatch(s -> s.verb() == Verb.KEEP);
    }

    private static Step changed(ProcessSpec before, ProcessSpec after) {
        var keys = new ArrayList<String>();
        differing(before.launch(), after.launch(), keys);
        differing(before, after, keys);
        keys.remove("launch");
        Verb verb = !before.fingerprint().equals(after.fingerprint())
                ? Verb.RESTART
                : keys.isEmpty() ? Verb.KEEP : Verb.UPDATE;
        return new Step(
                after.name(), verb, List.copyOf(keys), keys.isEmpty() ? List.of() : Difference.of(before, after));
    }

    private static void differing(Record before, Record after, List<String> keys) {
        for (RecordComponent c : before.getClass().getRecordComponents()) {
            try {
                if (!Objects.equals(
                        c.getAccessor().invoke(before), c.getAccessor().invoke(after))) {
                    String key = Binder.keyOf(c);
                    keys.add(KEYS.getOrDefault(key, key));
                }
            } catch (ReflectiveOperationException ourOwnRecord) {
                throw new IllegalStateException(ourOwnRecord);
            }
        }
    }
}
