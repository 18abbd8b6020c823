package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as people see it. Times are ISO 8601.
 *
 * @param state queued, running, succeeded, failed or cancelled
 * @param key of those with the same one only so many run at once
 * @param notBefore of what waits for its time or its next attempt; else null
 * @param attempt the number of the present or last one; 0: none yet
 * @param host that holds it, or held it last
 * @param failureClass of the last attempt, such as timeout; null: it did not fail
 * @param detail why it stands where it stands, in words; empty: nothing is to be said
 * @param progress percent; null: unknown
 * @param output the last of what the attempt that runs has printed so far; null: in lists, when none runs, or on another host
 * @param attempts the oldest first; empty in lists
 */
@Json
public record JobReport(
        String id,
        String queue,
        String state,
        Map<String, String> payload,
        int priority,
        @Nullable String key,
        String submitted,
        @Nullable String notBefore,
        @Nullable String ended,
        int attempt,
        @Nullable String host,
        @Nullable String failureClass,
        String detail,
        @Nullable Double progress,
        @Nullable String output,
        List<Attempt> attempts) {
    public JobReport {
        attempts = attempts == null ? List.of() : attempts;
        detail = detail == null ? "" : detail;
    }

    public JobReport withOutput(@Nullable String output) {
        return new JobReport(
                id,
                queue,
                state,
                payload,
                priority,
                key,
                submitted,
                notBefore,
                ended,
                attempt,
                host,
                failureClass,
                detail,
                progress,
                output,
                attempts);
    }

    /** Whether nothing more will be tried, unless somebody asks for it. */
    public boolean over() {
        return !state.equals("queued") && !state.equals("running");
    }

    /**
     * One attempt, as of a schedule's run; null: not known.
     *
     * @param failureClass null: it succeeded, or was cancelled
     * @param output the last of what it printed
     */
    @Json
    public record Attempt(
            int number,
            String host,
            @Nullable String started,
            @Nullable String ended,
            @Nullable String failureClass,
            String detail,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes,
            @Nullable Long readBytes,
            @Nullable Long writtenBytes,
            @Nullable String output) {}
}
