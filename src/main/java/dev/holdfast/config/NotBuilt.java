package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Keys that the format has and this version cannot do yet. They are refused by name, never ignored. */
final class NotBuilt {
    private static final List<String> KEYS = List.of("reports");

    private NotBuilt() {}

    static List<Problem> of(MappingNode written) {
        var problems = new Problems();
        for (String key : KEYS) {
            find(written, key.split("\\.", -1), 0, new ArrayList<>(), problems);
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
