package dev.holdfast.unit;

import java.time.Duration;

/**
 * A reading of CLOCK_MONOTONIC, in nanoseconds since an arbitrary point of this boot. A type of its own, so that a
 * deadline can never be compared with a wall clock that may jump.
 *
 * @param nanos nanoseconds; comparable only within one boot
 */
public record MonoTime(long nanos) implements Comparable<MonoTime> {
    /** Later than every reading: a deadline that never comes. */
    public static final MonoTime NEVER = new MonoTime(Long.MAX_VALUE);

    /** This time moved forward; saturates at {@link #NEVER}. */
    public MonoTime plus(Duration d) {
        long n;
        try {
            n = Math.addExact(nanos, d.toNanos());
        } catch (ArithmeticException overflow) {
            return NEVER;
        }
        return new MonoTime(n);
    }

    /** The elapsed time from {@code earlier} to this. */
    public Duration since(MonoTime earlier) {
        return Duration.ofNanos(nanos - earlier.nanos);
    }

    public boolean isBefore(MonoTime other) {
        return nanos < other.nanos;
    }

    /** The first of them; {@link #NEVER} when there are none. */
    public static MonoTime earliest(MonoTime... times) {
        MonoTime first = NEVER;
        for (MonoTime t : times) {
            first = t.isBefore(first) ? t : first;
        }
        return first;
    }

    @Override
    public int compareTo(MonoTime other) {
        return Long.compare(nanos, other.nanos);
    }
}
