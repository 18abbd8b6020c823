package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of one process.
 *
 * @param signal for signal
 * @param replicas for scale
 * @param holdSeconds for scale: so long a process with a scale of its own stays at that number; null: it goes on from there
 * @param await whether to answer only when it has come to its end
 * @param timeoutMillis of that wait; 0 is none
 */
@Json
public record Order(
        @Nullable String signal,
        @Nullable Integer replicas,
        @Nullable Long holdSeconds,
        boolean await,
        long timeoutMillis) {}
