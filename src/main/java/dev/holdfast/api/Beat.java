package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * The lease is renewed.
 *
 * @param cancelled somebody wants the job to end: stop, and say fail
 */
@Json
public record Beat(boolean cancelled) {}
