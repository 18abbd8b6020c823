package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is given.
 *
 * @param jobs none: none came
 * @param recycle it is to end, and another one to be started: it gets no jobs any more
 */
@Json
public record Taken(List<Job> jobs, boolean recycle) {
    /**
     * @param token to be sent with all that is said of this attempt
     * @param attempt from 1
     * @param leaseSeconds without a heartbeat for so long it is another's
     * @param traceparent of the span of this attempt (W3C Trace Context); null: no traces are told
     */
    @Json
    public record Job(
            String id,
            String queue,
            long token,
            Map<String, String> payload,
            int attempt,
            int priority,
            String submitted,
            double leaseSeconds,
            @Nullable String traceparent) {}
}
