package dev.holdfast.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * From YAML nodes to records. The records are the only schema: a key is a component, its type the component's. What does
 * not fit becomes a {@link Problem} and a null, and the binding goes on, so that one run tells everything.
 */
final class Binder {
    private final Problems problems;
    private final Interpolation interpolation;
    private final boolean partial;
    private final Budget budget;
    private final IdentityHashMap<Object, Boolean> broken = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Boolean> standIns = new IdentityHashMap<>();
    /** The nodes that sections and maps were read from; nothing dearer, as there may be many. */
    private final IdentityHashMap<Object, MappingNode> read = new IdentityHashMap<>();

    Binder(Problems problems, Interpolation interpolation, Budget budget) {
        this(problems, interpolation, budget, false);
    }

    private Binder(Problems problems, Interpolation interpolation, Budget budget, boolean partial) {
        this.problems = problems;
        this.interpolation = interpolation;
        this.budget = budget;
        this.partial = partial;
    }

    /** Tells what is wrong with a section that may leave out what is required, as {@code defaults} does. */
    static void check(Node node, Class<?> type, Problems problems, Interpolation interpolation, Budget budget) {
        new Binder(problems, interpolation, budget, true).bind(node, type);
    }

    /** Null when it did not fit; then there is a problem. */
    <T> @Nullable T bind(Node node, Class<T> type) {
        return type.cast(value(node, type));
    }

    /** Where a component of a bound record stands in the file; {@code otherwise} when it was not written. */
    Node at(Object record, String component, Node otherwise) {
        Node value = written(record, component);
        return value == null ? otherwise : value;
    }

    /** The node a component of a bound record was read from; null when it was not written. */
    @Nullable
    Node written(Object record, String component) {
        MappingNode node = read.get(record);
        return node == null ? null : Yaml.get(node, key(record.getClass(), component));
    }

    /** Where the key stands in a bound map. */
    Node at(Object map, String key) {
        MappingNode node = read.get(map);
        for (NodeTuple t : node == null ? List.<NodeTuple>of() : node.getValue()) {
            if (key(t).equals(key)) {
                return t.getKeyNode();
            }
        }
        throw new IllegalStateException("no position of " + key);
    }

    /** The key a component is written as. */
    static String key(Class<?> type, String component) {
        for (RecordComponent c : type.getRecordComponents()) {
            if (c.getName().equals(component)) {
                return keyOf(c);
            }
        }
        throw new IllegalStateException(type + " has no " + component);
    }

    static String keyOf(RecordComponent c) {
        KeyName name = c.getAnnotation(KeyName.class);
        return name != null
                ? name.value()
                : c.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private @Nullable Object value(Node node, Type type) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] arguments = generic.getActualTypeArguments();
            return raw == List.class ? list(node, arguments[0]) : map(node, arguments[1]);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord() && Scalars.of(plain) == null) {
            return section(node, plain);
        }
        return scalar(node, plain);
    }

    private @Nullable Object scalar(Node node, Class<?> type) {
        if (!(node instanceof ScalarNode scalar)) {
            problems.add(node, "one value is expected here, not " + kind(node));
            return null;
        }
        if (node.getTag().equals(Tag.NULL)) {
            problems.add(node, "there is no value; leave the key out, or write \"\" for an empty text");
            return null;
        }
        String text;
        try {
            text = interpolation.expand(scalar.getValue());
        } catch (IllegalArgumentException e) {
            problems.add(node, String.valueOf(e.getMessage()));
            return null;
        }
        budget.bound(node, text, !text.equals(scalar.getValue()));
        String never = never(text);
        if (never != null) {
            problems.add(node, never);
            return null;
        }
        try {
            return read(text, type);
        } catch (IllegalArgumentException e) { // what is to be a URL may have a password in it
            problems.add(node, (type == URI.class ? "" : "\"" + abbreviated(text) + "\": ") + e.getMessage());
            return null;
        }
    }

    /** Why no value may be this text; null when one may. */
    static @Nullable String never(String text) {
        if (text.indexOf('\0') >= 0) {
            return "it holds a NUL character, where the kernel would cut it off";
        }
        boolean tooLong = text.length() > Budget.VALUE_BYTES / 4
                && text.getBytes(StandardCharsets.UTF_8).length > Budget.VALUE_BYTES;
        return tooLong ? "a value has at most " + Budget.VALUE_BYTES + " bytes, variables expanded" : null;
    }

    private static Object read(String text, Class<?> type) {
        Scalars.Scalar scalar = Scalars.of(type);
        if (scalar != null) {
            return scalar.read().apply(text);
        }
        if (!type.isEnum()) {
            throw new IllegalStateException("no reader for " + type);
        }
        for (Object constant : type.getEnumConstants()) {
            if (Scalars.written(constant).equals(text)) {
                return constant;
            }
        }
        List<String> allowed = Arrays.asList(Scalars.constants(type));
        throw new IllegalArgumentException("it is one of " + String.join(", ", allowed) + Problems.hint(text, allowed));
    }

    private @Nullable List<Object> list(Node node, Type element) {
        if (!(node instanceof SequenceNode sequence)) {
            problems.add(node, "a list is expected here, such as [a, b], not " + kind(node));
            return null;
        }
        var values = new ArrayList<Object>();
        boolean sound = true;
        for (Node n : sequence.getValue()) {
            Object v = value(n, element);
            if (v != null) {
                values.add(v);
            }
            sound &= v != null;
        }
        return sound ? values : null;
    }

    private @Nullable Map<String, Object> map(Node node, Type element) {
        if (!(node instanceof MappingNode mapping)) {
            problems.add(node, "a mapping of names is expected here, not " + kind(node));
            return null;
        }
        var values = new LinkedHashMap<String, Object>();
        for (NodeTuple t : mapping.getValue()) {
            String key = key(t);
            String never = never(key);
            if (never != null) {
                problems.add(t.getKeyNode(), "\"" + abbreviated(key) + "\": " + never);
            }
            Object v = value(t.getValueNode(), element);
            if (v != null) {
                values.put(key, v);
            }
        }
        read.put(values, mapping);
        return values;
    }

    private @Nullable Object section(Node node, Class<?> type) {
        Object[] other = {null};
        if (form(node, type, other)) {
            return other[0];
        }
        if (!(node instanceof MappingNode mapping)) {
            problems.add(node, expectation(type) + ", not " + kind(node));
            return null;
        }
        RecordComponent[] components = type.getRecordComponents();
        var keys = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < components.length; i++) {
            keys.put(keyOf(components[i]), i);
        }
        var values = new Object[components.length];
        boolean sound = true;
        for (NodeTuple t : mapping.getValue()) {
            String key = key(t);
            Integer i = keys.get(key);
            if (i == null) {
                problems.add(
                        t.getKeyNode(),
                        "unknown key \"" + abbreviated(key) + "\"" + Problems.hint(key, keys.keySet())
                                + " (known here: " + String.join(", ", keys.keySet()) + ")");
                continue;
            }
            values[i] = value(t.getValueNode(), components[i].getGenericType());
            sound &= values[i] != null;
        }
        boolean whole = true;
        for (int i = 0; i < components.length; i++) {
            if (values[i] == null) {
                values[i] = absent(components[i]);
                if (values[i] == null && !partial && components[i].isAnnotationPresent(Required.class)) {
                    if (Yaml.get(mapping, keyOf(components[i])) == null) {
                        problems.add(node, "the key " + keyOf(components[i]) + " is missing");
                    }
                    sound = false;
                    values[i] = standIn(components[i].getType());
                    whole &= values[i] != null;
                }
            }
        }
        // What did not fit is told and counts as absent, so that the rest can be looked at in the same run.
        Object record = whole || type == Document.class ? construct(mapping, type, components, values) : null;
        if (record != null && !(sound && whole)) {
            broken.put(record, true);
        }
        return record;
    }

    /** In place of something required that did not fit, so that the rest of its section is looked at; or null. */
    private @Nullable Object standIn(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type != ProcessSection.Command.class) {
            return null;
        }
        var command = new ProcessSection.Command(List.of(), null);
        standIns.put(command, true);
        return command;
    }

    /** Whether this stands for what did not fit, and was told. */
    boolean standsIn(Object command) {
        return standIns.containsKey(command);
    }

    /** The keys of a bound map as they are written, those included whose values did not fit. */
    Set<String> names(Object map) {
        MappingNode node = read.get(map);
        return node == null ? Set.of() : Yaml.entries(node).keySet();
    }

    /** Whether something in this section did not fit, and was told: what then seems to be missing may not be. */
    boolean broken(Object section) {
        return broken.containsKey(section);
    }

    private static @Nullable Object absent(RecordComponent c) {
        Default d = c.getAnnotation(Default.class);
        if (d != null && c.getType() != List.class && c.getType() != Map.class) {
            return read(d.value(), c.getType());
        }
        if (c.getType() == List.class) {
            return d == null || d.value().isEmpty()
                    ? List.of()
                    : List.of(d.value().split(", ", -1));
        }
        if (c.getType() == Map.class) {
            return Map.of();
        }
        return c.getType() == boolean.class ? Boolean.FALSE : null;
    }

    private @Nullable Object construct(MappingNode node, Class<?> type, RecordComponent[] components, Object[] values) {
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            Object record = constructor.newInstance(values);
            read.put(record, node);
            return record;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                problems.add(node, String.valueOf(refused.getMessage()));
                return null;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the node is written in another form of the section; its value, or null when it did not fit. */
    private boolean form(Node node, Class<?> type, @Nullable Object[] result) {
        for (Method m : type.getDeclaredMethods()) {
            if (!m.isAnnotationPresent(Form.class) || !fits(node, m, type)) {
                continue;
            }
            Object argument = value(node, m.getGenericParameterTypes()[0]);
            if (argument == null) {
                return true;
            }
            try {
                result[0] = m.invoke(null, argument);
            } catch (InvocationTargetException e) {
                Throwable refused = e.getCause();
                problems.add(node, refused == null ? e.toString() : String.valueOf(refused.getMessage()));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            return true;
        }
        return false;
    }

    private boolean fits(Node node, Method form, Class<?> type) {
        Class<?> parameter = form.getParameterTypes()[0];
        if (parameter == List.class) {
            return node instanceof SequenceNode;
        }
        if (parameter != Map.class) {
            return node instanceof ScalarNode;
        }
        if (!(node instanceof MappingNode mapping)) {
            return false;
        }
        List<String> own =
                Arrays.stream(type.getRecordComponents()).map(Binder::keyOf).toList();
        return !mapping.getValue().stream().allMatch(t -> own.contains(key(t)));
    }

    private static String expectation(Class<?> type) {
        Doc doc = type.getAnnotation(Doc.class);
        String keys = String.join(
                ", ",
                Arrays.stream(type.getRecordComponents()).map(Binder::keyOf).toList());
        return (doc == null ? "a section" : doc.value()) + " is expected here, with keys of " + keys;
    }

    private String key(NodeTuple t) {
        return t.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode m -> "a mapping";
            case SequenceNode s -> "a list";
            case ScalarNode s -> s.getTag().equals(Tag.NULL) ? "nothing" : "\"" + abbreviated(s.getValue()) + "\"";
            default -> "that";
        };
    }

    private static String abbreviated(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
