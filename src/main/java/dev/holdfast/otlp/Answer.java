package dev.holdfast.otlp;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of one request, as OTLP/HTTP tells it (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Response"). */
sealed interface Answer {
    /** That may pass: too many requests, and what stands before a collector that is not there. */
    Set<Integer> PASSING = Set.of(429, 502, 503, 504);

    /**
     * The collector has it.
     *
     * @param rejected of it so many were not wanted
     * @param words why, or what else it has to say; else empty
     */
    record Taken(long rejected, String words) implements Answer {}

    /**
     * It may be taken later.
     *
     * @param after what the collector asks for; null: it does not
     */
    record Later(String why, @Nullable Duration after) implements Answer {}

    /** The same would be refused again. */
    record Refused(String why) implements Answer {}

    /**
     * @param retryAfter the header; null: there is none
     * @param body of it, or its beginning
     * @param protobuf whether the answer says that it is of that type
     */
    static Answer of(String host, int status, @Nullable String retryAfter, byte[] body, boolean protobuf, Instant now) {
        if (status >= 200 && status < 300) {
            return protobuf ? PartialSuccess.of(body) : new Taken(0, "");
        }
        String why = host + " answers " + status;
        return PASSING.contains(status) ? new Later(why, after(retryAfter, now)) : new Refused(why);
    }

    /** Seconds, or a date (RFC 9110, 10.2.3); null: nothing sound. */
    static @Nullable Duration after(@Nullable String header, Instant now) {
        if (header == null) {
            return null;
        }
        if (header.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(header));
        }
        try {
            Duration until = Duration.between(
                    now,
                    ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException nonsense) {
            return null;
        }
    }
}
