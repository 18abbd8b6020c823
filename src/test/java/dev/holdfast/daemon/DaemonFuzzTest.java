package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.Client;
import dev.holdfast.api.Fuzz;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests out of the OpenAPI document to a real daemon, by each of its ways: {@code -Dholdfast.fuzz.daemon=N} of them. */
@Tag("process")
@Timeout(7200)
class DaemonFuzzTest {
    private static final int REQUESTS = Integer.getInteger("holdfast.fuzz.daemon", 2000);

    /** In place of an answer. */
    private static final String UNSENT = "cannot be sent as it is";

    @TempDir
    Path home;

    /** Where requests go, and what each of them has besides. */
    private record Way(SocketAddress to, String more) {}

    private String yaml(int port) {
        return """
                version: 1
                global:
                  api: { listen: "127.0.0.1:%d" }
                  api_rate_limit: { requests_per_second: 100000, burst: 100000 }
                processes:
                  web: { command: [sleep, "1000"], stop: { timeout: 200ms } }
                schedules:
                  tick: { command: ["true"], every: 1h }
                queues:
                  q: { command: ["true"], payload: { k1: { type: string } } }
                cleanup:
                  tmp: { path: %s, match: { older_than: 1h } }
                """.formatted(port, home.resolve("tmp"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noRequestIsABugOrGoesUnanswered(boolean tcp) throws Exception {
        Files.createDirectory(home.resolve("tmp"));
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        int port = Ports.free();
        try (var daemon = DaemonUnderTest.up(home, yaml(port))) {
            Way way = tcp ? byTcp(daemon, port) : new Way(UnixDomainSocketAddress.of(socket()), "");
            var client = new Client(socket());
            String document = client.raw("/api/v1/openapi.json");
            // Not asked: its end; a thousand replicas; what waits by itself for what never comes.
            var fuzz = new Fuzz(document, seed, path -> !path.equals("/down") && !path.endsWith("/scale"));
            var statuses = new TreeMap<String, Integer>();
            for (int i = 0; i < REQUESTS; i++) {
                HttpRequest request = fuzz.next(0);
                String status = status(request, way);
                statuses.merge(status, 1, Integer::sum);
                assertThat(status)
                        .as("seed %s, request %s: %s", seed, i, request)
                        .matches("HTTP/1.1 ([234]\\d\\d|503|505) .*|"
                                + UNSENT); // 503: of those who follow, some are let go late
            }
            assertThat(statuses.toString()).contains("200 OK", "404 Not Found", "400 Bad Request");
            assertThat(daemon.daemonOutput()).doesNotContain("a bug").doesNotContain("Exception");
            assertThat(daemon.cli("status").exit()).isZero();
        }
    }

    private Path socket() {
        return home.resolve("run/holdfast.sock");
    }

    private static Way byTcp(DaemonUnderTest daemon, int port) throws Exception {
        await().atMost(Duration.ofMinutes(1)).until(() -> WebTest.answers(port));
        String token = WebTest.token(daemon, "fuzz", "admin");
        return new Way(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                "Host: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n");
    }

    /** The answer's first line; empty when there was none. */
    private static String status(HttpRequest request, Way way) throws IOException {
        var head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n" + way.more);
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        if (head.indexOf("\n\r\n") < head.length() - 3) {
            return UNSENT; // it ends early, and what follows would be another one
        }
        try (SocketChannel channel = SocketChannel.open(way.to)) {
            // In one piece: who is refused by his head alone would send his body to a connection that is closed.
            byte[] first = head.toString().getBytes(StandardCharsets.UTF_8);
            ByteBuffer whole = ByteBuffer.allocate(first.length + body.length)
                    .put(first)
                    .put(body)
                    .flip();
            while (whole.hasRemaining()) {
                channel.write(whole);
            }
            var line = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (channel.read(one.clear()) > 0 && one.get(0) != '\r') {
                line.append((char) one.get(0));
            }
            return line.toString();
        }
    }
}
