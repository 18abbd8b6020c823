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
        for (int i = from; i < to; i += Long.BYTES) {
            long hits = equal(eight(text, i, to), '\n');
            if (hits != 0) {
                return i + first(hits);
            }
        }
        return to;
    }

    /** The first byte in [from, to) that a JSON string cannot have as it is, or that is no ASCII; else {@code to}. */
    static int unplain(byte[] text, int from, int to) {
        for (int i = from; i < to; i += Long.BYTES) {
            long eight = eight(text, i, to);
            long controls = (eight - ' ' * EACH) & ~eight & TOPS;
            long hits = controls | equal(eight, '"') | equal(eight, '\\') | (eight & TOPS);
            if (hits != 0) {
                return i + first(hits); // what is behind the end is 0, and so the first there
            }
        }
        return to;
    }

    /**
     * Which of the eight bytes at {@code from}, below {@code to}, are one of {@code < = > ? @ A … Z [}: for each its
     * highest bit. {@link #first} finds the first of them.
     */
    static long capitals(byte[] text, int from, int to) {
        return capitals(eight(text, from, to));
    }

    /** Where the eight bytes begin, {@code from} or a multiple of eight behind it, of which one is such; or past the end. */
    static int eightWithCapital(byte[] text, int from, int to) {
        int i = from;
        while (i < to && capitals(eight(text, i, to)) == 0) {
            i += Long.BYTES;
        }
        return i;
    }

    private static long capitals(long eight) {
        long seven = eight & ~TOPS; // so that nothing carries
        return (seven + (0x80 - '<') * EACH) & ~(seven + (0x80 - '[' - 1) * EACH) & ~eight & TOPS;
    }

    /** Which byte the lowest bit of {@code hits} is in; not in {@link Long}, which is a call for the first compiler. */
    static int first(long hits) {
        long below = ((hits & -hits) - 1) & EACH; // a bit of each byte up to that one
        return (int) ((below * EACH) >>> (Long.SIZE - Byte.SIZE)) - 1;
    }

    /** The bytes at {@code from}; 0 for what is not below {@code to}. */
    private static long eight(byte[] text, int from, int to) {
        int left = to - from;
        return left >= Long.BYTES ? (long) LONGS.get(text, from) : fewer(text, from, to);
    }

    private static long fewer(byte[] text, int from, int to) {
        if (to >= Long.BYTES) {
            return (long) LONGS.get(text, to - Long.BYTES) >>> (Byte.SIZE * (Long.BYTES - (to - from)));
        }
        long bytes = 0;
        for (int i = to - 1; i >= from; i--) {
            bytes = (bytes << Byte.SIZE) | (text[i] & 0xff);
        }
        return bytes;
    }

    private static long equal(long eight, char wanted) {
        long zeros = eight ^ (wanted * EACH);
        return (zeros - EACH) & ~zeros & TOPS;
    }
}
