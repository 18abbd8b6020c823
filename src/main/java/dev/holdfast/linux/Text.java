package dev.holdfast.linux;

import java.nio.charset.StandardCharsets;

/**
 * Between the kernel's bytes and our strings, whatever the locale says: UTF-8, and a byte that is none of it as one of
 * the surrogates U+DC80 to U+DCFF, which are no characters. So every name and argument comes out as it went in.
 */
public final class Text {
    private static final char ESCAPE = 0xDC00;
    private static final int LEAST = 0x80;

    private Text() {}

    /** Reads bytes; {@link #bytes} gives back the same ones. */
    public static String of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        var escaped = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; ) {
            int length = sequence(bytes, i);
            if (length == 0) {
                escaped.append((char) (ESCAPE | (bytes[i] & 0xFF)));
                i++;
            } else {
                escaped.append(new String(bytes, i, length, StandardCharsets.UTF_8));
                i += length;
            }
        }
        return escaped.toString();
    }

    /** How many bytes at {@code at} are one character; 0 when they are none. */
    private static int sequence(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        int length = first < LEAST ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
        if (length == 0 || at + length > bytes.length) {
            return 0;
        }
        String one = new String(bytes, at, length, StandardCharsets.UTF_8);
        boolean itself = one.codePointCount(0, one.length()) == 1
                && one.getBytes(StandardCharsets.UTF_8).length == length
                && (one.charAt(0) != '\uFFFD' || (first == 0xEF && (bytes[at + 1] & 0xFF) == 0xBF));
        return itself ? length : 0;
    }

    /** As the kernel gets it. */
    public static byte[] bytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (escaped(text, i)) {
                return escapes(text);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean escaped(String text, int at) {
        char c = text.charAt(at);
        return c >= (ESCAPE | LEAST)
                && c <= (ESCAPE | 0xFF)
                && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private static byte[] escapes(String text) {
        var bytes = new java.io.ByteArrayOutputStream();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || escaped(text, i)) {
                bytes.writeBytes(text.substring(from, i).getBytes(StandardCharsets.UTF_8));
                if (i < text.length()) {
                    bytes.write(text.charAt(i) & 0xFF);
                }
                from = i + 1;
            }
        }
        return bytes.toByteArray();
    }
}
