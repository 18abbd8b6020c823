package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A token that was made.
 *
 * @param token itself: nobody can tell it again
 * @param expires ISO 8601; null: never
 */
@Json
public record TokenMade(
        String name, String scope, String token, @Nullable String expires) {}
