package dev.holdfast.alert;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps, lists, texts, numbers and truths as JSON: the few that alerts need, with no library loaded. */
final class Json {
    private Json() {}

    static String write(@Nullable Object value) {
        var b = new StringBuilder(1_024);
        write(b, value);
        return b.toString();
    }

    private static void write(StringBuilder b, @Nullable Object value) {
        switch (value) {
            case null -> b.append("null");
            case Map<?, ?> m -> {
                b.append('{');
                boolean first = true;
                for (Map.Entry<?, ?> e : m.entrySet()) {
                    b.append(first ? "" : ",");
                    first = false;
                    text(b, String.valueOf(e.getKey()));
                    b.append(':');
                    write(b, e.getValue());
                }
                b.append('}');
            }
            case Iterable<?> all -> {
                b.append('[');
                boolean first = true;
                for (Object o : all) {
                    b.append(first ? "" : ",");
                    first = false;
                    write(b, o);
                }
                b.append(']');
            }
            case Double d when !Double.isFinite(d) -> b.append("null");
            case Number n -> b.append(n);
            case Boolean t -> b.append(t);
            default -> text(b, value.toString());
        }
    }

    private static void text(StringBuilder b, String s) {
        b.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> b.append("\\\"");
                case '\\' -> b.append("\\\\");
                case '\n' -> b.append("\\n");
                default -> {
                    if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c)) {
                        b.append("\\u%04x".formatted((int) c));
                    } else {
                        b.append(c);
                    }
                }
            }
        }
        b.append('"');
    }
}
