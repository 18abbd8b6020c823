package dev.holdfast.alert;

import dev.holdfast.unit.Severity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a letter says of one matter, as it was when it was written.
 *
 * @param severity how bad it is, or was at its worst since it was told last
 * @param times how often it had begun or happened by then
 * @param untold how many of those are told for the first time; 0: it is only changed, or over
 * @param ended null: it lasts, or is one that does not last
 * @param how it ended, in words
 */
public record Item(
        Kind kind,
        Severity severity,
        Occasion occasion,
        Instant began,
        @Nullable Instant ended,
        int times,
        int untold,
        String how) {
    /** In the order in which they are told. */
    public enum Kind {
        /** It began, or happened. */
        RAISED,
        /** It is worse or better than was told. */
        CHANGED,
        /** It began and ended before anybody was told. */
        PASSED,
        /** What was told before is over. */
        CLEARED
    }
}
