package dev.holdfast.crontab;

import dev.holdfast.imports.Entry;
import dev.holdfast.source.Origin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys of one schedule as they are gathered, values as the configuration writes them. */
final class Keys {
    /** Of the entry, from 1. */
    final int line;

    /** Dotted keys in the order in which they are written. */
    final Map<String, String> plain = new LinkedHashMap<>();

    final Map<String, String> env = new TreeMap<>();
    final List<String> remarks = new ArrayList<>();

    /** A whole command line; null: {@link #argv} is it. */
    @Nullable
    String shell;

    List<String> argv = List.of();

    Keys(int line) {
        this.line = line;
    }

    void put(String key, String value) {
        plain.put(key, value);
    }

    void remark(String text) {
        remarks.add(text);
    }

    /** @param shared locks that others take too: a group each */
    void write(Entry entry, String file, Set<String> shared) {
        var at = new Origin(file, line);
        remarks.forEach(r -> entry.remark(at, r));
        entry.put("cron", plain.getOrDefault("cron", ""));
        if (shell != null) {
            entry.put("shell", true).put("command", shell);
        } else {
            entry.put("command", argv);
        }
        new TreeMap<>(plain).forEach((key, value) -> {
            if (!key.equals("flock") && !key.equals("cron")) {
                entry.put(key, value);
            } else if (key.equals("flock") && shared.contains(value)) {
                entry.put("concurrency", value);
            }
        });
        env.forEach((name, value) -> entry.variables(Map.of(name, value)));
    }
}
