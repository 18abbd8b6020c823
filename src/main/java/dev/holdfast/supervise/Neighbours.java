package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who must look again when a process changes: those that depend on it and those it depends on. */
final class Neighbours {
    private Neighbours() {}

    static Map<String, Set<String>> of(Collection<ProcessSpec> specs) {
        var neighbours = new HashMap<String, Set<String>>();
        for (ProcessSpec spec : specs) {
            for (String dependency : spec.dependsOn().keySet()) {
                neighbours.computeIfAbsent(dependency, k -> new TreeSet<>()).add(spec.name());
                neighbours.computeIfAbsent(spec.name(), k -> new TreeSet<>()).add(dependency);
            }
        }
        return neighbours;
    }
}
