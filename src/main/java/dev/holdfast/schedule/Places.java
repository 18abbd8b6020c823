package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places of concurrency groups: who has one, and who waits for one in which order. */
final class Places {
    private final Map<String, Set<String>> held = new HashMap<>();
    private final Map<String, LinkedHashSet<String>> waiting = new HashMap<>();

    /** Takes a place, or a place in the line. Who waits longest comes first. */
    boolean take(ScheduleSpec.@Nullable GroupSpec group, String schedule) {
        if (group == null) {
            return true;
        }
        Set<String> holders = held.computeIfAbsent(group.name(), k -> new LinkedHashSet<>());
        LinkedHashSet<String> line = waiting.computeIfAbsent(group.name(), k -> new LinkedHashSet<>());
        boolean first = line.isEmpty() || line.getFirst().equals(schedule);
        if (holders.size() < group.limit() && first) {
            line.remove(schedule);
            holders.add(schedule);
            return true;
        }
        line.add(schedule);
        return false;
    }

    /** It runs already, under an earlier daemon's decision: there is no refusing it. */
    void force(ScheduleSpec.@Nullable GroupSpec group, String schedule) {
        if (group != null) {
            held.computeIfAbsent(group.name(), k -> new LinkedHashSet<>()).add(schedule);
        }
    }

    /** Gives back a place, and a place in the line. */
    void leave(String schedule) {
        held.values().forEach(s -> s.remove(schedule));
        waiting.values().forEach(s -> s.remove(schedule));
    }

    /** Who is next in each line. */
    Set<String> next() {
        var next = new LinkedHashSet<String>();
        waiting.values().stream().filter(line -> !line.isEmpty()).forEach(line -> next.add(line.getFirst()));
        return next;
    }

    int held(String group) {
        return held.getOrDefault(group, Set.of()).size();
    }
}
