package dev.holdfast.protect;

import dev.holdfast.unit.ByteSize;
import java.util.ArrayList;
import java.util.List;

/** What a running unit uses already beyond its new limits. */
final class Usage {
    private Usage() {}

    static List<String> warnings(Systemd.Shown unit, Limits limits) {
        var warnings = new ArrayList<String>();
        ByteSize memory = limits.memory();
        long used = number(unit.one("MemoryCurrent"));
        if (memory != null && used > memory.bytes()) {
            warnings.add(unit.unit() + " uses " + Sanity.amount(new ByteSize(used)) + " now, above --memory "
                    + Sanity.amount(memory) + ": what cannot be reclaimed is killed for");
        }
        Integer tasks = limits.tasks();
        long running = number(unit.one("TasksCurrent"));
        if (tasks != null && running > tasks) {
            warnings.add(unit.unit() + " has " + running + " tasks now, above --tasks " + tasks
                    + ": those go on, it can start no more");
        }
        return warnings;
    }

    /** -1 when it is not known: systemd shows "[not set]", or 2^64-1. */
    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }
}
