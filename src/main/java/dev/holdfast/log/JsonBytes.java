package dev.holdfast.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of JSON that grow as they must. Not thread-safe. */
final class JsonBytes {
    private static final String HEX = "0123456789abcdef";
    private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8);
    private static final int LONGEST_ESCAPE = 6;

    private byte[] bytes = new byte[1024];
    private int length;

    /** The first {@link #length} of them, valid until the next change. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    JsonBytes raw(String ascii) {
        byte[] plain = ascii.getBytes(StandardCharsets.US_ASCII);
        return copy(plain, 0, plain.length);
    }

    JsonBytes copy(byte[] from, int offset, int n) {
        room(n);
        System.arraycopy(from, offset, bytes, length, n);
        length += n;
        return this;
    }

    /** A string with its quotes. */
    JsonBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return raw("\"").escaped(utf8, 0, utf8.length).raw("\"");
    }

    /** What stands between the quotes; what is no UTF-8 becomes U+FFFD. */
    JsonBytes escaped(byte[] from, int offset, int end) {
        int i = offset;
        while (i < end) {
            int plain = Scan.unplain(from, i, end);
            if (plain > i) {
                copy(from, i, plain - i);
                i = plain;
            }
            if (i < end) {
                i += escape(from, i, end);
            }
        }
        return this;
    }

    /** @return how many bytes of {@code from} that was */
    private int escape(byte[] from, int at, int end) {
        byte b = from[at];
        if (b < 0) {
            int n = Utf8.character(from, at, end);
            copy(n == 0 ? REPLACEMENT : from, n == 0 ? 0 : at, n == 0 ? REPLACEMENT.length : n);
            return Math.max(1, n);
        }
        room(LONGEST_ESCAPE);
        bytes[length++] = '\\';
        switch (b) {
            case '"', '\\' -> bytes[length++] = b;
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
        return 1;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
