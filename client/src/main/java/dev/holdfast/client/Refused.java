package dev.holdfast.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The daemon said no: nothing was changed. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 500;

    private final int status;
    private final transient @Nullable Duration retryAfter;
    private final transient Map<String, String> fields;

    Refused(int status, String detail, @Nullable Duration retryAfter, Map<String, String> fields) {
        super(detail);
        this.status = status;
        this.retryAfter = retryAfter;
        this.fields = Map.copyOf(fields);
    }

    /** As RFC 9457 has it; an answer that is something else is cut and quoted. */
    static Refused of(Transport.Answer answer) {
        try {
            Json.Fields problem = Json.fields(answer.body());
            String detail = problem.textOr("detail");
            return new Refused(
                    answer.status(),
                    detail == null ? problem.text("error") : detail,
                    answer.retryAfter(),
                    fields(problem.objects("fields")));
        } catch (IllegalArgumentException e) {
            String body = answer.body();
            return new Refused(
                    answer.status(),
                    "HTTP " + answer.status() + ": " + body.substring(0, Math.min(LONGEST, body.length())),
                    answer.retryAfter(),
                    Map.of());
        }
    }

    static Map<String, String> fields(List<Json.Fields> problems) {
        var fields = new LinkedHashMap<String, String>();
        for (Json.Fields problem : problems) {
            fields.merge(problem.text("field"), problem.text("problem"), (one, other) -> one + "; " + other);
        }
        return fields;
    }

    /** Of HTTP, 400 to 599: 404 no such queue or job, 409 not in a state for this, 422 the payload, 429 full, 503 not now. */
    public int status() {
        return status;
    }

    /** When to ask again; null: it was not said. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** What is wrong with a payload, by field; empty with other refusals. */
    public Map<String, String> fields() {
        return fields;
    }

    /** Whether the same request may be granted later. */
    public boolean later() {
        return status == 429 || status == 503;
    }
}
