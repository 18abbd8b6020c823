package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * Asks for a token.
 *
 * @param name by which people know it
 * @param scope read, submit, operate or admin
 * @param expiresSeconds from now; 0: it never expires
 */
@Json
public record TokenOrder(String name, String scope, long expiresSeconds) {
    public TokenOrder {
        name = name == null ? "" : name;
        scope = scope == null ? "" : scope;
    }
}
