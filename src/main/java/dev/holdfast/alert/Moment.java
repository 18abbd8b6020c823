package dev.holdfast.alert;

import java.time.Duration;
import java.time.Instant;

/**
 * A reading of the clocks that alerts go by.
 *
 * @param at milliseconds on a clock that only goes forward, also from one daemon to the next: cooldowns, pauses and
 *     silences are measured on it, whoever sets the host's clock
 * @param wall what people are told, and what quiet hours go by
 */
public record Moment(long at, Instant wall) {
    static final long NEVER = Long.MAX_VALUE;

    static long after(long at, Duration d) {
        long millis = d.toMillis();
        return at > NEVER - millis ? NEVER : at + millis;
    }
}
