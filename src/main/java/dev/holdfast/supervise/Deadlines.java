package dev.holdfast.supervise;

import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.MonoTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** At most one deadline a replica, the earliest found at once however many there are. */
final class Deadlines {
    private final Map<ReplicaId, MonoTime> of = new HashMap<>();
    private final TreeMap<MonoTime, TreeSet<ReplicaId>> at = new TreeMap<>();

    void set(ReplicaId id, MonoTime deadline) {
        MonoTime before = of.remove(id);
        if (before != null) {
            TreeSet<ReplicaId> same = at.get(before);
            if (same != null && same.remove(id) && same.isEmpty()) {
                at.remove(before);
            }
        }
        if (!deadline.equals(MonoTime.NEVER)) {
            of.put(id, deadline);
            at.computeIfAbsent(deadline, k -> new TreeSet<>()).add(id);
        }
    }

    MonoTime next() {
        return at.isEmpty() ? MonoTime.NEVER : at.firstKey();
    }

    List<ReplicaId> due(MonoTime now) {
        var due = new ArrayList<ReplicaId>();
        at.headMap(now, true).values().forEach(due::addAll);
        return due;
    }
}
