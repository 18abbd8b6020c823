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
     * @param cpuSeconds null: unknown
     * @param peakBytes null: unknown
     * @param lines the last of its output
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
            String detail,
            @Nullable Double seconds,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes,
            int times,
            List<String> lines) {}
}
