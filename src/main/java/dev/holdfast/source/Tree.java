package dev.holdfast.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** YAML, or what is as it, as mappings, lists and texts that know their lines; aliases are shared, merge keys merged. */
public sealed interface Tree {
    int DEEPEST = 64;

    int line();

    /**
     * @param column of its text, from 0
     * @param plain not in quotes
     */
    record Text(String value, int line, int column, boolean plain) implements Tree {
        /** Whether it is YAML's null. */
        public boolean none() {
            return plain && List.of("", "~", "null", "Null", "NULL").contains(value);
        }
    }

    /** An expression of a program's text, which only that program can tell. */
    record Code(String text, int line, int column) implements Tree {}

    record Items(List<Tree> items, int line) implements Tree {}

    /** @param keys where each key stands */
    record Table(Map<String, Tree> values, Map<String, Text> keys, int line) implements Tree {
        public @Nullable Tree get(String... path) {
            Tree at = this;
            for (String key : path) {
                at = at instanceof Table t ? t.values.get(key) : null;
            }
            return at;
        }

        public @Nullable Text text(String... path) {
            return get(path) instanceof Text t ? t : null;
        }
    }

    /**
     * The first document; null when there is none.
     *
     * @throws YamlEngineException when it is no YAML, or too deep
     */
    static @Nullable Tree read(String text) {
        return reader(text).document();
    }

    private static Reader reader(String text) {
        var settings = LoadSettings.builder().setCodePointLimit(8 << 20).build();
        return new Reader(new ParserImpl(settings, new StreamReader(settings, text)));
    }

    /**
     * As {@link #read(String)}, for a file of which nothing can be used when it is broken.
     *
     * @param further told where a second document begins, of which nothing is read
     * @throws Broken when it is no YAML, too deep, has no document, or says a key twice
     */
    static Tree read(String file, String text, Consumer<Origin> further) throws Broken {
        try {
            Reader reader = reader(text);
            Tree tree = reader.document();
            if (tree == null) {
                throw new Broken(new Origin(file, 1), 1, "there is nothing in it");
            }
            int second = reader.further();
            if (second > 0) {
                further.accept(new Origin(file, second));
            }
            return tree;
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            throw new Broken(
                    new Origin(file, mark == null ? 1 : mark.getLine() + 1),
                    mark == null ? 1 : mark.getColumn() + 1,
                    e.getProblem());
        } catch (YamlEngineException e) {
            throw new Broken(new Origin(file, 1), 1, String.valueOf(e.getMessage()));
        }
    }

    /** Makes the tree from the parser's events. */
    final class Reader {
        private final ParserImpl parser;
        private static final int MOST_COPIED = 1_000_000;

        private final Map<String, Tree> anchors = new HashMap<>();
        private int copied;

        private Reader(ParserImpl parser) {
            this.parser = parser;
        }

        private @Nullable Tree document() {
            while (parser.hasNext()) {
                Event e = parser.next();
                boolean content = e instanceof ScalarEvent
                        || e instanceof MappingStartEvent
                        || e instanceof SequenceStartEvent
                        || e instanceof AliasEvent;
                if (content) {
                    return node(e, 0);
                }
            }
            return null;
        }

        /** The line of a second document that says something; 0: there is none. */
        private int further() {
            while (parser.hasNext()) {
                Event e = parser.next();
                boolean empty = e instanceof ScalarEvent s && s.getValue().isEmpty();
                boolean content = e instanceof ScalarEvent
                        || e instanceof MappingStartEvent
                        || e instanceof SequenceStartEvent
                        || e instanceof AliasEvent;
                if (content && !empty) {
                    return line(e);
                }
            }
            return 0;
        }

        private static int line(Event e) {
            return e.getStartMark().map(Mark::getLine).orElse(0) + 1;
        }

        private static int column(Event e) {
            return e.getStartMark().map(Mark::getColumn).orElse(0);
        }

        private Tree node(Event e, int depth) {
            if (depth > DEEPEST) {
                throw new YamlEngineException("line " + line(e) + " is nested more than " + DEEPEST + " deep");
            }
            return switch (e) {
                case ScalarEvent s ->
                    anchored(
                            s.getAnchor().map(Object::toString).orElse(""),
                            new Text(s.getValue(), line(e), column(e), s.isPlain()));
                case SequenceStartEvent s -> {
                    var items = new ArrayList<Tree>();
                    for (Event next = parser.next(); !(next instanceof SequenceEndEvent); next = parser.next()) {
                        items.add(node(next, depth + 1));
                    }
                    yield anchored(s.getAnchor().map(Object::toString).orElse(""), new Items(items, line(e)));
                }
                case MappingStartEvent m ->
                    anchored(m.getAnchor().map(Object::toString).orElse(""), table(line(e), depth));
                case AliasEvent a ->
                    anchors.getOrDefault(a.getAlias().toString(), new Text("", line(e), column(e), true));
                default -> throw new YamlEngineException("line " + line(e) + " is not understood");
            };
        }

        private Tree anchored(String anchor, Tree tree) {
            if (!anchor.isEmpty()) {
                anchors.put(anchor, tree);
            }
            return tree;
        }

        private Table table(int line, int depth) {
            var values = new LinkedHashMap<String, Tree>();
            var keys = new LinkedHashMap<String, Text>();
            var merged = new ArrayList<Tree>();
            for (Event next = parser.next(); !(next instanceof MappingEndEvent); next = parser.next()) {
                Tree key = node(next, depth + 1);
                if (key instanceof Text t && keys.containsKey(t.value())) {
                    throw new ParserException("the key " + t.value() + " is here a second time", next.getStartMark());
                }
                Tree value = node(parser.next(), depth + 1);
                if (key instanceof Text t && t.value().equals("<<")) {
                    merged.addAll(value instanceof Items i ? i.items() : List.of(value));
                } else if (key instanceof Text t) {
                    values.put(t.value(), value);
                    keys.put(t.value(), t);
                }
            }
            for (Tree from : merged) {
                if (from instanceof Table t) {
                    copied += t.values.size();
                    if (copied > MOST_COPIED) {
                        throw new YamlEngineException("line " + line + ": more than a million keys are merged");
                    }
                    t.values.forEach(values::putIfAbsent);
                    t.keys.forEach(keys::putIfAbsent);
                }
            }
            return new Table(values, keys, line);
        }
    }
}
