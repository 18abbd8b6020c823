package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon told.
 *
 * @param status null: nothing yet
 * @param health null: not yet, or it is not asked for
 * @param at when
 * @param trouble why nothing newer is there; null: it is new
 * @param logOf whose lines {@code log} has; null: nobody's
 * @param log its last lines, oldest first
 * @param past processor use of each replica at the last looks, in percent of a core, oldest first
 */
record Seen(
        @Nullable Status status,
        @Nullable HealthReport health,
        Instant at,
        @Nullable String trouble,
        @Nullable String logOf,
        List<String> log,
        Map<String, List<Double>> past) {
    static final Seen NOTHING = new Seen(null, null, Instant.EPOCH, null, null, List.of(), Map.of());

    Seen troubled(String why) {
        return new Seen(status, health, at, why, logOf, log, past);
    }
}
