package dev.holdfast.schedule;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What outlives the daemon of one schedule.
 *
 * @param considered due times up to this have had their turn
 * @param timing as text; when it differs, due times of before mean nothing. {@link #NOT_WANTED} of what is not to run
 * @param paused why; null: it is not
 * @param failures failed runs in a row
 * @param boot of the last @reboot run; empty: none yet
 * @param owed runs that were promised and have not begun, in order
 * @param last how the last attempt ended; null: none has
 */
public record Memory(
        Instant considered,
        String timing,
        @Nullable String paused,
        int failures,
        String boot,
        List<Owed> owed,
        @Nullable Last last) {
    /** It was disabled, or not configured any more. */
    static final String NOT_WANTED = "-";
}
