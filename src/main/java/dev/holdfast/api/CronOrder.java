package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * How a run by hand is asked for.
 *
 * @param await whether to answer only at its end
 * @param timeoutMillis of that wait; 0 is none
 */
@Json
public record CronOrder(boolean await, long timeoutMillis) {}
