package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * A worker wants jobs.
 *
 * @param worker its name, 1 to 200 characters; the same as long as it lives, another's after that
 * @param waitSeconds as {@code wait}, 0 to 60, for one to come
 * @param most 1 to 100 jobs; 0, as when not given: 1
 */
@Json
public record Take(String worker, @Json.Property("wait") double waitSeconds, int most) {}
