package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a schedule did, the latest last. */
@Json
public record CronHistory(List<Attempt> attempts) {
    /**
     * @param cause due, catch_up or by_hand
     * @param started null: it was left out
     * @param resultClass of a failure what kind: spawn, exit, signal, oom; else as {@code result}
     * @param exitCode null: it did not exit, or that is unknown; so are the others
     * @param readBytes from disks, as {@code writtenBytes}
     * @param lines the last of its output; null: not asked for, or not known
     */
    @Json
    public record Attempt(
            String run,
            String due,
            String cause,
            int attempt,
            @Nullable String started,
            @Nullable String ended,
            String result,
            String resultClass,
            String detail,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable Double seconds,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes,
            @Nullable Long readBytes,
            @Nullable Long writtenBytes,
            int times,
            @Nullable List<String> lines) {}
}
