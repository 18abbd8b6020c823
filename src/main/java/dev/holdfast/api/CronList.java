package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All schedules. */
@Json
public record CronList(List<Entry> schedules) {
    /**
     * @param timing as it is configured
     * @param next null: not foreseen
     * @param last when the last attempt began; null: none is known
     * @param result of it
     * @param averageSeconds of the latest 200 attempts at most; null: of none
     * @param attempts so many of them
     * @param p95Seconds 95 of 100 of them took at most this
     * @param pending runs that wait behind the present one
     */
    @Json
    public record Entry(
            String name,
            String timing,
            String state,
            @Nullable String next,
            @Nullable String last,
            @Nullable String result,
            @Nullable String detail,
            @Nullable Double averageSeconds,
            @Nullable Double p95Seconds,
            int attempts,
            int failures,
            int pending,
            @Nullable String paused) {}
}
