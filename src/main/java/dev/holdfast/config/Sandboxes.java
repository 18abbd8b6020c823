package dev.holdfast.config;

import dev.holdfast.unit.Capability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** From a {@code sandbox:} as written to a {@link SandboxSpec}; what contradicts itself is a problem. */
record Sandboxes(Problems problems, Binder binder) {
    private static final List<String> HOMES = List.of("/home", "/root", "/run/user");
    private static final List<String> TMPS = List.of("/tmp", "/var/tmp");
    private static final String ALL = "ALL";
    /** As long as sethostname(2) takes. */
    private static final int LONGEST_NAME = 64;

    @Nullable
    SandboxSpec of(Program p, Node at) {
        ProcessSection.Sandbox s = p.sandbox();
        if (s == null) {
            return null;
        }
        List<String> writable = paths(s, "readWritePaths", s.readWritePaths(), at);
        List<String> readOnly = paths(s, "readOnlyPaths", s.readOnlyPaths(), at);
        contradictions(s, writable, readOnly, at);
        hostname(s, at);
        if (s.privateNetwork() && p instanceof ProcessSection checked) {
            reachable(checked, at);
        }
        return new SandboxSpec(
                s.noNewPrivileges(),
                s.protectSystem(),
                s.protectHome(),
                s.privateTmp(),
                writable,
                readOnly,
                s.privateNetwork(),
                s.hostname(),
                capabilities(s.capabilities(), at));
    }

    private List<String> paths(ProcessSection.Sandbox s, String component, List<String> written, Node at) {
        var paths = new ArrayList<String>();
        for (int i = 0; i < written.size(); i++) {
            String path = written.get(i);
            Node where = binder.written(s, component) instanceof SequenceNode list
                            && i < list.getValue().size()
                    ? list.getValue().get(i)
                    : binder.at(s, component, at);
            String normal = path.startsWith("/") ? Path.of(path).normalize().toString() : "";
            if (normal.isEmpty() || List.of(path.split("/", -1)).contains("..")) {
                problems.add(
                        where,
                        "\"" + path + "\": " + Binder.key(s.getClass(), component)
                                + " has absolute paths, beginning with / and without ..");
            } else if (paths.contains(normal)) {
                problems.add(where, "\"" + path + "\" is there twice");
            } else {
                paths.add(normal);
            }
        }
        return List.copyOf(paths);
    }

    private void contradictions(ProcessSection.Sandbox s, List<String> writable, List<String> readOnly, Node at) {
        Node where = binder.at(s, "readWritePaths", at);
        for (String path : writable) {
            if (readOnly.contains(path)) {
                problems.add(where, "\"" + path + "\" is in read_write_paths and in read_only_paths");
            }
        }
        boolean protects = s.protectSystem() != null || s.protectHome() || s.privateTmp() || !readOnly.isEmpty();
        if (!writable.isEmpty() && !protects) {
            problems.add(
                    where,
                    "read_write_paths counts only with protect_system, protect_home, private_tmp or read_only_paths:"
                            + " else everything is writable");
        }
        if (writable.contains("/")) {
            problems.add(where, "\"/\": read_write_paths would undo all the rest");
        }
        for (String component : List.of("readWritePaths", "readOnlyPaths")) {
            List<String> paths = component.equals("readWritePaths") ? writable : readOnly;
            Node there = binder.at(s, component, at);
            if (s.protectHome()) {
                hidden(paths, HOMES, "protect_home", there);
            }
            if (s.privateTmp()) {
                hidden(paths, TMPS, "private_tmp", there);
            }
        }
    }

    private void hidden(List<String> paths, List<String> hidden, String by, Node at) {
        paths.stream()
                .filter(hidden::contains)
                .forEach(path -> problems.add(
                        at, "\"" + path + "\" is what " + by + " hides; only what lies below can be shown again"));
    }

    private void hostname(ProcessSection.Sandbox s, Node at) {
        String name = s.hostname();
        if (name != null
                && (name.length() > LONGEST_NAME || !name.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"))) {
            new Ranges(problems, binder, s, at)
                    .add("hostname", name, "has letters, digits, . and - between them, at most " + LONGEST_NAME);
        }
    }

    /** Nobody outside can connect to a network of its own, and so cannot ask whether it is well. */
    private void reachable(ProcessSection p, Node at) {
        for (String component : List.of("health", "readiness", "liveness")) {
            ProcessSection.Health h = switch (component) {
                case "health" -> p.health();
                case "readiness" -> p.readiness();
                default -> p.liveness();
            };
            if (h != null && (h.http() != null || h.tcp() != null)) {
                problems.add(
                        binder.at(p, component, at),
                        component + ": with sandbox.private_network only exec, which runs inside, and notify can tell");
            }
        }
    }

    private SandboxSpec.@Nullable CapabilitiesSpec capabilities(ProcessSection.@Nullable Capabilities c, Node at) {
        if (c == null) {
            return null;
        }
        Node keep = binder.written(c, "keep");
        Node drop = binder.written(c, "drop");
        if ((keep == null) == (drop == null)) {
            problems.add(
                    keep == null ? at : keep,
                    "capabilities has either keep, only these, or drop, all but these"
                            + (keep == null ? "" : "; not both"));
            return null;
        }
        return keep != null
                ? new SandboxSpec.CapabilitiesSpec(names(c.keep(), keep, false), null)
                : new SandboxSpec.CapabilitiesSpec(null, names(c.drop(), drop == null ? at : drop, true));
    }

    private SortedSet<String> names(List<String> written, Node list, boolean allToo) {
        var names = new TreeSet<String>();
        for (int i = 0; i < written.size(); i++) {
            String name = written.get(i);
            Node at = list instanceof SequenceNode s ? s.getValue().get(i) : list;
            Optional<Capability> known = Capability.named(name);
            if (known.isPresent()) {
                names.add(known.get().name());
            } else if (allToo && name.equals(ALL)) {
                names.addAll(Capability.names());
            } else {
                String bare = name.startsWith("CAP_") ? name.substring("CAP_".length()) : name;
                problems.add(
                        at,
                        "unknown capability \"" + name + "\"" + Problems.hint(bare, Capability.names())
                                + "; capabilities(7) has them all"
                                + (allToo ? ", ALL stands for every one" : ", [] keeps none"));
            }
        }
        return Collections.unmodifiableSortedSet(names);
    }
}
