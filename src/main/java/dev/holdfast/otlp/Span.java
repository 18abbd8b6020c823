package dev.holdfast.otlp;

import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What took time.
 *
 * @param above span of the same trace; null: a root
 * @param attributes by name: a String, Long or Double
 * @param words why it has this status; shown for {@link Status#ERROR} only
 */
public record Span(
        TraceContext context,
        @Nullable String above,
        String name,
        Kind kind,
        Instant start,
        Instant end,
        Status status,
        String words,
        SortedMap<String, Object> attributes) {
    /** As {@code Span.SpanKind} of trace.proto numbers it. */
    public enum Kind {
        INTERNAL(1),
        CONSUMER(5);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** As {@code Status.StatusCode} of trace.proto numbers it. */
    public enum Status {
        UNSET(0),
        OK(1),
        ERROR(2);

        private final int number;

        Status(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
