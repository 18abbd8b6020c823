package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What shall run: what the file says, and beyond it what people scaled by hand. Both change on the loop's thread alone,
 * each from what is then, so that a reload and a scaling that cross do not undo each other; {@link #specs} may be read
 * by anyone.
 */
final class Desired {
    private final Intents intents;
    private volatile SortedMap<String, ProcessSpec> configured;
    private volatile SortedMap<String, ProcessSpec> specs;

    Desired(SortedMap<String, ProcessSpec> configured, Intents intents) {
        this.intents = intents;
        this.configured = configured;
        intents.configured(configured); // the file may have changed while no daemon ran
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

    /** Why no replica of a process is wanted at all; empty when one is. */
    Optional<String> absent(String name) {
        ProcessSpec now = specs.get(name);
        ProcessSpec file = configured.get(name);
        if (now == null || file == null || (now.enabled() && now.replicas() > 0)) {
            return Optional.empty();
        }
        return Optional.of(
                !now.enabled()
                        ? "disabled: enabled is false"
                        : file.replicas() > 0 ? "scaled to 0 by hand" : "configured with replicas: 0");
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
