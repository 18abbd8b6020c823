package dev.holdfast.intent;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScaleSpec;
import dev.holdfast.unit.MonoTime;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What shall run: what the file says, and beyond it what people scaled by hand. Both change on the loop's thread alone,
 * each from what is then, so that a reload and a scaling that cross do not undo each other; {@link #specs} may be read
 * by anyone.
 */
public final class Desired {
    private final Intents intents;
    private volatile SortedMap<String, ProcessSpec> configured;
    private volatile SortedMap<String, ProcessSpec> specs;

    public Desired(SortedMap<String, ProcessSpec> configured, Intents intents) {
        this.intents = intents;
        this.configured = configured;
        intents.configured(configured); // the file may have changed while no daemon ran
        this.specs = intents.applied(configured);
    }

    /** Thread-safe; never changed, only replaced. */
    public SortedMap<String, ProcessSpec> specs() {
        return specs;
    }

    /** What would run if the file were this. */
    public SortedMap<String, ProcessSpec> wouldBe(SortedMap<String, ProcessSpec> fresh) {
        return intents.applied(fresh, goingOn(fresh));
    }

    /** Where those that have a scale only now go on from. */
    private Map<String, Integer> goingOn(SortedMap<String, ProcessSpec> fresh) {
        var goingOn = new TreeMap<String, Integer>();
        fresh.forEach((name, spec) -> {
            ProcessSpec before = specs.get(name);
            if (spec.scale() != null && before != null && before.enabled() && before.scale() == null) {
                goingOn.put(name, before.replicas());
            }
        });
        return goingOn;
    }

    /** The file as it was read anew; what was scaled in the meantime stays so. */
    public void take(SortedMap<String, ProcessSpec> fresh) {
        goingOn(fresh).forEach(intents::follows);
        configured = fresh;
        intents.configured(fresh);
        specs = intents.applied(fresh);
    }

    /** Why no replica of a process is wanted at all; empty when one is. */
    public Optional<String> absent(String name) {
        ProcessSpec now = specs.get(name);
        ProcessSpec file = configured.get(name);
        if (now == null || file == null || (now.enabled() && now.replicas() > 0)) {
            return Optional.empty();
        }
        ScaleSpec scale = now.scale();
        if (now.enabled() && scale != null) {
            return Optional.of(
                    intents.heldUntil(name) != null
                            ? "held at 0 by hand"
                            : "scaled to 0 by " + scale.by().words());
        }
        return Optional.of(
                !now.enabled()
                        ? "disabled: enabled is false"
                        : file.replicas() > 0 ? "scaled to 0 by hand" : "configured with replicas: 0");
    }

    /**
     * @param heldUntil when people hold the number of a process with a scale; null: they do not
     * @return false when there is no such process any more
     */
    public boolean scale(String name, int n, @Nullable MonoTime heldUntil) {
        ProcessSpec spec = configured.get(name);
        if (spec == null) {
            return false;
        }
        if (spec.scale() != null) {
            intents.followed(name, n, heldUntil);
        } else {
            intents.scaled(name, spec.replicas(), n);
        }
        specs = intents.applied(configured);
        return true;
    }
}
