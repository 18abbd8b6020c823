package dev.holdfast.api;

import java.util.Map;

/** What a route answers. */
sealed interface Reply {
    /**
     * @param body becomes JSON
     * @param headers beside its type
     * @param undelivered what to do when it does not reach the client
     */
    record Value(int status, Object body, Map<String, String> headers, Runnable undelivered) implements Reply {}

    /** JSON that is written already; or, with 304, nothing. */
    record Text(int status, String json, Map<String, String> headers) implements Reply {}

    /** Events, until either side ends them. */
    record Events(HttpAnswer.Source source) implements Reply {}

    static Reply ok(Object body) {
        return of(200, body);
    }

    static Reply of(int status, Object body) {
        return new Value(status, body, Map.of(), () -> {});
    }
}
