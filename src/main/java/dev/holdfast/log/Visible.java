package dev.holdfast.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A line of a program as a terminal may have it. What a terminal would obey is made visible, in less(1)'s notation:
 * {@code ^[} for ESC and the like for its kind, {@code <9b>} for a byte that is no UTF-8 or the code of an 8-bit control.
 * Tabs stay, and colours do: {@code ESC [ … m} (SGR, ECMA-48 8.3.117), with a reset at the line's end, so that no line
 * paints the next. A carriage return at the end moves nothing and is left out.
 */
public final class Visible {
    private static final int ESC = 0x1b;
    private static final int DEL = 0x7f;
    private static final int LONGEST_SGR = 64;
    private static final byte[] RESET = {ESC, '[', '0', 'm'};

    private Visible() {}

    /** @return a copy of {@code length} bytes from {@code offset}, or what takes their place */
    public static byte[] of(byte[] text, int offset, int length) {
        int end = offset + length;
        if (end > offset && text[end - 1] == '\r') {
            end--;
        }
        int i = offset;
        while (i < end && (text[i] == '\t' || (text[i] >= ' ' && text[i] != DEL))) {
            i++;
        }
        if (i == end) {
            return Arrays.copyOfRange(text, offset, end);
        }
        var out = new ByteArrayOutputStream(length + 32);
        out.write(text, offset, i - offset);
        boolean painted = false;
        while (i < end) {
            int b = text[i] & 0xff;
            int whole = 1;
            if (b == ESC && (whole = sgr(text, i, end)) > 0) {
                painted = true;
                out.write(text, i, whole);
            } else if (b == '\t' || (b >= ' ' && b < DEL)) {
                whole = 1;
                out.write(b);
            } else if (b <= DEL) {
                whole = 1;
                out.write('^');
                out.write(b ^ 0x40);
            } else {
                whole = character(text, i, end);
                if (whole > 0) {
                    out.write(text, i, whole);
                } else {
                    whole = 1;
                    out.writeBytes("<%02x>".formatted(b).getBytes(StandardCharsets.US_ASCII));
                }
            }
            i += whole;
        }
        if (painted) {
            out.writeBytes(RESET);
        }
        return out.toByteArray();
    }

    /** The length of the SGR sequence that begins at {@code from}, or 0. */
    private static int sgr(byte[] text, int from, int end) {
        int i = from + 1;
        if (i == end || text[i] != '[') {
            return 0;
        }
        for (i++; i < end && i - from < LONGEST_SGR; i++) {
            byte b = text[i];
            if (b == 'm') {
                return i + 1 - from;
            }
            if ((b < '0' || b > '9') && b != ';' && b != ':') {
                return 0;
            }
        }
        return 0;
    }

    /** The length of the character in UTF-8 that begins at {@code from}; 0 for what is none, or an 8-bit control. */
    private static int character(byte[] text, int from, int end) {
        boolean control = (text[from] & 0xff) == 0xc2 && from + 1 < end && (text[from + 1] & 0xff) < 0xa0;
        return control ? 0 : Utf8.character(text, from, end);
    }
}
