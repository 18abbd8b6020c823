package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of one process.
 *
 * @param signal for signal
 * @param replicas for scale
 * @param await whether to answer only when it has come to its end
 * @param timeoutMillis of that wait; 0 is none
 */
@Json
public record Order(@Nullable String signal, @Nullable Integer replicas, boolean await, long timeoutMillis) {}
