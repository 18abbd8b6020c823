package dev.holdfast.web;

import dev.holdfast.api.Failure;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.api.ProblemDetails;
import dev.holdfast.web.Connections.Phase;
import dev.holdfast.web.Entrance.Admitted;
import dev.holdfast.web.Entrance.Guest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** From a request of Jetty's to one of ours, past everything that may refuse it, and back. On a virtual thread each. */
final class Answering {
    private static final int MOST_BODY = 1 << 20;
    /** Of all requests that are read or answered: the heap is small, and without memory a daemon ends. */
    private static final int MOST_BODIES = 8 << 20;

    /** Half of them are one client's: more than may wait for jobs, so that his workers can still report. */
    private static final int MOST_ANSWERS = 48;

    /** The JDK keeps for each thread native memory of as much as it ever sent at once. */
    private static final int PIECE = 32 << 10;

    private static final int MOST_STREAMS = 64;
    private static final long MOST_MILLIS = 60_000;
    /** How soon a stream hears that its token was taken back. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Not passed on: whoever handles a request knows the caller, and must not be able to log his secret. */
    private static final Set<String> SECRET = Set.of("authorization", "cookie", "proxy-authorization");

    private static final Map<String, String> SAFETY = Map.of(
            "Content-Security-Policy",
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    private final Listener.Parts parts;
    private final Connections connections;
    private final Entrance entrance;
    /** Of those with a token, and apart from them of those without, so that these cannot be in their way. */
    private final Places answers;

    private final Places visitors;
    private final Places streams;
    private final Places bodies;
    private volatile boolean ending;

    Answering(Listener.Parts parts, Connections connections, Entrance entrance) {
        this.parts = parts;
        this.connections = connections;
        this.entrance = entrance;
        this.answers = new Places(parts.nanos(), MOST_ANSWERS);
        this.visitors = new Places(parts.nanos(), MOST_ANSWERS);
        this.streams = new Places(parts.nanos(), MOST_STREAMS);
        this.bodies = new Places(parts.nanos(), MOST_BODIES);
    }

    void answer(Request request, Response response, Callback callback) {
        Object key = key(request);
        connections.at(key, Phase.READING);
        try {
            answer(request, response, key);
            connections.at(key, Phase.IDLE); // before the client can know: its next request is another phase
            callback.succeeded();
        } catch (IOException gone) {
            callback.failed(gone);
        } catch (RuntimeException bug) {
            warn("a bug: " + request.getMethod() + " " + request.getHttpURI().getPath() + " ended in " + bug);
            callback.failed(bug);
        }
    }

    private static Object key(Request request) {
        EndPoint at = request.getConnectionMetaData().getConnection().getEndPoint();
        return at instanceof EndPoint.Wrapper tls ? tls.unwrap() : at;
    }

    private void answer(Request request, Response response, Object key) throws IOException {
        try {
            Admitted admitted = entrance.admit(request);
            Places places = admitted.door().open() ? visitors : answers;
            if (!places.take(admitted.guest().client())) {
                throw new Screen.Refused(busy("too many requests are being answered"));
            }
            HttpAnswer.@Nullable Stream stream;
            try {
                stream = answered(admitted, request, response, key);
            } finally {
                places.free(admitted.guest().client());
            }
            if (stream != null) {
                pass(stream, admitted, request, response, key);
            }
        } catch (Screen.Refused e) {
            connections.at(key, Phase.WRITING);
            whole(e.answer, Map.of(), response);
        }
    }

    /** @return what goes on; null: all is sent */
    private HttpAnswer.@Nullable Stream answered(Admitted admitted, Request request, Response response, Object key)
            throws IOException, Screen.Refused {
        int most = most(request);
        if (most > 0 && admitted.door().open()) {
            throw new Screen.Refused(413, "this takes nothing in its body"); // nor memory, from whom nobody knows
        }
        String client = admitted.guest().client();
        if (!bodies.take(client, most)) {
            throw new Screen.Refused(busy("too much is being sent here"));
        }
        try {
            String body = most == 0 ? "" : body(request);
            connections.at(key, Phase.WORKING);
            String method =
                    request.getMethod().equals("HEAD") ? "GET" : request.getMethod(); // Jetty sends the head alone
            HttpAnswer answer = handled(
                    admitted,
                    new HttpRequest(method, admitted.target(), flat(request.getHeaders()), body, MOST_MILLIS));
            if (answer instanceof HttpAnswer.Stream stream) {
                return stream;
            }
            connections.at(key, Phase.WRITING);
            if (answer instanceof HttpAnswer.Flow flow) {
                flow(flow, admitted.told(), response);
            } else {
                whole((HttpAnswer.Whole) answer, admitted.told(), response);
            }
            return null;
        } finally {
            bodies.free(client, most);
        }
    }

    private HttpAnswer handled(Admitted admitted, HttpRequest request) {
        try {
            return admitted.door().handler().answer(request, admitted.guest().caller());
        } catch (RuntimeException bug) {
            warn("a bug: " + request.method() + " " + request.path() + " ended in " + bug);
            return ProblemDetails.answer(500, "the daemon has a bug here; its log says more");
        }
    }

    private static HttpAnswer.Whole busy(String why) {
        return ProblemDetails.answer(503, Failure.later(why, 1), Map.of());
    }

    /** Bytes that its body may have; of one that does not say, as many as any may (RFC 9112, 6.3). */
    private static int most(Request request) throws Screen.Refused {
        if (request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            return MOST_BODY;
        }
        long length = Math.max(0, request.getLength());
        if (length > MOST_BODY) {
            throw tooLarge();
        }
        return (int) length;
    }

    private static String body(Request request) throws IOException, Screen.Refused {
        var body = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        try (InputStream in = Content.Source.asInputStream(request)) {
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                body.write(part, 0, n);
                if (body.size() > MOST_BODY) {
                    throw tooLarge();
                }
            }
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private static Screen.Refused tooLarge() {
        return new Screen.Refused(413, "a request has at most 1 MiB");
    }

    private static Map<String, String> flat(HttpFields headers) {
        var flat = new HashMap<String, String>();
        for (HttpField f : headers) {
            String name = f.getName().toLowerCase(Locale.ROOT);
            String value = f.getValue();
            if (!SECRET.contains(name)) {
                flat.merge(name, value == null ? "" : value, (a, b) -> a + ", " + b);
            }
        }
        return flat;
    }

    private static void whole(HttpAnswer.Whole whole, Map<String, String> told, Response response) throws IOException {
        head(response, whole, told);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, whole.body().length);
        byte[] body = whole.body();
        try {
            int from = 0;
            do {
                int n = Math.min(PIECE, body.length - from);
                Content.Sink.write(response, from + n == body.length, ByteBuffer.wrap(body, from, n));
                from += n;
            } while (from < body.length);
        } catch (IOException gone) {
            whole.undelivered().run();
            throw gone;
        }
    }

    private static void flow(HttpAnswer.Flow flow, Map<String, String> told, Response response) throws IOException {
        head(response, flow, told);
        OutputStream to = Content.Sink.asOutputStream(response);
        flow.body().into(to);
        to.close(); // not where that failed: the client is to see that it is not all
    }

    private void pass(HttpAnswer.Stream stream, Admitted admitted, Request request, Response response, Object key)
            throws IOException, Screen.Refused {
        Guest guest = admitted.guest();
        if (!streams.take(guest.client())) {
            stream.source().close();
            throw new Screen.Refused(busy("too many streams are open"));
        }
        try (var source = stream.source()) {
            head(response, stream, admitted.told());
            connections.at(key, Phase.WRITING);
            Content.Sink.write(response, false, NOTHING.duplicate()); // the head goes out before anything comes
            boolean more = !request.getMethod().equals("HEAD"); // of that, Jetty would drop all that comes, for ever
            while (more && !ending && guest.holds().getAsBoolean()) {
                connections.at(key, Phase.WORKING);
                byte[] part = source.next(LOOK);
                if (part == null) {
                    break;
                }
                if (part.length > 0 && guest.holds().getAsBoolean()) {
                    connections.at(key, Phase.WRITING);
                    Content.Sink.write(response, false, ByteBuffer.wrap(part));
                }
            }
            connections.at(key, Phase.WRITING);
            Content.Sink.write(response, true, NOTHING.duplicate());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            streams.free(guest.client());
        }
    }

    private static void head(Response response, HttpAnswer answer, Map<String, String> told) {
        response.setStatus(answer.status());
        HttpFields.Mutable headers = response.getHeaders();
        SAFETY.forEach(headers::put);
        told.forEach(headers::put);
        answer.headers().forEach(headers::put);
    }

    /** What Jetty itself refuses: heads that are none, or too long. */
    boolean refuse(Request request, Response response, Callback callback) {
        int status = response.getStatus() >= 400 ? response.getStatus() : 500;
        var answer = ProblemDetails.answer(status, "this is no request, or none for here");
        head(response, answer, Map.of());
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }

    /** Streams end; other answers are waited for. */
    void end(long millis) {
        ending = true;
        try {
            boolean done = answers.awaitNone(millis) && visitors.awaitNone(millis) && streams.awaitNone(millis);
            if (!done) {
                warn("the listener ends while " + (answers.all() + visitors.all() + streams.all()) + " answers go on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void warn(String what) {
        parts.warn().accept(what);
    }
}
