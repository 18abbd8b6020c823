package dev.holdfast.api;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import java.time.Duration;
import java.util.Map;

/**
 * What is asked of a route.
 *
 * @param names out of the path, decoded
 */
record Asked(HttpRequest request, Caller caller, Map<String, String> names, Query query) {
    /** Whose unknown keys are refused: a filter that is misspelt must not mean everything. */
    private static final Jsonb JSON = Jsonb.builder().failOnUnknown(true).build();

    String name(String of) {
        String name = names.get(of);
        if (name == null) {
            throw new IllegalArgumentException("the route has no {" + of + "}");
        }
        return name;
    }

    /** For people. */
    String by() {
        return caller.name();
    }

    /** No longer than may be waited here. */
    Duration bounded(Duration wait) {
        long most = request.mostMillis();
        return most == 0 || wait.toMillis() <= most ? wait : Duration.ofMillis(most);
    }

    /** As {@link #bounded}, where 0 is without an end. */
    long boundedMillis(long wait) {
        long most = request.mostMillis();
        return most == 0 || (wait > 0 && wait <= most) ? wait : most;
    }

    /** Nothing means {@code {}}. */
    <T> T body(Class<T> type) throws Bad {
        String body = request.body();
        try {
            int end = Submissions.end(body);
            if (!body.substring(end).isBlank()) {
                throw new Bad(400, "there is something after the end of the request's JSON");
            }
            T read = JSON.type(type).fromJson(body.isBlank() ? "{}" : body);
            if (read == null) {
                throw new Bad(400, "the request's JSON is null");
            }
            return read;
        } catch (JsonException
                | IllegalStateException
                | IllegalArgumentException
                | NullPointerException
                | IndexOutOfBoundsException // the library, of a text that ends within a name
                | ArithmeticException e) {
            throw new Bad(400, "the request's JSON is not understood: " + e.getMessage());
        }
    }
}
