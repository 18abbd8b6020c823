package dev.holdfast.api;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused (RFC 9457).
 *
 * @param type what kind of problem; always {@code about:blank}: the status says it
 * @param title of the status
 * @param detail in a sentence, for people
 * @param problems of a configuration, each {@code file:line:column: message}; of a payload, each {@code field: message};
 *     else empty
 * @param fields the problems of a payload for programs; null: none
 * @param retryAfterSeconds whether and when it may be granted, as Retry-After; null: nobody can tell
 */
@Json
public record ProblemDetails(
        String type,
        String title,
        int status,
        String detail,
        List<String> problems,
        @Nullable List<FieldProblem> fields,
        @Nullable Integer retryAfterSeconds) {
    /** As RFC 9457 names it. */
    public static final String MEDIA = "application/problem+json";

    private static final Jsonb JSON = Jsonb.builder().build();

    /** @param status 400 to 599 */
    public static HttpAnswer.Whole answer(int status, String detail) {
        return answer(status, new Failure(detail, List.of()), Map.of());
    }

    /** @param headers beside {@code Retry-After}, which the failure says */
    public static HttpAnswer.Whole answer(int status, Failure failure, Map<String, String> headers) {
        var all = new HashMap<>(headers);
        Integer seconds = failure.retryAfterSeconds();
        if (seconds != null) {
            all.put("Retry-After", Integer.toString(seconds));
        }
        all.put("Content-Type", MEDIA);
        var details = new ProblemDetails(
                "about:blank",
                Http.reason(status),
                status,
                Texts.whole(failure.error()),
                failure.problems().stream().map(Texts::whole).toList(),
                failure.fields(),
                seconds);
        HttpAnswer.Whole text = HttpAnswer.Whole.of(status, MEDIA, JSON.toJson(details));
        return new HttpAnswer.Whole(status, all, text.body(), () -> {});
    }

    Failure failure() {
        return new Failure(detail, problems == null ? List.of() : problems, fields, retryAfterSeconds);
    }
}
