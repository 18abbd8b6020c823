package dev.holdfast.imports;

import dev.holdfast.source.Tree;
import java.util.stream.Collectors;

/** What the source says, in a comment: one line, cut, without secrets. */
final class Shown {
    private static final int LONGEST = 160;

    private Shown() {}

    static String line(String text) {
        String plain =
                text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ").strip();
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
    }

    /** Such as {@code logging: {driver: none}}; of what is named as a secret is, the name alone. */
    static String of(String key, Tree value) {
        String all = Sheet.secret(key) ? "" : value(value);
        return line(all.isEmpty() ? key : key + ": " + all);
    }

    private static String value(Tree value) {
        return switch (value) {
            case Tree.Text t -> t.value();
            case Tree.Code c -> c.text();
            case Tree.Items i -> i.items().stream().map(Shown::value).collect(Collectors.joining(", ", "[", "]"));
            case Tree.Table t ->
                t.values().entrySet().stream()
                        .map(e -> e.getKey() + (Sheet.secret(e.getKey()) ? "" : ": " + value(e.getValue())))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }
}
