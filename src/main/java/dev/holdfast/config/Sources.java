package dev.holdfast.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The files of a configuration: the main one, what it includes, and files of variables. */
final class Sources {
    private final Problems problems;
    private final @Nullable Trust trust;
    private final Budget budget;
    private final List<Path> reading = new ArrayList<>();
    private final Map<Path, Map<String, String>> variables = new HashMap<>();

    /** @param trust what root asks of a file; null for others */
    Sources(Problems problems, @Nullable Trust trust, Budget budget) {
        this.problems = problems;
        this.budget = budget;
        this.trust = trust;
    }

    /** The file with everything it includes laid beside it; null when it cannot be read. */
    @Nullable
    MappingNode read(Path file, @Nullable Node wantedBy) {
        String text = text(file, wantedBy);
        MappingNode root = text == null ? null : Yaml.read(text, file.toString(), problems, budget);
        if (root == null) {
            return null;
        }
        reading.add(file.toAbsolutePath().normalize());
        MappingNode whole = root;
        if (Yaml.get(root, "include") instanceof SequenceNode includes) {
            for (Node pattern : includes.getValue()) {
                for (Path included : matching(file, pattern)) {
                    if (reading.contains(included.toAbsolutePath().normalize())) {
                        problems.add(pattern, "\"" + included + "\" includes itself");
                        continue;
                    }
                    if (reading.size() >= Budget.INCLUDES_DEEP) {
                        problems.add(pattern, "includes are nested deeper than " + Budget.INCLUDES_DEEP);
                        continue;
                    }
                    MappingNode other = read(included, pattern);
                    whole = other == null ? whole : beside(whole, other);
                }
            }
        }
        reading.removeLast();
        return whole;
    }

    /** NAME=VALUE lines; # begins a comment line; matching quotes around a value are taken off. */
    Map<String, String> variables(Path file, Node wantedBy) {
        Map<String, String> known = variables.get(file);
        if (known == null) {
            known = readVariables(file, wantedBy);
            variables.put(file, known);
        }
        budget.variables(wantedBy, known.size());
        return known;
    }

    private Map<String, String> readVariables(Path file, Node wantedBy) {
        var variables = new LinkedHashMap<String, String>();
        String text = text(file, wantedBy);
        int line = 0;
        for (String l : (Iterable<String>) (text == null ? "" : text).lines()::iterator) {
            line++;
            String stripped = l.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            int equals = stripped.indexOf('=');
            String name = equals < 0 ? "" : stripped.substring(0, equals).replaceFirst("^export +", "");
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                problems.add(new Problem(file.toString(), line, 1, "a line is NAME=VALUE, a comment or empty"));
                continue;
            }
            if (stripped.indexOf('\0') >= 0) {
                problems.add(new Problem(
                        file.toString(), line, 1, name + " holds a NUL character, where the kernel would cut it off"));
                continue;
            }
            String value = stripped.substring(equals + 1);
            boolean quoted = value.length() >= 2
                    && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                    && value.charAt(value.length() - 1) == value.charAt(0);
            variables.put(name, quoted ? value.substring(1, value.length() - 1) : value);
        }
        return variables;
    }

    private @Nullable String text(Path file, @Nullable Node wantedBy) {
        String why;
        try {
            String tooMuch = budget.file(Files.size(file));
            why = String.valueOf(tooMuch);
            String unsafe = trust == null ? null : trust.lacking(file);
            if (tooMuch == null && unsafe != null) {
                why = unsafe;
            } else if (tooMuch == null) {
                return Files.readString(file, StandardCharsets.UTF_8);
            }
        } catch (CharacterCodingException e) {
            why = "is not UTF-8";
        } catch (IOException e) {
            why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
        }
        if (wantedBy == null) {
            problems.add(new Problem(file.toString(), 1, 1, "the file " + why));
        } else {
            problems.add(wantedBy, "\"" + file + "\" " + why);
        }
        return null;
    }

    private List<Path> matching(Path from, Node pattern) {
        if (!(pattern instanceof ScalarNode s)) {
            return List.of(); // the binder says so
        }
        Path parent = from.toAbsolutePath().getParent();
        Path wanted = (parent == null ? Path.of("/") : parent).resolve(s.getValue());
        Path dir = wanted.getParent();
        String name = String.valueOf(wanted.getFileName());
        if (dir == null || !(name.contains("*") || name.contains("?"))) {
            return List.of(wanted);
        }
        var found = new TreeSet<Path>();
        try (DirectoryStream<Path> matches = Files.newDirectoryStream(dir, name)) {
            matches.forEach(found::add);
        } catch (IOException e) {
            problems.add(pattern, "\"" + dir + "\" cannot be listed: " + e.getMessage());
        }
        return List.copyOf(found);
    }

    /** Entries of mappings join; what two files both say is told with both places. */
    private MappingNode beside(MappingNode one, MappingNode other) {
        var tuples = new ArrayList<>(one.getValue());
        var index = new HashMap<String, Integer>();
        for (int i = 0; i < tuples.size(); i++) {
            index.put(Yaml.name(tuples.get(i)), i);
        }
        for (NodeTuple t : other.getValue()) {
            String key = Yaml.name(t);
            Integer at = index.get(key);
            if (at == null) {
                tuples.add(t);
            } else if (tuples.get(at).getValueNode() instanceof MappingNode a
                    && t.getValueNode() instanceof MappingNode b) {
                tuples.set(at, new NodeTuple(tuples.get(at).getKeyNode(), beside(a, b)));
            } else if (!key.equals("version") && !key.equals("include")) {
                String first = tuples.get(at)
                        .getKeyNode()
                        .getStartMark()
                        .map(m -> m.getName() + ":" + (m.getLine() + 1))
                        .orElse("?");
                problems.add(t.getKeyNode(), "\"" + key + "\" is also given at " + first);
            }
        }
        return Yaml.mapping(tuples, one);
    }
}
