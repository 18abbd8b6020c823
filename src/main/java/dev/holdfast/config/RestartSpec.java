package dev.holdfast.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When and how fast an ended process comes back.
 *
 * @param delay before the first restart; doubled by {@code multiplier} for each failure in a row
 * @param maxDelay the longest delay
 * @param multiplier at least 1
 * @param jitter 0 to 1: the delay is spread by plus or minus this share of itself
 * @param limit restarts allowed within {@code window} before it is given up; null is no limit
 * @param resetAfter having run this long, the count of failures in a row starts again
 */
public record RestartSpec(
        Policy policy,
        Duration delay,
        Duration maxDelay,
        double multiplier,
        double jitter,
        @Nullable Integer limit,
        Duration window,
        Duration resetAfter) {
    /** Which ends are followed by a restart. */
    public enum Policy {
        ALWAYS,
        ON_FAILURE,
        NEVER
    }
}
