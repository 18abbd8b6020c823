package dev.holdfast.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML file that is not ours, as it is written: nothing is expanded, and merge keys ({@code <<}) are laid out. */
public sealed interface Tree {
    Place place();

    /** @param value null for an empty one */
    record Text(Place place, @Nullable String value) implements Tree {}

    record Sequence(Place place, List<Tree> items) implements Tree {}

    /** @param entries in the order of the file */
    record Mapping(Place place, Map<String, Tree> entries) implements Tree {
        public @Nullable Tree get(String key) {
            return entries.get(key);
        }
    }

    /** What came of reading. */
    sealed interface Read {
        record Sound(Mapping root) implements Read {}

        record Unsound(List<Problem> problems) implements Read {}
    }

    /** Reads one file, with the bounds of a configuration: nothing in it makes that long. */
    static Read read(Path file) {
        var problems = new Problems();
        var budget = new Budget();
        String label = file.toString();
        try {
            String tooMuch = budget.file(Files.size(file));
            if (tooMuch != null) {
                problems.add(new Problem(label, 1, 1, "the file " + tooMuch));
                return new Read.Unsound(problems.list());
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            MappingNode root = Yaml.foreign(text, label, "a mapping of sections", problems, budget);
            if (root == null || !problems.isEmpty()) {
                return new Read.Unsound(problems.list());
            }
            return new Read.Sound(mapping(root));
        } catch (Budget.Exceeded e) {
            problems.add(e.problem());
        } catch (CharacterCodingException e) {
            problems.add(new Problem(label, 1, 1, "the file is not UTF-8"));
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
            problems.add(new Problem(label, 1, 1, "the file " + why));
        }
        return new Read.Unsound(problems.list());
    }

    private static Tree of(Node node) {
        return switch (node) {
            case MappingNode m -> mapping(m);
            case SequenceNode s -> {
                var items = new ArrayList<Tree>();
                s.getValue().forEach(n -> items.add(of(n)));
                yield new Sequence(place(s), items);
            }
            case ScalarNode s -> new Text(place(s), s.getTag().equals(Tag.NULL) ? null : s.getValue());
            default -> throw new IllegalStateException("no such node: " + node);
        };
    }

    private static Mapping mapping(MappingNode m) {
        var entries = new LinkedHashMap<String, Tree>();
        for (NodeTuple t : m.getValue()) {
            if (!Yaml.name(t).equals("<<")) {
                entries.put(Yaml.name(t), of(t.getValueNode()));
            }
        }
        for (NodeTuple t :
                m.getValue()) { // what is written here counts more than what is merged in, wherever it stands
            if (Yaml.name(t).equals("<<")) {
                List<Node> from = t.getValueNode() instanceof SequenceNode s ? s.getValue() : List.of(t.getValueNode());
                for (Node n : from) {
                    if (n instanceof MappingNode merged) {
                        mapping(merged).entries().forEach(entries::putIfAbsent);
                    }
                }
            }
        }
        return new Mapping(place(m), entries);
    }

    private static Place place(Node node) {
        Mark mark = node.getStartMark().orElse(null);
        return mark == null
                ? new Place("?", 1, 1)
                : new Place(mark.getName(), mark.getLine() + 1, mark.getColumn() + 1);
    }
}
