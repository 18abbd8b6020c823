package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An object a line: {@code {"time":...,"process":...,"replica":0,"instance":...,"stream":"stdout","level":...,
 * "labels":{...},"text":"..."}}. A line that is itself a JSON object stands in {@code json} as the program wrote it,
 * instead of {@code text}. What is no UTF-8 becomes U+FFFD. A piece of a long line has {@code "partial":true}.
 */
final class JsonEncoder implements Encoder {
    private static final byte[] NO_PREFIX = {};

    private final JsonBuffer out = new JsonBuffer();

    @Override
    public void begin(Entry first, String tags) {}

    @Override
    public void line(Entry e, LineWriter writer, Fd to) {
        int at = e.offset();
        int end = at + e.length();
        while (end - at > Carries.MAX_LINE && !JsonText.isObject(e.bytes(), at, end - at)) {
            int cut = Utf8.cut(e.bytes(), at, at + Carries.MAX_LINE);
            object(e, at, cut, false);
            writer.record(to, NO_PREFIX, out.bytes(), 0, out.length());
            at = cut;
        }
        object(e, at, end, e.whole());
        writer.record(to, NO_PREFIX, out.bytes(), 0, out.length());
    }

    /** The object of a whole entry, of any length. */
    static byte[] object(Entry e) {
        var encoder = new JsonEncoder();
        encoder.object(e, e.offset(), e.offset() + e.length(), e.whole());
        return java.util.Arrays.copyOf(encoder.out.bytes(), encoder.out.length());
    }

    private void object(Entry e, int from, int to, boolean whole) {
        out.clear();
        out.raw("{\"time\":\"").raw(PrefixedEncoder.TIME.format(e.at())).raw("\",\"process\":");
        out.text(e.source().process());
        out.raw(",\"replica\":").raw(Integer.toString(e.source().replica()));
        if (!e.instance().isEmpty()) {
            out.raw(",\"instance\":\"").raw(e.instance()).raw("\"");
        }
        out.raw(e.stderr() ? ",\"stream\":\"stderr\"" : ",\"stream\":\"stdout\"");
        Level level = e.level();
        if (level != null) {
            out.raw(",\"level\":\"").raw(level.written()).raw("\"");
        }
        if (!e.source().labels().isEmpty()) {
            String before = ",\"labels\":{";
            for (Map.Entry<String, String> l : e.source().labels().entrySet()) {
                out.raw(before);
                out.text(l.getKey());
                out.raw(":");
                out.text(l.getValue());
                before = ",";
            }
            out.raw("}");
        }
        if (!whole) {
            out.raw(",\"partial\":true");
        }
        if (whole && JsonText.isObject(e.bytes(), from, to - from)) {
            out.raw(",\"json\":").copy(e.bytes(), from, to - from).raw("}");
        } else {
            out.raw(",\"text\":\"");
            out.escaped(e.bytes(), from, to);
            out.raw("\"}");
        }
    }

    /** Bytes of JSON that grow as they must. */
    private static final class JsonBuffer {
        private static final String HEX = "0123456789abcdef";
        private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8);

        private byte[] bytes = new byte[4096];
        private int length;

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        void clear() {
            length = 0;
        }

        JsonBuffer raw(String ascii) {
            room(ascii.length());
            for (int i = 0; i < ascii.length(); i++) {
                bytes[length++] = (byte) ascii.charAt(i);
            }
            return this;
        }

        JsonBuffer copy(byte[] from, int offset, int n) {
            room(n);
            System.arraycopy(from, offset, bytes, length, n);
            length += n;
            return this;
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            raw("\"");
            escaped(utf8, 0, utf8.length);
            raw("\"");
        }

        void escaped(byte[] from, int offset, int end) {
            room(6 * (end - offset));
            int i = offset;
            while (i < end) {
                byte b = from[i];
                if (b >= ' ') {
                    if (b == '"' || b == '\\') {
                        bytes[length++] = '\\';
                    }
                    bytes[length++] = b;
                    i++;
                } else if (b >= 0) {
                    control(b);
                    i++;
                } else {
                    int n = Utf8.character(from, i, end);
                    byte[] source = n == 0 ? REPLACEMENT : from;
                    System.arraycopy(source, n == 0 ? 0 : i, bytes, length, n == 0 ? 3 : n);
                    length += n == 0 ? 3 : n;
                    i += Math.max(1, n);
                }
            }
        }

        private void control(byte b) {
            bytes[length++] = '\\';
            switch (b) {
                case '\n' -> bytes[length++] = 'n';
                case '\r' -> bytes[length++] = 'r';
                case '\t' -> bytes[length++] = 't';
                default -> {
                    bytes[length++] = 'u';
                    bytes[length++] = '0';
                    bytes[length++] = '0';
                    bytes[length++] = (byte) HEX.charAt(b >> 4);
                    bytes[length++] = (byte) HEX.charAt(b & 15);
                }
            }
        }

        private void room(int more) {
            if (length + more > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }
    }
}
