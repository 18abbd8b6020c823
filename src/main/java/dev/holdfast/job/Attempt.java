package dev.holdfast.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at a job went. A null is unknown.
 *
 * @param number from 1
 * @param host that made it
 * @param failure its kind, such as {@code timeout}; null: it succeeded, or was cancelled
 * @param detail in words
 * @param cpuSeconds as for runs of schedules, as the others are
 * @param output the last of what it printed
 */
public record Attempt(
        int number,
        String host,
        @Nullable Instant started,
        @Nullable Instant ended,
        @Nullable String failure,
        String detail,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable Double cpuSeconds,
        @Nullable Long peakBytes,
        @Nullable Long readBytes,
        @Nullable Long writtenBytes,
        @Nullable String output) {}
