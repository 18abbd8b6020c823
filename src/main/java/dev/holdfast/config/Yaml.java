package dev.holdfast.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** YAML 1.2 text to nodes that know where they stand; nothing in it can make the reading long. */
final class Yaml {
    /** What YAML's core schema gives a value by itself. */
    private static final Set<Tag> TAGS = Set.of(Tag.MAP, Tag.SEQ, Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

    private final Problems problems;
    private final String label;
    private final String form;
    private final Budget budget;
    private final boolean tags;
    private int nodes;

    private Yaml(Problems problems, String label, String form, boolean tags, Budget budget) {
        this.problems = problems;
        this.label = label;
        this.form = form;
        this.tags = tags;
        this.budget = budget;
    }

    /** The one document, a mapping; null when there is none or it is damaged, and then there is a problem. */
    static @Nullable MappingNode read(String text, String label, Problems problems, Budget budget) {
        String form = "a mapping of sections, beginning with `version: 1`";
        return new Yaml(problems, label, form, false, budget).read(text);
    }

    /**
     * Of another tool, whose tags may mean something to it.
     *
     * @param form what a file is, for who wrote another thing
     */
    static @Nullable MappingNode foreign(String text, String label, String form, Problems problems, Budget budget) {
        return new Yaml(problems, label, form, true, budget).read(text);
    }

    private @Nullable MappingNode read(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(label)
                .setUseMarks(true)
                .setCodePointLimit(Budget.FILE_BYTES)
                .setAllowDuplicateKeys(true) // told by us, all of them, with both places
                .build();
        Optional<Node> root;
        try {
            // What api.lowlevel.Compose does, which the library's module does not export.
            var parser = new BoundedParser(new ParserImpl(settings, new StreamReader(settings, text)), label, budget);
            root = new SlimComposer(settings, parser, label).getSingleNode();
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            String why = "this is not YAML: " + told(e) + (e.getContext() == null ? "" : ", " + e.getContext());
            problems.add(new Problem(
                    label, mark == null ? 1 : mark.getLine() + 1, mark == null ? 1 : mark.getColumn() + 1, why));
            return null;
        } catch (YamlEngineException e) {
            problems.add(new Problem(label, 1, 1, "this is not YAML that can be read: " + firstLine(e)));
            return null;
        }
        if (root.isEmpty()) {
            problems.add(new Problem(label, 1, 1, "the file is empty; it is " + form));
            return null;
        }
        if (!(root.get() instanceof MappingNode mapping)) {
            problems.add(root.get(), "a file is " + form);
            return null;
        }
        return sound(mapping, 0) ? mapping : null;
    }

    /** Without the word that begins with an asterisk: it may be a password that lacks its quotes. */
    private static String told(MarkedYamlEngineException e) {
        return String.valueOf(e.getProblem()).replaceFirst("(undefined alias) .*", "$1");
    }

    private boolean sound(Node node, int depth) {
        nodes++;
        if (depth > Budget.DEPTH || nodes > Budget.NODES) { // aliases make a small text a large tree
            problems.add(
                    node,
                    depth > Budget.DEPTH
                            ? BoundedParser.TOO_DEEP
                            : "aliases laid out, it is more than " + Budget.NODES + " values, lists and mappings");
            return false;
        }
        if (!meant(node)) {
            return false;
        }
        return switch (node) {
            case MappingNode m -> soundMapping(m, depth);
            case SequenceNode s -> {
                for (Node n : s.getValue()) {
                    if (!sound(n, depth + 1)) {
                        yield false;
                    }
                }
                yield true;
            }
            default -> true;
        };
    }

    private boolean meant(Node node) {
        // What the library gives a plain text of that form by itself.
        boolean variable = node.getTag().equals(Tag.ENV_TAG)
                && node instanceof ScalarNode s
                && s.getValue().startsWith("${");
        if (tags || variable || TAGS.contains(node.getTag())) {
            return true;
        }
        problems.add(node, "a tag such as \"" + shown(node.getTag()) + "\" means nothing here");
        return false;
    }

    private static String shown(Tag tag) {
        return tag.getValue().replaceFirst("^tag:yaml\\.org,2002:", "!!");
    }

    private boolean soundMapping(MappingNode m, int depth) {
        var seen = new HashMap<String, Node>();
        for (NodeTuple t : m.getValue()) {
            if (!(t.getKeyNode() instanceof ScalarNode key)) {
                problems.add(t.getKeyNode(), "a key is a plain text");
                return false;
            }
            Node first = seen.putIfAbsent(key.getValue(), key);
            if (first != null) {
                int line = first.getStartMark().map(Mark::getLine).orElse(0) + 1;
                problems.add(key, "duplicate key \"" + key.getValue() + "\", first given in line " + line);
            }
            if (!tags && key.getValue().equals("<<")) {
                problems.add(key, "YAML 1.2 has no merge keys (<<): what entries share goes into `defaults`");
                return false;
            }
            if (!meant(key) || !sound(t.getValueNode(), depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private static String firstLine(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().lines().findFirst().orElse("");
    }

    /** The value of a key, or null. */
    static @Nullable Node get(MappingNode mapping, String key) {
        for (NodeTuple t : mapping.getValue()) {
            if (t.getKeyNode() instanceof ScalarNode s && s.getValue().equals(key)) {
                return t.getValueNode();
            }
        }
        return null;
    }

    /**
     * {@code over} laid on {@code under}: mappings merge key by key, anything else replaces. Nodes keep their places, so
     * that a mistake in a default is told where the default stands.
     */
    static Node merge(Node under, Node over) {
        if (!(under instanceof MappingNode u) || !(over instanceof MappingNode o)) {
            return over;
        }
        var merged = new LinkedHashMap<String, NodeTuple>();
        for (NodeTuple t : u.getValue()) {
            merged.put(name(t), t);
        }
        for (NodeTuple t : o.getValue()) {
            NodeTuple below = merged.get(name(t));
            merged.put(
                    name(t),
                    below == null ? t : new NodeTuple(t.getKeyNode(), merge(below.getValueNode(), t.getValueNode())));
        }
        return mapping(new ArrayList<>(merged.values()), o);
    }

    /** {@code mapping} with the value of one key replaced. */
    static MappingNode with(MappingNode mapping, String key, Node value) {
        List<NodeTuple> tuples = new ArrayList<>();
        for (NodeTuple t : mapping.getValue()) {
            tuples.add(name(t).equals(key) ? new NodeTuple(t.getKeyNode(), value) : t);
        }
        return mapping(tuples, mapping);
    }

    static MappingNode without(MappingNode mapping, String key) {
        return mapping(
                mapping.getValue().stream().filter(t -> !name(t).equals(key)).toList(), mapping);
    }

    static MappingNode mapping(List<NodeTuple> tuples, MappingNode at) {
        return new MappingNode(Tag.MAP, true, tuples, FlowStyle.BLOCK, at.getStartMark(), at.getEndMark());
    }

    static String name(NodeTuple t) {
        return t.getKeyNode() instanceof ScalarNode s ? s.getValue() : "";
    }

    static Map<String, Node> entries(@Nullable Node node) {
        var entries = new LinkedHashMap<String, Node>();
        if (node instanceof MappingNode m) {
            m.getValue().forEach(t -> entries.put(name(t), t.getValueNode()));
        }
        return entries;
    }
}
