package dev.holdfast.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;

/** What a reload would do, process by process and schedule by schedule; the same records decide it when it is done. */
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
        /** A schedule that was not there; it is due from now on. */
        ADD,
        /** A schedule that goes; a run of it is ended. */
        REMOVE,
        /** A schedule; a run of it goes on as it was begun. */
        CHANGE
    }

    /**
     * @param process or schedule
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
        var steps = new ArrayList<Step>();
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            ScheduleSpec b = before.get(name);
            ScheduleSpec a = after.get(name);
            if (a == null || b == null) {
                steps.add(new Step(name, a == null ? Verb.REMOVE : Verb.ADD, List.of(), List.of()));
            } else {
                List<String> changes = Difference.of(b, a);
                steps.add(
                        new Step(name, changes.isEmpty() ? Verb.KEEP : Verb.CHANGE, Difference.keys(changes), changes));
            }
        }
        return new Plan(List.copyOf(steps));
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
