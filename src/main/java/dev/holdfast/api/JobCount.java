package dev.holdfast.api;

import io.avaje.jsonb.Json;

/** How many jobs it was done to. */
@Json
public record JobCount(int count) {}
