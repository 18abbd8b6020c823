package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import java.util.SortedMap;

/**
 * What shall run: what the file says, and beyond it what people scaled by hand. Both change on the loop's thread alone,
 * each from what is then, so that a reload and a scaling that cross do not undo each other; {@link #specs} may be read
 * by anyone.
 */
final class Desired {
    private final Intents intents;
    private SortedMap<String, ProcessSpec> configured;
    private volatile SortedMap<String, ProcessSpec> specs;

    Desired(SortedMap<String, ProcessSpec> configured, Intents intents) {
        this.intents = intents;
        this.configured = configured;
        this.specs = intents.applied(configured);
    }

    /** Thread-safe; never changed, only replaced. */
    SortedMap<String, ProcessSpec> specs() {
        return specs;
    }

    /** The file as it was read anew; what was scaled in the meantime stays so. */
    void take(SortedMap<String, ProcessSpec> fresh) {
        configured = fresh;
        intents.configured(fresh);
        specs = intents.applied(fresh);
    }

    /** @return false when there is no such process any more */
    boolean scale(String name, int n) {
        ProcessSpec spec = configured.get(name);
        if (spec == null) {
            return false;
        }
        intents.scaled(name, spec.replicas(), n);
        specs = intents.applied(configured);
        return true;
    }
}
