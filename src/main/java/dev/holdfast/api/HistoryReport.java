package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of a process or the host.
 *
 * @param of {@code host}, or {@code process:NAME/INDEX}
 * @param metric cpu, memory or restarts
 * @param unit of the values: cores, bytes or restarts
 * @param until the end of the last step, ISO 8601
 * @param values a step each, oldest first; null: unknown
 * @param limit in the same unit; null: there is none
 */
@Json
public record HistoryReport(
        String of,
        String metric,
        String unit,
        int stepSeconds,
        String until,
        List<@Nullable Double> values,
        @Nullable Double limit) {}
