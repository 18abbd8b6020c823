package dev.holdfast.store;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a schedule's run, or a due time that was left out. A null is unknown.
 *
 * @param run the same for all attempts at one due time
 * @param attempt from 1; with {@code run} it names this one
 * @param cause due, catch_up or by_hand
 * @param result success, failed, timeout, stopped, unknown, skipped, missed
 * @param resultClass of a failure what kind: spawn, exit, signal, oom; else as {@code result}
 * @param last no other attempt follows
 * @param detail in words
 * @param started null: it was left out
 * @param times how many due times were left out for the same reason
 * @param output the last of it, as its log has it
 */
public record Attempt(
        String run,
        int attempt,
        String schedule,
        Instant due,
        String cause,
        String result,
        String resultClass,
        boolean last,
        String detail,
        @Nullable Instant started,
        @Nullable Instant ended,
        Ending ending,
        int times,
        @Nullable String output) {

    /**
     * How it ended, and what it used.
     *
     * @param cpuSeconds of all of it where the kernel counts that, else of the leader and the children it waited for
     * @param peakBytes the most memory of all of it, page cache included; else the largest resident set of any one of them
     * @param readBytes from disks, as {@code writtenBytes}
     */
    public record Ending(
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes,
            @Nullable Long readBytes,
            @Nullable Long writtenBytes) {
        public static final Ending UNKNOWN = new Ending(null, null, null, null, null, null);
    }

    /** Null when it did not run. */
    public @Nullable Duration took() {
        return started == null || ended == null ? null : Duration.between(started, ended);
    }
}
