package dev.holdfast.otlp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long nothing is sent after a failure: the first pause, doubled with each further failure to {@code most}, between
 * three quarters and all of that by chance, so that many daemons do not come at once to a collector that is back. A
 * collector that says how long is believed, from the first pause to {@link #MOST_ASKED}.
 *
 * @param first after the first failure
 */
record Pace(Duration first, Duration most) {
    /** It may have a clock that is wrong. */
    static final Duration MOST_ASKED = Duration.ofMinutes(10);

    static final Pace USUAL = new Pace(Duration.ofSeconds(1), Duration.ofMinutes(1));

    /**
     * @param failures in a row, from 1
     * @param asked by the collector; null: it does not
     * @param chance from 0 to 1
     */
    Duration after(int failures, @Nullable Duration asked, double chance) {
        if (asked != null) {
            Duration least = asked.compareTo(first) < 0 ? first : asked;
            return least.compareTo(MOST_ASKED) < 0 ? least : MOST_ASKED;
        }
        double grown = first.toNanos() * Math.pow(2, Math.min(failures, 60) - 1.0);
        return Duration.ofNanos((long) (Math.min(grown, (double) most.toNanos()) * (1 - chance / 4)));
    }
}
