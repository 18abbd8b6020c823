package dev.holdfast.crontab;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes schedules as the configuration reads them. */
final class SchedulesYaml {
    private SchedulesYaml() {}

    static String of(Map<String, Keys> schedules, List<Crontab.Remark> remarks) {
        var yaml = new StringBuilder();
        remarks.forEach(r -> yaml.append("# line ")
                .append(r.line())
                .append(": ")
                .append(r.text())
                .append('\n'));
        yaml.append("version: 1\n\nschedules:");
        yaml.append(schedules.isEmpty() ? " {}\n" : "\n");
        var locks = new HashMap<String, Integer>();
        schedules.values().forEach(k -> {
            String lock = k.plain.get("flock");
            if (lock != null) {
                locks.merge(lock, 1, Integer::sum);
            }
        });
        schedules.forEach((name, keys) -> entry(yaml, name, keys, locks));
        return yaml.toString();
    }

    private static void entry(StringBuilder yaml, String name, Keys keys, Map<String, Integer> locks) {
        yaml.append("  ").append(name).append(":\n");
        var tree = new TreeMap<String, Object>();
        keys.plain.forEach((key, value) -> {
            if (key.equals("flock")) {
                if (locks.getOrDefault(value, 0) > 1) {
                    put(tree, "concurrency", value);
                }
            } else if (!key.equals("cron")) {
                put(tree, key, value);
            }
        });
        yaml.append("    cron: ")
                .append(quoted(keys.plain.getOrDefault("cron", "")))
                .append('\n');
        if (keys.shell != null) {
            yaml.append("    shell: true\n    command: ")
                    .append(quoted(keys.shell))
                    .append('\n');
        } else {
            yaml.append("    command: [")
                    .append(keys.argv.stream().map(SchedulesYaml::quoted).collect(Collectors.joining(", ")))
                    .append("]\n");
        }
        tree.forEach((key, value) -> yaml.append("    ")
                .append(key)
                .append(": ")
                .append(value(value))
                .append('\n'));
        if (!keys.env.isEmpty()) {
            yaml.append("    env: ")
                    .append(value(new TreeMap<String, Object>(keys.env)))
                    .append('\n');
        }
    }

    @SuppressWarnings("unchecked") // only this puts maps in
    private static void put(Map<String, Object> tree, String key, String value) {
        int dot = key.indexOf('.');
        if (dot < 0) {
            tree.put(key, value);
        } else {
            put(
                    (Map<String, Object>)
                            tree.computeIfAbsent(key.substring(0, dot), k -> new TreeMap<String, Object>()),
                    key.substring(dot + 1),
                    value);
        }
    }

    private static String value(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> e.getKey() + ": " + value(e.getValue()))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
        String text = value.toString();
        return text.matches("-?\\d{1,9}|[a-z][a-z-]*|\\d+(ms|s|m|h|d)") && !text.matches("true|false|null|yes|no")
                ? text
                : quoted(text);
    }

    /** As YAML's double quotes; a dollar would begin a variable of the configuration. */
    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '$' -> quoted.append("$$");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ') {
                        quoted.append(String.format(java.util.Locale.ROOT, "\\x%02x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
