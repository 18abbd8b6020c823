package dev.holdfast.store;

import dev.holdfast.store.Jobs.Wish;

/**
 * The generic cell rate algorithm (ITU-T I.371): one number, the theoretical arrival time of the next claim, which each
 * claim moves on by the interval. A claim conforms when that time is no further ahead than the tolerance, here
 * {@code burst} intervals; so after a rest {@code burst + 1} claims conform at once.
 */
record Pacing(long every, long tolerance) {
    static Pacing of(Wish wish) {
        return new Pacing(Math.max(0, wish.everyMicros()), Math.max(0, wish.everyMicros()) * Math.max(0, wish.burst()));
    }

    boolean bounded() {
        return every > 0;
    }

    /** To be kept: a time further ahead than any claim of this rate makes it comes of another rate, or of a clock set back. */
    long sane(long free, long now) {
        return !bounded() ? free : Math.min(free, now + tolerance + every);
    }

    int conforming(long free, long now, int most) {
        if (!bounded()) {
            return most;
        }
        long ahead = Math.max(free, now) - now;
        return ahead > tolerance ? 0 : (int) Math.min(most, (tolerance - ahead) / every + 1);
    }

    long after(long free, long now, int claims) {
        return bounded() ? Math.max(free, now) + claims * every : free;
    }

    /** When the next one conforms. */
    long next(long free, long now) {
        return Math.max(now, free - tolerance);
    }
}
