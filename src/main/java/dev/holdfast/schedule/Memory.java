package dev.holdfast.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What outlives the daemon of one schedule.
 *
 * @param considered due times up to this have had their turn
 * @param timing as text; when it differs, due times of before mean nothing
 * @param paused why; null: it is not
 * @param failures failed runs in a row
 * @param boot of the last @reboot run; empty: none yet
 */
public record Memory(
        Instant considered, String timing, @Nullable String paused, int failures, String boot) {}
