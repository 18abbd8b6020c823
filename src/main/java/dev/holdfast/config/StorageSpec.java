package dev.holdfast.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the history of schedules is kept, and how much of it.
 *
 * @param file absolute; null: the usual one in the state directory
 * @param server {@code postgresql://…}, which holds the jobs of queues and the claims of {@code one_server} in place of the
 *     file; it may hold a password. Null: none
 * @param keepRuns of each schedule, 1 to 1,000,000
 * @param keepFor positive
 * @param lease of the jobs that this host runs, 5 seconds to an hour
 */
public record StorageSpec(
        @Nullable String file, @Nullable String server, int keepRuns, Duration keepFor, Duration lease) {
    /** What holds when nothing is said. */
    public static final StorageSpec DEFAULT =
            new StorageSpec(null, null, 1000, Duration.ofDays(90), Duration.ofMinutes(1));
}
