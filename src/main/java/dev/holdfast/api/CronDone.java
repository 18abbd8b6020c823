package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A run by hand.
 *
 * @param over false: it was begun, and was not waited for or not long enough
 * @param result null: it is not over
 */
@Json
public record CronDone(
        String run,
        boolean over,
        @Nullable String result,
        @Nullable String detail) {}
