package dev.holdfast.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** At most one time a name, the earliest found at once however many there are. */
final class Agenda<T extends Comparable<T>> {
    private final Map<String, T> of = new HashMap<>();
    private final TreeMap<T, TreeSet<String>> at = new TreeMap<>();

    /** @param time null: none */
    void set(String name, @Nullable T time) {
        T before = of.get(name);
        if (before != null && before.equals(time)) {
            return;
        }
        if (before != null) {
            of.remove(name);
            TreeSet<String> same = at.get(before);
            if (same != null && same.remove(name) && same.isEmpty()) {
                at.remove(before);
            }
        }
        if (time != null) {
            of.put(name, time);
            at.computeIfAbsent(time, k -> new TreeSet<>()).add(name);
        }
    }

    @Nullable
    T first() {
        return at.isEmpty() ? null : at.firstKey();
    }

    @Nullable
    T of(String name) {
        return of.get(name);
    }

    /** Names whose time is {@code now} or earlier, the earliest first. */
    List<String> due(T now) {
        var due = new ArrayList<String>();
        at.headMap(now, true).values().forEach(due::addAll);
        return due;
    }
}
