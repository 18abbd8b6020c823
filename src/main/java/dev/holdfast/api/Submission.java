package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job that somebody wants done. Its text is read by {@link Submissions}, which refuses what is misspelt.
 *
 * @param payload fields by name; numbers and truth values as they were written
 * @param id nobody else's; null: one is made
 * @param delay such as {@code 5m}, sound, before which it is not begun; null: none
 * @param priority -100 to 100, the highest first
 */
@Json
public record Submission(
        Map<String, String> payload,
        @Nullable String id,
        @Nullable String delay,
        int priority) {
    /** Bounds of {@code priority}. */
    public static final int LEAST = -100;

    public static final int MOST = 100;

    Submission withId(String other) {
        return new Submission(payload, other, delay, priority);
    }
}
