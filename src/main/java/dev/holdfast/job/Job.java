package dev.holdfast.job;

import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A job that was claimed: one attempt at it is its holder's to make.
 *
 * @param payload checked when it was submitted
 * @param key of those with the same one only so many run at once; null: none
 * @param submitted when it was accepted
 * @param attempt the one to be made, from 1
 * @param hold without which nothing of it can be written any more
 */
public record Job(
        String id,
        String queue,
        SortedMap<String, String> payload,
        int priority,
        @Nullable String key,
        Instant submitted,
        int attempt,
        Hold hold) {}
