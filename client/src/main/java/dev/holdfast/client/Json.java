package dev.holdfast.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON (RFC 8259) to maps, lists, texts, numbers, truth values and null; strict, and not deeper than 32. */
final class Json {
    private static final int DEEPEST = 32;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * @return numbers as {@code Long} where they are whole and fit, else as {@code Double}
     * @throws IllegalArgumentException when it is none
     */
    static @Nullable Object read(String text) {
        var json = new Json(text);
        json.blanks();
        Object value = json.value(0);
        json.blanks();
        if (json.at < text.length()) {
            throw json.wrong("something follows its end");
        }
        return value;
    }

    /** An object, whose fields are read by name. */
    static Fields fields(String text) {
        return new Fields(read(text));
    }

    /** An object of an answer; what is not known in it is passed over: later daemons may say more. */
    record Fields(Map<?, ?> all) {
        Fields(@Nullable Object value) {
            this(value instanceof Map<?, ?> map ? map : none());
        }

        private static Map<?, ?> none() {
            throw new IllegalArgumentException("an object was expected");
        }

        String text(String name) {
            if (!(all.get(name) instanceof String text)) {
                throw new IllegalArgumentException("\"" + name + "\" is no text");
            }
            return text;
        }

        @Nullable
        String textOr(String name) {
            return all.get(name) == null ? null : text(name);
        }

        double number(String name) {
            if (!(all.get(name) instanceof Number number)) {
                throw new IllegalArgumentException("\"" + name + "\" is no number");
            }
            return number.doubleValue();
        }

        long whole(String name) {
            if (!(all.get(name) instanceof Long number)) {
                throw new IllegalArgumentException("\"" + name + "\" is no whole number");
            }
            return number;
        }

        boolean truth(String name) {
            return Boolean.TRUE.equals(all.get(name));
        }

        List<Fields> objects(String name) {
            Object value = all.get(name);
            if (value == null) {
                return List.of();
            }
            if (!(value instanceof List<?> list)) {
                throw new IllegalArgumentException("\"" + name + "\" is no list");
            }
            var found = new ArrayList<Fields>();
            list.forEach(entry -> found.add(new Fields(entry)));
            return found;
        }

        Map<String, String> texts(String name) {
            var found = new LinkedHashMap<String, String>();
            Object value = all.get(name);
            if (value != null) {
                new Fields(value).all.forEach((key, text) -> found.put(String.valueOf(key), String.valueOf(text)));
            }
            return found;
        }
    }

    /** @param value a map, list, text, number or truth value; a map's nulls are left out */
    static String write(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            map.forEach((key, entry) -> {
                if (entry != null) {
                    out.append(out.charAt(out.length() - 1) == '{' ? "" : ",");
                    quote(String.valueOf(key), out);
                    write(entry, out.append(':'));
                }
            });
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                write(list.get(i), out.append(i == 0 ? "" : ","));
            }
            out.append(']');
        } else if (value instanceof Double number && (number.isNaN() || number.isInfinite())) {
            throw new IllegalArgumentException(number + " has no place in JSON");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Half of a pair alone is no UTF-8: escaped it gets there.
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else if (c < ' ' || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private @Nullable Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("nested more than " + DEEPEST + " times");
        }
        char c = peek();
        if (c == '{') {
            return object(depth);
        }
        if (c == '[') {
            return list(depth);
        }
        if (c == '"') {
            return string();
        }
        for (String word : List.of("true", "false", "null")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("null") ? null : (Object) word.equals("true");
            }
        }
        return number();
    }

    private Map<String, @Nullable Object> object(int depth) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        at++;
        blanks();
        if (peek() == '}') {
            at++;
            return fields;
        }
        while (true) {
            if (peek() != '"') {
                throw wrong("a name was expected");
            }
            String name = string();
            blanks();
            expect(':');
            blanks();
            if (fields.containsKey(name)) {
                throw wrong("\"" + name + "\" comes twice");
            }
            fields.put(name, value(depth + 1));
            blanks();
            if (peek() == '}') {
                at++;
                return fields;
            }
            expect(',');
            blanks();
        }
    }

    private List<@Nullable Object> list(int depth) {
        var entries = new ArrayList<@Nullable Object>();
        at++;
        blanks();
        if (peek() == ']') {
            at++;
            return entries;
        }
        while (true) {
            entries.add(value(depth + 1));
            blanks();
            if (peek() == ']') {
                at++;
                return entries;
            }
            expect(',');
            blanks();
        }
    }

    private String string() {
        var out = new StringBuilder();
        for (at++; peek() != '"'; at++) {
            char c = peek();
            if (c < ' ') {
                throw wrong("a control character within a text");
            }
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        at++;
        char c = peek();
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        if (c != 'u'
                || at + 5 > text.length()
                || !text.substring(at + 1, at + 5).matches("[0-9a-fA-F]{4}")) {
            throw wrong("an escape that is none");
        }
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
    }

    private Number number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(from, at);
        if (!number.matches("-?(0|[1-9]\\d{0,30})(\\.\\d{1,400})?([eE][-+]?\\d{1,4})?")) {
            at = from;
            throw wrong("no value");
        }
        return number.matches("-?\\d{1,18}") ? (Number) Long.valueOf(number) : (Number) Double.valueOf(number);
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("it ends early");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("'" + c + "' was expected");
        }
        at++;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("not understood as JSON at character " + at + ": " + what);
    }
}
