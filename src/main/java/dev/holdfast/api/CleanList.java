package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All cleanups. */
@Json
public record CleanList(List<CleanList.Standing> cleanups) {
    /**
     * How a cleanup is. Totals are of all its life.
     *
     * @param state idle, running, or retrying: it failed and is tried again
     * @param every in seconds; null: when asked for
     * @param next ISO 8601; null: when asked for, or it runs
     * @param last ISO 8601, when it last began; null: never
     * @param lastCount items that it then deleted
     * @param problem why the last one failed; null: it did not
     */
    @Json
    public record Standing(
            String name,
            String path,
            String state,
            @Nullable Double every,
            @Nullable String next,
            @Nullable String last,
            @Nullable Double lastSeconds,
            @Nullable Long lastCount,
            @Nullable Long lastBytes,
            @Nullable String problem,
            long runs,
            long failures,
            long count,
            long entries,
            long bytes) {}
}
