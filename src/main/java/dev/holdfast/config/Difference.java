package dev.holdfast.config;

import dev.holdfast.cron.Timing;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Signal;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What differs between two specs of a process, a schedule or a queue, as people wrote it: {@code stop.timeout: 5s → 6s}. */
final class Difference {
    private static final int LONGEST = 60;
    /** Where a spec's component is not written under its own name. */
    static final Map<String, String> WRITTEN = Map.ofEntries(
            Map.entry("environment", "env"),
            Map.entry("clean_environment", "env.clean"),
            Map.entry("pass_environment", "env.pass"),
            Map.entry("io_class", "io.class"),
            Map.entry("io_priority", "io.priority"),
            Map.entry("log.path", "logging.file.path"),
            Map.entry("resources.cpu", "resources.limits.cpu"),
            Map.entry("resources.memory", "resources.limits.memory"),
            Map.entry("resources.memory_high", "resources.limits.memory_high"),
            Map.entry("resources.memory_swap", "resources.limits.memory_swap"),
            Map.entry("resources.pids", "resources.limits.pids"),
            Map.entry("resources.io", "resources.limits.io"),
            Map.entry("resources.cpu_reserved", "resources.reservations.cpu"),
            Map.entry("resources.memory_warn", "memory_watch.warn"),
            Map.entry("resources.memory_recycle", "memory_watch.recycle"),
            Map.entry("resources.memory_reserved", "resources.reservations.memory"),
            Map.entry("log.format", "logging.file.format"),
            Map.entry("log.rotation", "logging.file.rotation"),
            Map.entry("logging.file.rotation.max_size_bytes", "logging.file.rotation.max_size"),
            Map.entry("log.lines", "logging"),
            Map.entry("logging.multiline.max_size_bytes", "logging.multiline.max_size"));

    private final List<String> found = new ArrayList<>();

    private Difference() {}

    static List<String> of(ProcessSpec before, ProcessSpec after) {
        return of(before.launch(), after.launch(), before, after);
    }

    static List<String> of(ScheduleSpec before, ScheduleSpec after) {
        return of(before.launch(), after.launch(), before, after);
    }

    static List<String> of(QueueSpec before, QueueSpec after) {
        return of(before.launch(), after.launch(), before, after);
    }

    /** Of what is not launched. */
    static List<String> of(Record before, Record after) {
        var d = new Difference();
        d.records("", before, after);
        return List.copyOf(d.found);
    }

    private static List<String> of(LaunchSpec launchBefore, LaunchSpec launchAfter, Record before, Record after) {
        var d = new Difference();
        d.records("", launchBefore, launchAfter);
        d.records("", before, after);
        return List.copyOf(d.found);
    }

    /** The keys of the first level that these changes are in, each once. */
    static List<String> keys(List<String> changes) {
        return changes.stream()
                .map(c -> c.substring(0, c.indexOf(':')))
                .map(k -> k.contains(".") ? k.substring(0, k.indexOf('.')) : k)
                .distinct()
                .toList();
    }

    private void records(String path, Record before, Record after) {
        for (RecordComponent c : before.getClass().getRecordComponents()) {
            if (c.getType() == LaunchSpec.class) {
                continue; // its keys stand beside the others in the file
            }
            try {
                String key = path + Binder.keyOf(c);
                Object b = c.getAccessor().invoke(before);
                Object a = c.getAccessor().invoke(after);
                if (c.getType() == Timing.class) {
                    values("cron", b instanceof Timing.Every ? null : b, a instanceof Timing.Every ? null : a);
                    values("every", b instanceof Timing.Every ? b : null, a instanceof Timing.Every ? a : null);
                } else {
                    values(WRITTEN.getOrDefault(key, key), b, a);
                }
            } catch (ReflectiveOperationException ourOwnRecord) {
                throw new IllegalStateException(ourOwnRecord);
            }
        }
    }

    private void values(String key, @Nullable Object before, @Nullable Object after) {
        if (Objects.equals(before, after)) {
            return;
        }
        if (before instanceof Map<?, ?> b && after instanceof Map<?, ?> a) {
            var names = new TreeSet<String>();
            b.keySet().forEach(k -> names.add(String.valueOf(k)));
            a.keySet().forEach(k -> names.add(String.valueOf(k)));
            names.forEach(n -> values(key + "." + n, b.get(n), a.get(n)));
        } else if (before instanceof Record b
                && b.getClass().isInstance(after)
                && !isOne(before)
                && after instanceof Record a) {
            records(WRITTEN.getOrDefault(key, key) + ".", b, a);
        } else if (before instanceof URI
                || after instanceof URI
                || ((key.startsWith("env.") || key.startsWith("check.")) && Redacted.names(key))) {
            found.add(key + ": " + (before == null ? "set" : after == null ? "no longer set" : "another value")
                    + " (not shown)");
        } else {
            String was = text(key, before);
            String is = text(key, after);
            found.add(key + ": " + (was.equals(is) ? "another value (not shown)" : was + " → " + is));
        }
    }

    /** Whether people write it as one value. */
    private static boolean isOne(Object value) {
        return value instanceof CommandSpec
                || value instanceof Timing
                || value instanceof ByteSize
                || value instanceof CpuAmount
                || value instanceof Percent;
    }

    private static String text(String key, @Nullable Object value) {
        String text = switch (value) {
            case null -> "(none)";
            case Duration d -> Durations.format(d);
            case Signal s -> s.written();
            case Enum<?> e -> Scalars.written(e);
            case Integer bits when key.equals("umask") -> "0" + Integer.toOctalString(bits);
            case Long bytes when key.endsWith("max_size") -> new ByteSize(bytes).toString();
            case CommandSpec c -> Redacted.argv(c.argv()).toString();
            case Timing.Every(Duration period) -> Durations.format(period);
            case Timing timing -> timing.toString();
            case URI _ -> "(not shown)"; // who knows it may say what a run came to
            case ByteSize size -> size.toString();
            case CpuAmount amount -> amount.toString();
            case Percent share -> share.toString();
            case Record r -> record(r);
            default -> Redacted.of(value.toString());
        };
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }

    /** What of it is given. */
    private static String record(Record r) {
        var given = new ArrayList<String>();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            try {
                Object value = c.getAccessor().invoke(r);
                if (value != null) {
                    String key = Binder.keyOf(c);
                    given.add(key + ": " + text(key, value));
                }
            } catch (ReflectiveOperationException ourOwnRecord) {
                throw new IllegalStateException(ourOwnRecord);
            }
        }
        return "{" + String.join(", ", given) + "}";
    }
}
