package dev.holdfast.log;

import java.util.Arrays;

/** What of some bytes is UTF-8 (RFC 3629). */
final class Utf8 {
    private static final byte SUB = 0x1a;

    private Utf8() {}

    /** A copy of the same length, SUB in place of each byte that is no part of a character. */
    static byte[] decodable(byte[] text, int offset, int length) {
        byte[] copy = Arrays.copyOfRange(text, offset, offset + length);
        int i = 0;
        while (i < length) {
            int n = copy[i] >= 0 ? 1 : character(copy, i, length);
            if (n == 0) {
                copy[i] = SUB;
                n = 1;
            }
            i += n;
        }
        return copy;
    }

    /** The length of the character that begins at {@code from}, 1 to 4; 0 for what is none. */
    static int character(byte[] text, int from, int end) {
        int lead = text[from] & 0xff;
        if (lead < 0x80) {
            return 1;
        }
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4 || from + length > end) {
            return 0;
        }
        int code = lead & (0x7f >> length);
        for (int i = from + 1; i < from + length; i++) {
            if ((text[i] & 0xc0) != 0x80) {
                return 0;
            }
            code = (code << 6) | (text[i] & 0x3f);
        }
        boolean shortest = code >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000);
        return shortest && code <= 0x10ffff && (code < 0xd800 || code >= 0xe000) ? length : 0;
    }

    /** The last place at or before {@code at}, 3 bytes back at most, that does not part a character. */
    static int cut(byte[] text, int from, int at) {
        for (int i = at; i > from && at - i < 4; i--) {
            if ((text[i] & 0xc0) != 0x80) {
                return i;
            }
        }
        return at;
    }
}
