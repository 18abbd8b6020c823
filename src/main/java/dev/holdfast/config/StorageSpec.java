package dev.holdfast.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the history of schedules is kept, and how much of it.
 *
 * @param file absolute; null: the usual one in the state directory
 * @param keepRuns of each schedule, 1 to 1,000,000
 * @param keepFor positive
 */
public record StorageSpec(@Nullable String file, int keepRuns, Duration keepFor) {
    /** What holds when nothing is said. */
    public static final StorageSpec DEFAULT = new StorageSpec(null, 1000, Duration.ofDays(90));
}
