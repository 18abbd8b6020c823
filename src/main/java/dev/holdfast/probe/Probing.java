package dev.holdfast.probe;

import dev.holdfast.config.ProbeSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All probes: each is asked at its period, one question at a time, sooner where a threshold is about to be raised or a
 * step to recover wants to know whether it helped. Pure; one thread owns it.
 */
public final class Probing {
    private final Map<String, One> probes = new TreeMap<>();

    /** From now on these are the probes. What did not change keeps what it knows. */
    public List<Action> configure(Collection<ProbeSpec> specs, Now now) {
        var names = specs.stream().map(ProbeSpec::name).toList();
        probes.keySet().removeIf(n -> !names.contains(n));
        int i = 0;
        for (ProbeSpec spec : specs) {
            One known = probes.get(spec.name());
            if (known == null || !known.spec().equals(spec)) {
                // Not all at once: spread over a second, or their period.
                Duration first = Duration.ofMillis(1000L * i / specs.size());
                MonoTime at = now.mono().plus(first.compareTo(spec.every()) < 0 ? first : spec.every());
                probes.put(spec.name(), new One(spec, at));
            }
            i++;
        }
        return tick(now);
    }

    /** An earlier daemon did a step then. */
    public void remember(String name, int index, MonoTime at) {
        One one = probes.get(name);
        if (one != null) {
            one.remember(index, at);
        }
    }

    public List<Action> tick(Now now) {
        var actions = new ArrayList<Action>();
        probes.values().forEach(p -> p.tick(now, actions));
        return actions;
    }

    /** @param number of the question; the answer to an older one is ignored */
    public List<Action> answered(String name, long number, Sample sample, Now now) {
        var actions = new ArrayList<Action>();
        One one = probes.get(name);
        if (one != null) {
            one.answered(number, sample, now, actions);
        }
        return actions;
    }

    /** A step to recover has ended. */
    public List<Action> acted(String name, int index, Now now) {
        var actions = new ArrayList<Action>();
        One one = probes.get(name);
        if (one != null) {
            one.acted(index, now);
            one.tick(now, actions);
        }
        return actions;
    }

    public MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (One one : probes.values()) {
            next = MonoTime.earliest(next, one.deadline());
        }
        return next;
    }

    /** In the order of their names. */
    public List<ProbeView> views() {
        return probes.values().stream().map(One::view).toList();
    }
}
