package dev.holdfast.api;

import io.avaje.jsonb.Json;

/** What is wrong with one field of a payload. */
@Json
public record FieldProblem(String field, String problem) {}
