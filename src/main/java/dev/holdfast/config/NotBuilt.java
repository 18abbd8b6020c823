package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Keys that the format has and this version cannot do yet. They are refused by name, never ignored. */
final class NotBuilt {
    private static final List<String> KEYS = List.of(
            "queues",
            "guard",
            "host",
            "probes",
            "cleanup",
            "audit",
            "reports",
            "alerts",
            "global.api_rate_limit",
            "global.metrics",
            "global.api");

    private NotBuilt() {}

    static List<Problem> of(MappingNode written) {
        var problems = new Problems();
        for (String key : KEYS) {
            find(written, key.split("\\.", -1), 0, new ArrayList<>(), problems);
        }
        if (Yaml.get(written, "global") instanceof MappingNode global
                && Yaml.get(global, "storage") instanceof MappingNode storage
                && Yaml.get(storage, "url") instanceof ScalarNode url
                && url.getValue().startsWith("postgresql:")) {
            problems.add(url, "global.storage.url: postgresql is not built yet in this version, only sqlite:");
        }
        return problems.list();
    }

    /** Whether {@code path} is refused, such as {@code processes.NAME.sandbox}. */
    static boolean names(String path) {
        return KEYS.contains(path.replace(".NAME", ".*"));
    }

    private static void find(Node node, String[] path, int depth, List<String> walked, Problems problems) {
        if (!(node instanceof MappingNode mapping)) {
            return;
        }
        for (NodeTuple t : mapping.getValue()) {
            String name = Yaml.name(t);
            if (!path[depth].equals("*") && !path[depth].equals(name)) {
                continue;
            }
            var here = new ArrayList<>(walked);
            here.add(name);
            if (depth == path.length - 1) {
                problems.add(t.getKeyNode(), String.join(".", here) + " is not built yet in this version");
            } else {
                find(t.getValueNode(), path, depth + 1, here, problems);
            }
        }
    }
}
