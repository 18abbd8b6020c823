package dev.holdfast.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request is answered. Length, connection and date are set by whoever sends it. */
public sealed interface HttpAnswer {
    int status();

    /** {@code Content-Type} among them. */
    Map<String, String> headers();

    /**
     * All of it at once.
     *
     * @param body not changed by anybody any more
     * @param undelivered what to do when it does not reach the client
     */
    @SuppressWarnings("ArrayRecordComponent") // it is bytes to be sent, compared by nobody
    record Whole(int status, Map<String, String> headers, byte[] body, Runnable undelivered) implements HttpAnswer {
        public Whole {
            headers = Map.copyOf(headers);
        }

        public static Whole of(int status, String type, String body) {
            return new Whole(status, Map.of("Content-Type", type), body.getBytes(StandardCharsets.UTF_8), () -> {});
        }
    }

    /**
     * All of it, but made while it is sent: what is large is never in memory as a whole. How long it is nobody knows before.
     *
     * @param body called once; what it throws other than what {@code to} has thrown breaks the answer off
     */
    record Flow(int status, Map<String, String> headers, Body body) implements HttpAnswer {
        public Flow {
            headers = Map.copyOf(headers);
        }

        /** Made at once, for who must know its length. */
        public Whole whole() throws IOException {
            var all = new ByteArrayOutputStream();
            body.into(all);
            return new Whole(status, headers, all.toByteArray(), () -> {});
        }
    }

    /** Makes the bytes of an answer. */
    @FunctionalInterface
    interface Body {
        /** @param to closed by the caller; better written to by the kilobyte than by the byte */
        void into(OutputStream to) throws IOException;
    }

    /** One that goes on until either side ends it. */
    record Stream(int status, Map<String, String> headers, Source source) implements HttpAnswer {
        public Stream {
            headers = Map.copyOf(headers);
        }
    }

    /** Where the parts of a stream come from; used by one thread. */
    interface Source extends AutoCloseable {
        /**
         * What is to be sent next.
         *
         * @param most to wait for it
         * @return empty: nothing came; null: it is over
         */
        byte @Nullable [] next(Duration most) throws IOException, InterruptedException;

        @Override
        void close();
    }
}
