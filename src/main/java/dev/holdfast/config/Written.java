package dev.holdfast.config;

import dev.holdfast.cron.Timing;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A spec in the words of the file, defaults filled in, for people. Pure. */
public final class Written {
    private static final String WITHHELD = "(not shown)";

    private Written() {}

    /**
     * As YAML: {@code processes: { NAME: … }}. What may be a secret is withheld: values of the environment by their
     * names, addresses, and what {@link Redacted} takes out of texts and commands.
     */
    public static String yaml(ProcessSpec spec) {
        var w = new Written();
        var keys = new LinkedHashMap<String, Object>();
        w.record("", spec.launch(), keys);
        w.record("", spec, keys);
        keys.remove("name");
        if (spec.scale() != null) {
            keys.remove("replicas"); // they exclude each other in a file
        }
        var out = new StringBuilder("processes:\n  " + quoted(spec.name()) + ":\n");
        lines(keys, "    ", out);
        return out.toString();
    }

    private void record(String path, Record record, Map<String, Object> into) {
        for (RecordComponent c : record.getClass().getRecordComponents()) {
            if (c.getType() == LaunchSpec.class) {
                continue; // its keys stand beside the others in the file
            }
            try {
                Object value = c.getAccessor().invoke(record);
                if (value != null) {
                    String key = path + Binder.keyOf(c);
                    value(Difference.WRITTEN.getOrDefault(key, key), value, into);
                }
            } catch (ReflectiveOperationException ourOwnRecord) {
                throw new IllegalStateException(ourOwnRecord);
            }
        }
    }

    private void value(String key, Object value, Map<String, Object> into) {
        switch (value) {
            case Map<?, ?> map -> map.forEach((k, v) -> value(key + "." + k, v, into));
            case Collection<?> all -> {
                if (!all.isEmpty()) {
                    put(key, all.stream().map(v -> one(key, v)).toList(), into);
                }
            }
            case CommandSpec command -> put(key, Redacted.argv(command.argv()), into);
            case Record r when !isOne(r) -> record(key + ".", r, into);
            default -> put(key, one(key, value), into);
        }
    }

    private static boolean isOne(Record r) {
        return r instanceof Timing
                || r instanceof ByteSize
                || r instanceof CpuAmount
                || r instanceof Percent
                || r instanceof Rate
                || r instanceof Threshold;
    }

    private Object one(String key, Object value) {
        return switch (value) {
            case URI _ -> WITHHELD; // who knows it may say what a run came to
            case Object _ when key.startsWith("env.") && !key.equals("env.pass") && Redacted.names(key) -> WITHHELD;
            case Duration d -> Durations.format(d);
            case Signal s -> s.written();
            case Enum<?> e -> Scalars.written(e);
            case Integer bits when key.equals("umask") -> "0" + Integer.toOctalString(bits);
            case Long bytes when key.endsWith("max_size") -> new ByteSize(bytes).toString();
            case Number n -> n;
            case Boolean b -> b;
            default -> Redacted.of(value.toString());
        };
    }

    /** {@code stop.timeout} into {@code stop: { timeout: … }}. */
    @SuppressWarnings("unchecked") // what is nested is made here
    private static void put(String key, Object value, Map<String, Object> into) {
        int dot = key.indexOf('.');
        if (dot < 0) {
            into.put(key, value);
            return;
        }
        Object below = into.computeIfAbsent(key.substring(0, dot), _ -> new LinkedHashMap<String, Object>());
        if (below instanceof Map<?, ?> map) {
            put(key.substring(dot + 1), value, (Map<String, Object>) map);
        } else {
            into.put(key, value);
        }
    }

    private static void lines(Map<String, Object> keys, String indent, StringBuilder out) {
        keys.forEach((key, value) -> {
            out.append(indent)
                    .append(key.matches("[a-z_]+") ? key : quoted(key))
                    .append(':');
            if (value instanceof Map<?, ?> map) {
                out.append('\n');
                var below = new LinkedHashMap<String, Object>();
                map.forEach((k, v) -> below.put(String.valueOf(k), v));
                lines(below, indent + "  ", out);
            } else {
                out.append(' ').append(scalar(value)).append('\n');
            }
        });
    }

    private static String scalar(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case List<?> all -> {
                var items = new ArrayList<String>();
                all.forEach(v -> items.add(scalar(v)));
                yield "[" + String.join(", ", items) + "]";
            }
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            default -> {
                String text = value.toString();
                yield text.matches("[a-z][a-z-]*") && !text.matches("true|false|null|yes|no|on|off|y|n")
                        ? text
                        : quoted(text);
            }
        };
    }

    /** As JSON has it, which YAML 1.2 contains. */
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }
}
