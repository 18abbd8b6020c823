package dev.holdfast.imports;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a sheet as the configuration reads it. */
final class SheetYaml {
    private final StringBuilder yaml = new StringBuilder();

    private SheetYaml() {}

    static String of(Sheet sheet) {
        var writing = new SheetYaml();
        writing.remarks("", sheet.head().remarks(""));
        writing.yaml.append("version: 1\n").append(sheet.head().keys().isEmpty() ? "" : "\n");
        writing.keys("", sheet.head());
        writing.section("processes", sheet.processes());
        writing.section("schedules", sheet.schedules());
        if (sheet.processes().isEmpty() && sheet.schedules().isEmpty()) {
            writing.yaml.append("\nprocesses: {}\n");
        }
        return writing.yaml.toString();
    }

    private void section(String name, Map<String, Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        yaml.append('\n').append(name).append(":\n");
        entries.forEach((key, entry) -> {
            yaml.append("  ").append(key(key)).append(":\n");
            remarks("    ", entry.remarks(""));
            keys("    ", entry);
        });
    }

    private void keys(String indent, Entry entry) {
        entry.keys().forEach((key, value) -> {
            remarks(indent, entry.remarks(key));
            write(indent, key, value);
        });
    }

    private void remarks(String indent, List<Remark> remarks) {
        remarks.forEach(r -> yaml.append(indent)
                .append("# ")
                .append(r.toString().replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " "))
                .append('\n'));
    }

    private void write(String indent, String key, Object value) {
        yaml.append(indent).append(key(key)).append(':');
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            yaml.append('\n');
            map.forEach((k, v) -> write(indent + "  ", String.valueOf(k), v));
        } else {
            yaml.append(' ').append(value(value)).append('\n');
        }
    }

    private static String value(Object value) {
        return switch (value) {
            case Expanded e -> quoted(e.text());
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            case Collection<?> list ->
                list.stream()
                        .map(v -> v instanceof String s ? quoted(Expanded.plain(s)) : value(v))
                        .collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> key(String.valueOf(e.getKey())) + ": " + value(e.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> text(value.toString());
        };
    }

    private static String text(String text) {
        boolean bare = text.matches("-?\\d{1,9}|[a-z][a-z-]*|[A-Z]{2,10}|(\\d+(ms|s|m|h|d))+|\\d+(Ki|Mi|Gi)?|\\d+%")
                && !text.matches("(?i)true|false|null|yes|no|on|off")
                && !text.matches("0\\d+");
        return bare ? text : quoted(Expanded.plain(text));
    }

    private static String key(String key) {
        return key.matches("[A-Za-z_][A-Za-z0-9_.-]*") && !key.matches("(?i)true|false|null|yes|no|on|off|y|n|\\.nan")
                ? key
                : quoted(key);
    }

    /** As YAML's double quotes. */
    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || c == '\ufeff';
                    quoted.append(control ? String.format(Locale.ROOT, "\\u%04x", (int) c) : String.valueOf(c));
                }
            }
        }
        return quoted.append('"').toString();
    }
}
