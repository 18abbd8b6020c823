package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs; null: any.
 *
 * @param state queued, running, succeeded, failed or cancelled
 * @param failureClass of the last attempt, such as network
 */
@Json
public record JobFilter(
        @Nullable String queue,
        @Nullable String state,
        @Json.Property("class") @Nullable String failureClass) {}
