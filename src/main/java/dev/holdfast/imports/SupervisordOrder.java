package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who begins before whom, by the priorities of programs and their groups. */
final class SupervisordOrder {
    private static final int LAST = 999;

    private final Supervisord.Groups groups;
    private final TreeMap<Integer, List<Entry>> levels = new TreeMap<>();
    private final Map<Entry, Origin> ordered = new LinkedHashMap<>();

    SupervisordOrder(Supervisord.Groups groups) {
        this.groups = groups;
    }

    void place(Fields f, Entry entry, String program) {
        Origin at = f.at("priority");
        Integer own = f.number("priority");
        Integer group = groups.priority(program);
        int level = group != null ? group : own == null ? LAST : own;
        levels.computeIfAbsent(level, k -> new ArrayList<>()).add(entry);
        if (own != null || group != null) {
            ordered.put(entry, at);
        }
    }

    /** Programs of a priority begin after those of the one before; who begins by hand is waited for by nobody. */
    void settle() {
        List<Entry> before = List.of();
        for (var level : levels.entrySet()) {
            var needs = new LinkedHashMap<String, Object>();
            before.forEach(b -> needs.put(b.name(), "started"));
            for (Entry e : level.getValue()) {
                Origin at = ordered.get(e);
                if (at != null) {
                    e.remark(
                            at,
                            "priority=" + level.getKey()
                                    + (needs.isEmpty()
                                            ? ": nothing comes before it"
                                            : ": begins when those before it run; when one of them cannot, it waits, other than there"),
                            "depends_on");
                }
                if (!needs.isEmpty()) {
                    e.put("depends_on", needs);
                }
            }
            List<Entry> runs =
                    level.getValue().stream().filter(SupervisordOrder::runs).toList();
            before = runs.isEmpty() ? before : runs;
        }
    }

    private static boolean runs(Entry e) {
        return e.get("manual") == null && e.get("enabled") == null;
    }
}
