package dev.holdfast.queue;

import dev.holdfast.unit.MonoTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** At most one time for each, the earliest found at once however many there are. */
final class Agenda<K> {
    private final Map<K, MonoTime> of = new HashMap<>();
    private final TreeMap<MonoTime, LinkedHashSet<K>> at = new TreeMap<>();

    /** @param time {@link MonoTime#NEVER}: none */
    void set(K key, MonoTime time) {
        boolean none = time.equals(MonoTime.NEVER);
        MonoTime before = none ? of.remove(key) : of.put(key, time);
        if (time.equals(before)) {
            return;
        }
        if (before != null) {
            at.computeIfPresent(before, (_, same) -> same.remove(key) && same.isEmpty() ? null : same);
        }
        if (!none) {
            at.computeIfAbsent(time, _ -> new LinkedHashSet<>()).add(key);
        }
    }

    MonoTime first() {
        return at.isEmpty() ? MonoTime.NEVER : at.firstKey();
    }

    /** Those whose time is {@code now} or earlier, the earliest first. */
    List<K> due(MonoTime now) {
        if (at.isEmpty() || now.isBefore(at.firstKey())) {
            return List.of();
        }
        var due = new ArrayList<K>();
        at.headMap(now, true).values().forEach(due::addAll);
        return due;
    }
}
