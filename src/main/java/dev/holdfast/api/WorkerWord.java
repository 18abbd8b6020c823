package dev.holdfast.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of a job that it took.
 *
 * @param token that it was given
 * @param progress percent, 0 to 100
 * @param failureClass of a failure, such as network; null: process
 * @param detail of a failure, in words
 * @param output the end of what it has to show
 */
@Json
public record WorkerWord(
        long token,
        @Nullable Double progress,
        @Json.Property("class") @Nullable String failureClass,
        @Nullable String detail,
        @Nullable String output) {}
