package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * Asks for a silence.
 *
 * @param pattern of keys, with * and ?
 * @param seconds 1 to a year
 * @param reason may be empty
 */
@Json
public record AlertHush(String pattern, long seconds, String reason) {
    public AlertHush {
        pattern = pattern == null ? "" : pattern;
        reason = reason == null ? "" : reason;
    }
}
