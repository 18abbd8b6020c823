package dev.holdfast.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused.
 *
 * @param problems of a configuration, each {@code file:line:column: message}; of a payload, each {@code field: message};
 *     else empty
 * @param fields the problems of a payload for programs; null: none
 * @param retryAfterSeconds whether and when it may be granted; null: nobody can tell
 */
public record Failure(
        String error,
        List<String> problems,
        @Nullable List<FieldProblem> fields,
        @Nullable Integer retryAfterSeconds) {
    public Failure(String error, List<String> problems) {
        this(error, problems, null, null);
    }

    /** Of a payload. */
    public static Failure of(String error, List<FieldProblem> fields) {
        return new Failure(
                error,
                fields.stream().map(f -> f.field() + ": " + f.problem()).toList(),
                fields.isEmpty() ? null : List.copyOf(fields),
                null);
    }

    /**
     * Granted later, perhaps.
     *
     * @param seconds from 1
     */
    public static Failure later(String error, int seconds) {
        return new Failure(error, List.of(), null, seconds);
    }
}
