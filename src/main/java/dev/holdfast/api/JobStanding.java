package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where a job stands after something was done to it.
 *
 * @param state as of {@link JobReport}
 * @param notBefore when it is tried again; null: it is not, or at once
 */
@Json
public record JobStanding(String id, String state, @Nullable String notBefore, String detail) {}
