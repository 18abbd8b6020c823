package dev.holdfast.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last bytes of what is added, up to a size. Not thread-safe. */
final class Tail {
    private final byte[] ring;
    /** Where the next byte goes. */
    private int at;

    private boolean full;
    private boolean lost;
    /** For whoever looks at it: something was added since. */
    boolean fresh;

    Tail(int size) {
        this.ring = new byte[size];
    }

    void add(byte[] bytes, int offset, int length) {
        int skipped = Math.max(0, length - ring.length);
        lost |= length > (full ? 0 : ring.length - at);
        for (int done = skipped; done < length; ) {
            int n = Math.min(length - done, ring.length - at);
            System.arraycopy(bytes, offset + done, ring, at, n);
            done += n;
            at += n;
            if (at == ring.length) {
                at = 0;
                full = true;
            }
        }
    }

    /** A line is over. */
    void end() {
        add(new byte[] {'\n'}, 0, 1);
    }

    /** Whether there was more before. */
    boolean lost() {
        return lost;
    }

    byte[] bytes() {
        if (!full) {
            return Arrays.copyOf(ring, at);
        }
        byte[] all = new byte[ring.length];
        System.arraycopy(ring, at, all, 0, ring.length - at);
        System.arraycopy(ring, 0, all, ring.length - at, at);
        return all;
    }

    /** As text, from the begin of a line, or at least of a character; without the last line's end. */
    String lines() {
        byte[] all = bytes();
        int end = all.length > 0 && all[all.length - 1] == '\n' ? all.length - 1 : all.length;
        int from = 0;
        if (lost) {
            while (from < end && all[from] != '\n') {
                from++;
            }
            from = from < end ? from + 1 : afterACharacter(all, end);
        }
        return new String(all, from, end - from, StandardCharsets.UTF_8);
    }

    private static int afterACharacter(byte[] all, int end) {
        int from = 0;
        while (from < Math.min(end, 3) && (all[from] & 0xc0) == 0x80) {
            from++;
        }
        return from;
    }
}
