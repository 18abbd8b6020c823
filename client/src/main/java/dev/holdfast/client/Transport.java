package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One request, one answer. Thread-safe. */
interface Transport {
    /** Bytes of an answer's body, at most. */
    int MOST_BODY = 8 << 20;

    /**
     * @param path with its leading slash, and query; encoded
     * @param body JSON; null: none, and it is a GET
     */
    record Ask(String path, @Nullable String body) {
        String method() {
            return body == null ? "GET" : "POST";
        }
    }

    /** @param retryAfter null: not said */
    record Answer(int status, @Nullable Duration retryAfter, String body) {}

    /**
     * @param most the whole of it, from connecting to the last byte
     * @throws IOException when there is no answer: whether anything was done is not known
     */
    Answer exchange(Ask ask, Duration most) throws IOException, InterruptedException;

    /** Where it leads, for messages. */
    String where();

    /** @param seconds as Retry-After says; a date, which Holdfast does not send, counts as not said */
    static @Nullable Duration later(@Nullable String seconds) {
        return seconds != null && seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }
}
