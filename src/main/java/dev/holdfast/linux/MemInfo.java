package dev.holdfast.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The text of /proc/meminfo (proc_meminfo(5)), read in place: looking allocates nothing. Pure. */
final class MemInfo {
    static final byte[] TOTAL = key("MemTotal:");
    /** Since Linux 3.14. */
    static final byte[] AVAILABLE = key("MemAvailable:");

    static final byte[] SWAP_TOTAL = key("SwapTotal:");
    static final byte[] SWAP_FREE = key("SwapFree:");

    private MemInfo() {}

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * What the line of this key says, in bytes; -1: there is none, or none with a number.
     *
     * @param n bytes of {@code text} that hold it
     */
    static long bytes(byte[] text, int n, byte[] key) {
        for (int line = 0; line + key.length < n; line = next(text, line, n)) {
            if (Arrays.equals(text, line, line + key.length, key, 0, key.length)) {
                return kibibytes(text, line + key.length, n);
            }
        }
        return -1;
    }

    private static int next(byte[] text, int at, int n) {
        int i = at;
        while (i < n && text[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    private static long kibibytes(byte[] text, int from, int n) {
        int i = from;
        while (i < n && text[i] == ' ') {
            i++;
        }
        int first = i;
        long value = 0;
        for (; i < n && text[i] >= '0' && text[i] <= '9' && i - first < 16; i++) {
            value = value * 10 + text[i] - '0';
        }
        return i == first ? -1 : value << 10;
    }
}
