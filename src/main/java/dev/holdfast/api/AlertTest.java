package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * What came of a test.
 *
 * @param delivered whether the other side took the message
 * @param detail else why not
 */
@Json
public record AlertTest(String channel, boolean delivered, String detail) {}
