package dev.holdfast.store;

import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A payload as a database has it: a JSON object of strings in the order of their names, so that equal payloads are equal
 * texts. Exact for every string: what UTF-8 or a database cannot hold (a lone surrogate, NUL) is escaped.
 */
final class PayloadText {
    private static final String HEX = "0123456789abcdef";

    private final String text;
    private int at;

    private PayloadText(String text) {
        this.text = text;
    }

    static String write(Map<String, String> payload) {
        var out = new StringBuilder("{");
        new TreeMap<>(payload).forEach((name, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            string(out, name);
            out.append(':');
            string(out, value);
        });
        return out.append('}').toString();
    }

    private static void string(StringBuilder out, String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < s.length()
                    && Character.isLowSurrogate(s.charAt(i + 1))) {
                out.append(c).append(s.charAt(++i));
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append(HEX.charAt(c >> shift & 15));
                }
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** What {@link #write} made; anything else is damage. */
    static SortedMap<String, String> read(String text) throws SQLException {
        var in = new PayloadText(text);
        var payload = new TreeMap<String, String>();
        in.expect('{');
        while (in.peek() != '}') {
            if (!payload.isEmpty()) {
                in.expect(',');
            }
            String name = in.string();
            in.expect(':');
            payload.put(name, in.string());
        }
        in.expect('}');
        return payload;
    }

    private char peek() throws SQLException {
        if (at >= text.length()) {
            throw damage();
        }
        return text.charAt(at);
    }

    private void expect(char c) throws SQLException {
        if (peek() != c) {
            throw damage();
        }
        at++;
    }

    private String string() throws SQLException {
        expect('"');
        var out = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                out.append(c);
            } else if (peek() != 'u') {
                out.append(text.charAt(at++));
            } else {
                try {
                    out.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
                } catch (NumberFormatException | IndexOutOfBoundsException e) {
                    throw damage();
                }
                at += 5;
            }
        }
        at++;
        return out.toString();
    }

    private SQLException damage() {
        return new SQLException("a job's payload is damaged at character " + at);
    }
}
