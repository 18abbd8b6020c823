package dev.holdfast.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came, whichever way: all of it read, within the bounds of whoever read it.
 *
 * @param target path and query, undecoded
 * @param headers by their names in lower case; of one that came several times, the values with commas between
 * @param mostMillis that the answer may wait for what was asked; 0: as long as it was asked to
 */
public record HttpRequest(String method, String target, Map<String, String> headers, String body, long mostMillis) {
    public HttpRequest {
        headers = Map.copyOf(headers);
    }

    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** Of the target, undecoded. */
    public String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /** Of the target, undecoded; empty without one. */
    public String query() {
        int mark = target.indexOf('?');
        return mark < 0 ? "" : target.substring(mark + 1);
    }
}
