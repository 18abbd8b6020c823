package dev.holdfast.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job that somebody wants done.
 *
 * @param payload what the queue's {@code payload} asks for, as texts
 * @param id submitted a second time it is the same job; up to 128 letters, digits and {@code . _ -}
 * @param delay before which it is not begun; null: none
 * @param priority -100 to 100, the highest first
 */
public record Submission(
        Map<String, String> payload, String id, @Nullable Duration delay, int priority) {
    public Submission {
        payload = Map.copyOf(payload);
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException("an id is 1 to 128 letters, digits and . _ -: " + id);
        }
        if (priority < -100 || priority > 100) {
            throw new IllegalArgumentException("priority is -100 to 100, not " + priority);
        }
        if (delay != null && delay.isNegative()) {
            throw new IllegalArgumentException("a delay is not negative");
        }
    }

    /** With an id of its own, so that an answer that is lost on the way makes no second job. */
    public static Submission of(Map<String, String> payload) {
        return new Submission(payload, UUID.randomUUID().toString(), null, 0);
    }

    /** As {@link Submission}. */
    public Submission withId(String other) {
        return new Submission(payload, other, delay, priority);
    }

    /** As {@link Submission}. */
    public Submission withDelay(Duration other) {
        return new Submission(payload, id, other, priority);
    }

    /** As {@link Submission}. */
    public Submission withPriority(int other) {
        return new Submission(payload, id, delay, other);
    }

    String json() {
        var job = new LinkedHashMap<String, @Nullable Object>();
        job.put("payload", payload);
        job.put("id", id);
        job.put("delay", delay == null || delay.isZero() ? null : delay.toMillis() + "ms");
        job.put("priority", priority);
        return Json.write(job);
    }
}
