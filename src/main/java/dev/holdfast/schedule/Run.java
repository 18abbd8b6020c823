package dev.holdfast.schedule;

import java.time.Instant;

/**
 * One attempt at what was due.
 *
 * @param id the same for all attempts at one due time
 * @param due when it should have been, without jitter; of a run by hand when it was asked for
 * @param attempt from 1
 */
public record Run(String id, String schedule, Instant due, Cause cause, int attempt) {
    /** Why it is run. */
    public enum Cause {
        DUE,
        /** Its due time was missed. */
        CATCH_UP,
        BY_HAND
    }

    Run again() {
        return new Run(id, schedule, due, cause, attempt + 1);
    }
}
