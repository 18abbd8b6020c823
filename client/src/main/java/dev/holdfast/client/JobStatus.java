package dev.holdfast.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a job stands.
 *
 * @param attempt the number of the present or last one; 0: none yet
 * @param failure the class of the last attempt's, such as timeout; null: it did not fail
 * @param detail in words; may be empty
 * @param progress percent; null: unknown
 * @param attempts the oldest first; the last 100 at most
 */
public record JobStatus(
        String id,
        String queue,
        State state,
        int attempt,
        @Nullable String failure,
        String detail,
        @Nullable Double progress,
        List<Attempt> attempts) {
    public JobStatus {
        attempts = List.copyOf(attempts);
    }

    /** What a job can be. */
    public enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        static State of(String written) {
            for (State state : values()) {
                if (state.name().toLowerCase(java.util.Locale.ROOT).equals(written)) {
                    return state;
                }
            }
            throw new IllegalArgumentException("\"" + written + "\" is no state that this client knows");
        }
    }

    /**
     * @param host who made it; of a worker {@code worker NAME}
     * @param failure null: it succeeded, or was cancelled
     * @param output the end of what there was to show; null: nothing
     */
    public record Attempt(
            int number,
            String host,
            @Nullable String failure,
            String detail,
            @Nullable String output) {}

    /** Whether nothing more will be tried, unless somebody asks for it. */
    public boolean over() {
        return state != State.QUEUED && state != State.RUNNING;
    }

    static JobStatus read(String json) {
        Json.Fields job = Json.fields(json);
        return new JobStatus(
                job.text("id"),
                job.text("queue"),
                State.of(job.text("state")),
                (int) job.number("attempt"),
                job.textOr("failureClass"),
                orEmpty(job.textOr("detail")),
                job.all().get("progress") == null ? null : (Double) job.number("progress"),
                job.objects("attempts").stream()
                        .map(a -> new Attempt(
                                (int) a.number("number"),
                                orEmpty(a.textOr("host")),
                                a.textOr("failureClass"),
                                orEmpty(a.textOr("detail")),
                                a.textOr("output")))
                        .toList());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
