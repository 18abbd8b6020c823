package dev.holdfast.api;

import io.avaje.jsonb.Json;

/** It was done; or, with {@code settled} false, it was begun and the wait for its end ran out. */
@Json
public record Done(boolean settled, Status status) {}
