package dev.holdfast.web;

import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.Scope;
import dev.holdfast.config.ApiSpec;
import dev.holdfast.config.RateLimitSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A listener on a free port of this host, with a token for reading and one for all. */
final class ListenerUnderTest implements AutoCloseable {
    final List<String> warnings = new CopyOnWriteArrayList<>();
    final Tokens tokens;
    final String reads;
    final String operates;
    final Limits limits;
    final Listener listener;
    /** Answers at /api; at / everybody is greeted. */
    volatile HttpHandler api = (request, caller) -> HttpAnswer.Whole.of(
            200,
            "text/plain",
            request.method() + " " + request.target() + " " + caller.name() + " " + caller.may(Scope.OPERATE) + " "
                    + request.body().length() + " " + request.headers().keySet());

    ListenerUnderTest(Path dir) throws Exception {
        this(dir, null, new RateLimitSpec(new RateLimitSpec.Rate(100_000, 100_000), true, List.of()));
    }

    ListenerUnderTest(Path dir, ApiSpec.@Nullable Tls tls, RateLimitSpec limit) throws Exception {
        tokens = new Tokens(dir.resolve("tokens.json"), Instant::now);
        reads = tokens.create("reader", Scope.READ, null);
        operates = tokens.create("operator", Scope.OPERATE, null);
        limits = new Limits(System::nanoTime, limit);
        Site site = path -> path.startsWith("/api/")
                ? new Site.Door((r, c) -> api.answer(r, c), false)
                : new Site.Door((r, c) -> HttpAnswer.Whole.of(200, "text/html", "hello" + c.scopes()), true);
        listener = Listener.start(
                new Listener.Settings(InetAddress.getLoopbackAddress(), 0, tls, Set.of("holdfast.example.org")),
                new Listener.Parts(site, tokens, limits, System::nanoTime, warnings::add));
    }

    Wire wire() throws IOException {
        return new Wire(listener.port());
    }

    /** The answer to one request, and then the end. */
    String ask(String request) throws IOException {
        try (Wire wire = wire()) {
            return wire.send(request).all();
        }
    }

    String get(String path, String token) throws IOException {
        return ask(head("GET", path, token) + "\r\n");
    }

    static String head(String method, String path, String token) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
    }

    @Override
    public void close() {
        listener.close();
    }
}
