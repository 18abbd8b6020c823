package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Why a request was refused.
 *
 * @param problems of a configuration, each {@code file:line:column: message}; else empty
 */
@Json
public record Failure(String error, List<String> problems) {}
