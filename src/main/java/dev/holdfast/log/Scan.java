package dev.holdfast.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks for bytes eight at a time, within a long (Lamport, Multiple byte processing with full-word instructions, 1975):
 * the daemon has only the JVM's first compiler, whose loops over single bytes take two to four times as long. In each
 * sum below a false hit can only come from a carry, which comes from a true hit below it; so the lowest is true. Pure.
 */
final class Scan {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    private Scan() {}

    /** Where the first line's end in [from, to) is; {@code to} when there is none. */
    static int lineEnd(byte[] text, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long hits = equal((long) LONGS.get(text, i), '\n');
            if (hits != 0) {
                return i + first(hits);
            }
        }
        while (i < to && text[i] != '\n') {
            i++;
        }
        return i;
    }

    /** The first byte in [from, to) that a JSON string cannot have as it is, or that is no ASCII; else {@code to}. */
    static int unplain(byte[] text, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long eight = (long) LONGS.get(text, i);
            long controls = (eight - ' ' * EACH) & ~eight & TOPS;
            long hits = controls | equal(eight, '"') | equal(eight, '\\') | (eight & TOPS);
            if (hits != 0) {
                return i + first(hits);
            }
        }
        while (i < to && text[i] >= ' ' && text[i] != '"' && text[i] != '\\') {
            i++;
        }
        return i;
    }

    /** The first of {@code < = > ? @ A … Z [} in [from, to); else {@code to}. */
    static int capital(byte[] text, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long eight = (long) LONGS.get(text, i);
            long seven = eight & ~TOPS; // so that nothing carries
            long hits = (seven + (0x80 - '<') * EACH) & ~(seven + (0x80 - '[' - 1) * EACH) & ~eight & TOPS;
            if (hits != 0) {
                return i + first(hits);
            }
        }
        while (i < to && (text[i] < '<' || text[i] > '[')) {
            i++;
        }
        return i;
    }

    private static long equal(long eight, char wanted) {
        long zeros = eight ^ (wanted * EACH);
        return (zeros - EACH) & ~zeros & TOPS;
    }

    private static int first(long hits) {
        return Long.numberOfTrailingZeros(hits) / Byte.SIZE;
    }
}
