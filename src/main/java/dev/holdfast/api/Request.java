package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of processes.
 *
 * @param names of processes; empty means all
 * @param signal for signal
 * @param replicas for scale
 * @param await whether to answer only when it has come to its end
 * @param timeoutMillis of that wait; 0 is none
 */
@Json
public record Request(
        List<String> names,
        @Nullable String signal,
        @Nullable Integer replicas,
        boolean await,
        long timeoutMillis) {}
