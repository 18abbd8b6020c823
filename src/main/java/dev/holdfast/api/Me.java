package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Who asks.
 *
 * @param name a user of this host, or a token's name
 * @param from socket, or an address
 * @param scopes read, submit, operate, admin: those that it has
 */
@Json
public record Me(String name, String from, List<String> scopes) {}
