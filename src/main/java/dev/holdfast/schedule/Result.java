package dev.holdfast.schedule;

import java.util.Locale;

/** What an attempt, or a due time, came to. */
public enum Result {
    SUCCESS,
    /** It ended otherwise than with 0, passed a limit, or could not be started. */
    FAILED,
    TIMEOUT,
    /** By hand, by shutdown, or to make room for the next. */
    STOPPED,
    /** It ended, and nobody could be asked how. */
    UNKNOWN,
    /** A due time that was left out, by overlap, a pause or a full queue. */
    SKIPPED,
    /** A due time at which nobody was there, left out by catch_up. */
    MISSED;

    boolean failure() {
        return this == FAILED || this == TIMEOUT;
    }

    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
