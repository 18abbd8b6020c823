package dev.holdfast.guard;

import java.util.Arrays;

/**
 * What was used of a counter over a window: its value at both ends decides, whatever was between. Some thirty points are
 * kept, so a window of many looks is longer by up to a thirtieth, and never shorter.
 */
final class Usage {
    private static final int POINTS = 30;

    private final long windowNanos;
    private long[] at = new long[4];
    private double[] counter = new double[4];
    private int kept;
    /** The last, which is kept only when the one before lies far enough back. */
    private long now;

    private double last;

    Usage(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** Monotonic nanoseconds, and what the counter says then. The first point is where the window may begin. */
    void take(long nanos, double value) {
        int base = 0;
        while (base + 1 < kept && at[base + 1] <= nanos - windowNanos) {
            base++;
        }
        if (base > 0) {
            System.arraycopy(at, base, at, 0, kept - base);
            System.arraycopy(counter, base, counter, 0, kept - base);
            kept -= base;
        }
        now = nanos;
        last = value;
        if (kept == 0 || nanos - at[kept - 1] >= windowNanos / POINTS) {
            if (kept == at.length) {
                at = Arrays.copyOf(at, kept * 2);
                counter = Arrays.copyOf(counter, kept * 2);
            }
            at[kept] = nanos;
            counter[kept++] = value;
        }
    }

    boolean isEmpty() {
        return kept == 0;
    }

    /** When the window began, or when it was first seen. */
    long since() {
        return kept == 0 ? Subject.NEVER : at[0];
    }

    double used() {
        return kept == 0 ? 0 : last - counter[0];
    }

    /** A second; NaN: seen once only. */
    double rate() {
        return kept == 0 || now <= at[0] ? Double.NaN : used() * 1e9 / (now - at[0]);
    }
}
