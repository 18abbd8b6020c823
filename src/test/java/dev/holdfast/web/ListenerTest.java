package dev.holdfast.web;

import static dev.holdfast.web.ListenerUnderTest.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.HttpAnswer;
import dev.holdfast.config.RateLimitSpec;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the listener answers, and what it refuses, on a real socket. */
class ListenerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private ListenerUnderTest under;

    @BeforeEach
    void listen() throws Exception {
        under = new ListenerUnderTest(dir);
    }

    @AfterEach
    void end() {
        under.close();
    }

    /** Sends texts as they come. */
    private static final class Texts implements HttpAnswer.Source {
        final BlockingQueue<String> texts = new ArrayBlockingQueue<>(9);
        final AtomicBoolean closed = new AtomicBoolean();

        @Override
        public byte[] next(Duration most) throws InterruptedException {
            String text = texts.poll(most.toMillis(), TimeUnit.MILLISECONDS);
            return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @Test
    void aTokenSaysWhoAsksAndIsToldToNobody() throws Exception {
        String answer = under.get("/api/v1/status?name=a", under.reads);
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("GET /api/v1/status?name=a reader false 0")
                .doesNotContain("authorization");
        assertThat(under.get("/api/v1/status", under.operates)).contains("operator true");
    }

    @Test
    void withoutATokenThereAreTheOpenDoorsAlone() throws Exception {
        assertThat(under.get("/", "")).contains("200 OK", "hello[]");
        assertThat(under.get("/", under.operates)).contains("hello[]");
        for (String token : List.of("", "hft_" + "A".repeat(43), "x")) {
            assertThat(under.get("/api/v1/status", token))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("application/problem+json", "WWW-Authenticate: Bearer", "\"status\":401");
        }
        assertThat(under.ask("GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic "
                        + under.reads + "\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void whateverIsAnsweredHasTheHeadersThatKeepBrowsersFromMischief() throws Exception {
        for (String answer : List.of(
                under.get("/", ""),
                under.get("/api/v1/x", ""),
                under.get("/api/v1/x", under.reads),
                under.ask("x\r\n\r\n"))) {
            assertThat(answer)
                    .contains("Content-Security-Policy: default-src 'self';", "frame-ancestors 'none'")
                    .contains("X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer")
                    .contains("Cache-Control: no-store")
                    .doesNotContain("Server:", "Jetty", "jetty");
        }
    }

    @Test
    void aHandlersOwnHeadersCountMore() throws Exception {
        under.api = (_, _) -> new HttpAnswer.Whole(
                200, Map.of("Content-Type", "text/css", "Cache-Control", "max-age=60"), new byte[3], () -> {});
        assertThat(under.get("/api/x", under.reads)).contains("max-age=60").doesNotContain("no-store");
    }

    /** By a request after which the connection would stay: that is when an answer's end is told by its form. */
    private String flowing(HttpAnswer.Body body) throws Exception {
        under.api = (_, _) -> new HttpAnswer.Flow(200, Map.of("Content-Type", "text/plain"), body);
        return under.ask("GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + under.reads
                + "\r\n\r\n" + "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    @Test
    void whatIsMadeWhileItIsSentArrivesWhole() throws Exception {
        byte[] piece = "0123456789".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        String both = flowing(to -> {
            for (int i = 0; i < 100; i++) {
                to.write(piece);
            }
        });
        String answer = both.substring(0, both.lastIndexOf("HTTP/1.1 200 OK"));
        assertThat(answer.startsWith("HTTP/1.1 200 OK\r\n")).isTrue();
        assertThat(answer.contains("Transfer-Encoding: chunked")).isTrue();
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body.replaceAll("(?:^|\\r\\n)[0-9A-Fa-f]+\\r\\n", "").strip().equals("0123456789".repeat(100_000)))
                .isTrue();
    }

    @Test
    void whatBreaksOffIsNotTakenForWhole() throws Exception {
        String answer = flowing(to -> {
            to.write(new byte[100_000]);
            throw new IllegalStateException("a bug, in a test");
        });
        assertThat(answer.startsWith("HTTP/1.1 200 OK\r\n")).isTrue();
        assertThat(answer.contains("\r\n0\r\n\r\n"))
                .as("the end of a whole one")
                .isFalse();
        assertThat(under.warnings).anyMatch(w -> w.contains("a bug, in a test"));
    }

    @Test
    void whatIsLargeArrivesWholeWithItsLength() throws Exception {
        under.api = (_, _) -> HttpAnswer.Whole.of(200, "text/plain", "x".repeat(1 << 20));
        String answer = under.get("/api/v1/x", under.reads);
        assertThat(answer.contains("Content-Length: 1048576")).isTrue();
        assertThat(answer.endsWith("\r\n\r\n" + "x".repeat(1 << 20))).isTrue();
    }

    @Test
    void bodiesAreReadUpToAMebibyte() throws Exception {
        String post = head("POST", "/api/v1/jobs", under.operates);
        assertThat(under.ask(post + "Content-Length: 1048576\r\n\r\n" + "x".repeat(1 << 20)))
                .contains("POST /api/v1/jobs operator true 1048576");
        assertThat(under.ask(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
                .contains("operator true 5");
        assertThat(under.ask(post + "Content-Length: 1048577\r\n\r\n")).startsWith("HTTP/1.1 413 ");
        assertThat(under.ask(post + "Content-Length: 99999999999999\r\n\r\n")).startsWith("HTTP/1.1 413 ");
        try (Wire wire = under.wire()) {
            wire.send(post + "Transfer-Encoding: chunked\r\n\r\n110000\r\n" + "x".repeat(0x100001));
            assertThat(wire.until(t -> t.endsWith("\r\n\r\n"))).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void whoHasNoTokenSendsNoBodies() throws Exception {
        assertThat(under.ask(head("POST", "/", "") + "Content-Length: 1048576\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(under.ask(head("POST", "/", "") + "Content-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void oneClientsBodiesLeaveRoomForThoseOfOthers() throws Exception {
        String post = "Content-Length: 1048576\r\n\r\n";
        var wires = new ArrayList<Wire>();
        try {
            for (int i = 0; i < 4; i++) {
                Wire wire = under.wire();
                wires.add(wire);
                wire.send(head("POST", "/api/v1/x", under.operates) + post);
            }
            await().atMost(DEADLINE)
                    .until(() -> under.ask(head("POST", "/api/v1/x", under.operates) + "Content-Length: 1\r\n\r\nx")
                            .startsWith("HTTP/1.1 503"));
            assertThat(under.get("/api/v1/x", under.operates)).startsWith("HTTP/1.1 200");
            assertThat(under.ask(head("POST", "/api/v1/x", under.reads) + post + "x".repeat(1 << 20)))
                    .startsWith("HTTP/1.1 200");
        } finally {
            for (Wire wire : wires) {
                wire.close();
            }
        }
    }

    @Test
    void aConnectionStaysForFurtherRequests() throws Exception {
        String request = "GET /api/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + under.reads + "\r\n\r\n";
        try (Wire wire = under.wire()) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.send(request).answer()).startsWith("HTTP/1.1 200");
            }
            wire.send(request + request);
            assertThat(wire.answer()).startsWith("HTTP/1.1 200");
            assertThat(wire.answer()).startsWith("HTTP/1.1 200");
        }
        String alone = under.ask(head("HEAD", "/api/x", under.reads) + "\r\n");
        assertThat(alone)
                .startsWith("HTTP/1.1 200")
                .contains("Content-Length: ")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aStreamComesAsItComesAndEndsWithItsToken() throws Exception {
        var texts = new Texts();
        under.api = (_, _) -> new HttpAnswer.Stream(200, Map.of("Content-Type", "text/event-stream"), texts);
        try (Wire wire = under.wire()) {
            wire.send(head("GET", "/api/v1/events", under.reads) + "\r\n");
            assertThat(wire.until(t -> t.endsWith("\r\n\r\n"))).contains("200 OK", "text/event-stream");
            for (String text : List.of("first", "second")) {
                texts.texts.add(text);
                assertThat(wire.until(t -> t.contains(text))).contains(text);
            }
            under.tokens.revoke("reader");
            texts.texts.add("secret");
            assertThat(wire.all()).doesNotContain("secret");
        }
        await().atMost(DEADLINE).untilTrue(texts.closed);
    }

    @Test
    void theHeadOfAStreamIsAllThatHeadGets() throws Exception {
        var texts = new Texts();
        texts.texts.add("body");
        under.api = (_, _) -> new HttpAnswer.Stream(200, Map.of("Content-Type", "text/event-stream"), texts);
        assertThat(under.ask(head("HEAD", "/api/v1/events", under.reads) + "\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("text/event-stream")
                .endsWith("\r\n\r\n");
        await().atMost(DEADLINE).untilTrue(texts.closed);
    }

    @Test
    void aStreamWhoseClientHasGoneIsClosed() throws Exception {
        var texts = new Texts();
        under.api = (_, _) -> new HttpAnswer.Stream(200, Map.of("Content-Type", "text/event-stream"), texts);
        try (Wire wire = under.wire()) {
            wire.send(head("GET", "/api/v1/events", under.reads) + "\r\n");
            wire.until(t -> t.endsWith("\r\n\r\n"));
        }
        await().atMost(DEADLINE).until(() -> {
            texts.texts.offer(": still here\n\n");
            return texts.closed.get();
        });
    }

    @Test
    void itsEndWaitsForAnswersAndEndsStreams() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var texts = new Texts();
        under.api = (request, _) -> {
            if (request.path().endsWith("events")) {
                return new HttpAnswer.Stream(200, Map.of("Content-Type", "text/event-stream"), texts);
            }
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return HttpAnswer.Whole.of(200, "text/plain", "done");
        };
        try (Wire slow = under.wire();
                Wire stream = under.wire()) {
            stream.send(head("GET", "/api/v1/events", under.reads) + "\r\n");
            stream.until(t -> t.endsWith("\r\n\r\n"));
            slow.send(head("POST", "/api/v1/x", under.reads) + "\r\n");
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            Thread ends = Thread.ofVirtual().start(under.listener::close);
            assertThat(stream.all()).isNotNull();
            go.countDown();
            assertThat(slow.all()).endsWith("done");
            ends.join();
            assertThatThrownBy(() -> under.wire()).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void anAddressInUseIsSaid() {
        assertThatThrownBy(() -> Listener.start(
                        new Listener.Settings(InetAddress.getLoopbackAddress(), under.listener.port(), null, Set.of()),
                        new Listener.Parts(
                                _ -> {
                                    throw new AssertionError();
                                },
                                under.tokens,
                                under.limits,
                                System::nanoTime,
                                under.warnings::add)))
                .isInstanceOf(BindException.class);
    }

    @Test
    void aBugIsAnAnswerAndIsSaidWithoutItsSecrets() throws Exception {
        under.api = (_, _) -> {
            throw new IllegalStateException("oh");
        };
        assertThat(under.get("/api/v1/x?token=s3cret", under.reads))
                .startsWith("HTTP/1.1 500 ")
                .contains("problem+json");
        assertThat(under.warnings)
                .singleElement()
                .asString()
                .contains("GET /api/v1/x", "oh")
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:9180, 200",
        "127.0.0.1:80, 200",
        "[::1], 200",
        "[::1]:1, 200",
        "holdfast.example.org:443, 200",
        "Holdfast.Example.Org., 200",
        "evil.example.org, 421",
        "localhost.evil.org, 421",
        "evil.org:localhost, 400",
        "127.0.0.1.evil.org, 421",
        "10.0.0.1, 421",
        "169.254.169.254, 421",
        "127.1, 421",
        "[::2], 421",
        "'', 400",
    })
    void aHostThatIsNotOursIsRefused(String host, int status) throws Exception {
        assertThat(under.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aTargetWithAnotherHostThanHostIsRefusedToo() throws Exception {
        assertThat(under.ask("GET http://evil.org/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .doesNotContain("hello")
                .startsWith("HTTP/1.1 4");
        assertThat(under.ask("GET http://localhost/ HTTP/1.1\r\nHost: evil.org\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
        assertThat(under.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(under.ask("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(under.ask("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/../v1/status",
                "/api/%2e%2e/v1/status",
                "/api/%2E%2e/x",
                "/api/./x",
                "/api/%2e/x",
                "/..",
                "//api/v1/status",
                "/api//v1",
                "/api/v1%2fstatus",
                "/api/v1%2Fstatus",
                "/api/why/web%2F..",
                "/api/why/..%2F0",
                "/api/v1/a%00b",
                "/api/v1/a%5cb",
                "/api/v1/a\\b",
                "/api/v1/a;x=1/b",
                "/api/v1/a%3bb",
                "/api/v1/a%0d%0aX:%20y",
                "/api/v1/%zz",
                "/api/v1/%",
                "/api/v1/%2",
                "/api/v1/%c0%ae%c0%ae/x",
                "/api/v1/%ff",
                "/api/v1/a%7fb",
                "/api/v1/%u002e%u002e/x",
                "/api/v1/status?a=%00",
                "api/v1/status",
                "*",
                "/api/v1/x#y",
            })
    void aPathThatMeansTwoThingsIsRefused(String path) throws Exception {
        assertThat(under.get(path, under.reads)).startsWith("HTTP/1.1 400 ").contains("problem+json");
    }

    @Test
    void aReplicasNameMayHaveItsSlash() throws Exception {
        assertThat(under.get("/api/v1/why/web%2F12", under.reads)).contains("GET /api/v1/why/web%2F12 reader");
        assertThat(under.get("/api/v1/why/%C3%BC", under.reads)).contains("200 OK");
    }

    @Test
    void pagesOfOtherOriginsChangeNothing() throws Exception {
        String post = head("POST", "/api/v1/x", under.operates);
        for (String foreign : List.of(
                "Origin: https://evil.org",
                "Origin: null",
                "Origin: http://localhost:81",
                "Origin: https://localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site")) {
            assertThat(under.ask(post + foreign + "\r\nContent-Length: 0\r\n\r\n"))
                    .as(foreign)
                    .startsWith("HTTP/1.1 403 ");
        }
        for (String ours : List.of("Origin: http://localhost", "Sec-Fetch-Site: same-origin", "X: y")) {
            assertThat(under.ask(post + ours + "\r\nContent-Length: 0\r\n\r\n"))
                    .as(ours)
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"})
    void otherMethodsAreRefused(String method) throws Exception {
        try (Wire wire = under.wire()) {
            wire.send(head(method, method.equals("CONNECT") ? "localhost:80" : "/api/x", under.operates) + "\r\n");
            assertThat(wire.answer()).matches("(?s)HTTP/1.1 (400|405|501) .*");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u0016\u0003\u0001\u0002\r\n\r\n",
            })
    void whatCouldSmuggleARequestIsRefused(String request) throws Exception {
        assertThat(under.ask(request)).matches("(?s)(HTTP/1.1 (400|501|505) .*|)");
    }

    @Test
    void aHeadHasAtMost16KiB() throws Exception {
        assertThat(under.ask(head("GET", "/", "") + "X: " + "y".repeat(17 << 10) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(under.ask(head("GET", "/" + "y".repeat(17 << 10), "") + "\r\n"))
                .matches("(?s)HTTP/1.1 (414|431) .*");
    }

    @Test
    void tooManyRequestsAreToldWhenToCome() throws Exception {
        try (var strict = new ListenerUnderTest(
                java.nio.file.Files.createDirectory(dir.resolve("strict")),
                null,
                new RateLimitSpec(
                        new RateLimitSpec.Rate(1, 1000),
                        true,
                        List.of(new RateLimitSpec.Endpoint(
                                "POST", "/api/v1/processes/{name}/restart", new RateLimitSpec.Rate(1, 2)))))) {
            String restart =
                    head("POST", "/api/v1/processes/%77eb/restart/", strict.operates) + "Content-Length: 0\r\n\r\n";
            var answers = new ArrayList<String>();
            for (int i = 0; i < 20; i++) {
                answers.add(strict.ask(restart));
            }
            assertThat(answers.getFirst()).startsWith("HTTP/1.1 200").contains("RateLimit: \"default\";r=1;t=0");
            assertThat(answers)
                    .filteredOn(a -> a.startsWith("HTTP/1.1 429"))
                    .isNotEmpty()
                    .allSatisfy(a -> assertThat(a)
                            .contains("Retry-After: 1\r\n", "RateLimit-Policy: \"default\";q=2;w=2", "RateLimit: ")
                            .contains("application/problem+json", "\"status\":429"));
            assertThat(strict.get("/api/v1/status", strict.operates)).startsWith("HTTP/1.1 200");
            assertThat(strict.ask(head("POST", "/api/v1/processes/web/restart", strict.reads) + "\r\n"))
                    .as("another client")
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void guessingTokensIsStoppedAndSparesWhoAsksNothingOfTheKind() throws Exception {
        var answers = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            answers.add(under.get("/api/v1/x", "hft_" + "B".repeat(43)));
        }
        assertThat(answers.getFirst()).startsWith("HTTP/1.1 401");
        assertThat(answers.getLast()).startsWith("HTTP/1.1 429").contains("Retry-After: ");
        assertThat(under.get("/", "")).startsWith("HTTP/1.1 200");
        assertThat(under.get("/api/v1/x", "")).startsWith("HTTP/1.1 401");
        Limits.Counts counts = under.limits.counts();
        assertThat(counts.wrongToken()).isBetween(30L, 59L);
        assertThat(counts.wrongToken() + counts.guesses()).isEqualTo(60);
        assertThat(counts.withoutToken()).isEqualTo(1);
        assertThat(under.get("/api/v1/x", under.reads)).as("a good one").startsWith("HTTP/1.1 200");
    }

    @Test
    void nobodyTakesAllPlaces() throws Exception {
        var go = new CountDownLatch(1);
        under.api = (_, _) -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return HttpAnswer.Whole.of(200, "text/plain", "done");
        };
        var wires = new ArrayList<Wire>();
        try {
            for (int i = 0; i < 24; i++) {
                Wire wire = under.wire();
                wires.add(wire);
                wire.send(head("GET", "/api/v1/x", under.operates) + "\r\n");
            }
            await().atMost(DEADLINE)
                    .until(() -> under.get("/api/v1/y", under.operates).startsWith("HTTP/1.1 503"));
            try (Wire other = under.wire()) {
                other.send(head("GET", "/api/v1/z", under.reads) + "\r\n");
                go.countDown();
                assertThat(other.all()).startsWith("HTTP/1.1 200");
            }
            for (Wire wire : wires) {
                assertThat(wire.all()).contains("HTTP/1.1 200");
            }
        } finally {
            go.countDown();
            for (Wire wire : wires) {
                wire.close();
            }
        }
    }
}
