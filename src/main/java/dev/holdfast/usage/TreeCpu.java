package dev.holdfast.usage;

import dev.holdfast.event.ProcessRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What trees of processes have used of the processors, by looks at who is there: it grows only, whoever ends meanwhile. The
 * time of one that ended is its parent's from the moment when that waited for it; what of it was counted before is not
 * counted again. What ended between two looks and was waited for by nobody of its tree is lost. Pure, but that it remembers
 * the last look. One thread uses it.
 */
final class TreeCpu {
    private Map<ProcessRef, Seen> before = Map.of();
    private final Map<ProcessRef, Long> used = new HashMap<>();

    /**
     * A process of a tree.
     *
     * @param parent null: it is not known
     * @param leader whose tree it is
     * @param own ticks of its threads
     * @param waited ticks of children that it has waited for, and of theirs
     */
    record Seen(ProcessRef ref, @Nullable ProcessRef parent, ProcessRef leader, long own, long waited) {}

    /** Ticks of each leader's tree since it began, or since it was first looked at. */
    Map<ProcessRef, Long> look(List<Seen> all) {
        var now = new HashMap<ProcessRef, Seen>();
        all.forEach(s -> now.put(s.ref, s));
        Map<ProcessRef, Long> counted = counted(now);
        var leaders = new java.util.HashSet<ProcessRef>();
        for (Seen s : all) {
            Seen last = before.get(s.ref);
            long waited = s.waited - (last == null ? 0 : last.waited) - counted.getOrDefault(s.ref, 0L);
            long own = s.own - (last == null ? 0 : last.own);
            used.merge(s.leader, Math.max(0, own) + Math.max(0, waited), Long::sum);
            leaders.add(s.leader);
        }
        used.keySet().retainAll(leaders);
        before = now;
        return Map.copyOf(used);
    }

    /** Of those who are gone, what was counted while they were there, by who of their ancestors is still there. */
    private Map<ProcessRef, Long> counted(Map<ProcessRef, Seen> now) {
        var counted = new HashMap<ProcessRef, Long>();
        for (Seen gone : before.values()) {
            if (now.containsKey(gone.ref)) {
                continue;
            }
            ProcessRef heir = gone.parent;
            for (int depth = 0; heir != null && !now.containsKey(heir) && depth < before.size(); depth++) {
                Seen between = before.get(heir);
                heir = between == null ? null : between.parent;
            }
            if (heir != null && now.containsKey(heir)) {
                counted.merge(Objects.requireNonNull(heir), gone.own + gone.waited, Long::sum);
            }
        }
        return counted;
    }
}
