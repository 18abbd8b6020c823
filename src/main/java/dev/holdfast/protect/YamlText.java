package dev.holdfast.protect;

import dev.holdfast.config.Tree;
import java.util.Map;

/** A tree as YAML in block style, two spaces a level. */
final class YamlText {
    private final StringBuilder text = new StringBuilder();

    private YamlText() {}

    static String of(Tree.Mapping root) {
        var yaml = new YamlText();
        yaml.entries(root, "");
        return yaml.text.toString();
    }

    private void entries(Tree.Mapping mapping, String indent) {
        for (Map.Entry<String, Tree> e : mapping.entries().entrySet()) {
            text.append(indent).append(scalar(e.getKey())).append(':');
            value(e.getValue(), indent);
        }
    }

    private void value(Tree tree, String indent) {
        switch (tree) {
            case Tree.Text(var _, String value) ->
                text.append(value == null ? "" : " " + scalar(value)).append('\n');
            case Tree.Mapping m when m.entries().isEmpty() -> text.append(" {}\n");
            case Tree.Mapping m -> {
                text.append('\n');
                entries(m, indent + "  ");
            }
            case Tree.Sequence s when s.items().isEmpty() -> text.append(" []\n");
            case Tree.Sequence s -> {
                text.append('\n');
                s.items().forEach(i -> item(i, indent + "  "));
            }
        }
    }

    private void item(Tree item, String indent) {
        text.append(indent).append('-');
        if (item instanceof Tree.Mapping m && !m.entries().isEmpty()) {
            int at = text.length();
            entries(m, indent + "  ");
            text.replace(at, at + indent.length() + 2, " "); // the first key stands beside the dash
        } else {
            value(item, indent);
        }
    }

    /** Plain where every YAML reads a text or a whole number in it; else in double quotes. */
    private static String scalar(String value) {
        boolean word = value.matches("[A-Za-z_/][A-Za-z0-9_./-]*|\\d+[kmgb]|-?[1-9]\\d*|0")
                && !value.matches("(?i)y|n|yes|no|on|off|true|false|null|nan|inf");
        if (word) {
            return value;
        }
        var quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        quoted.append("\\x%02x".formatted(c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
