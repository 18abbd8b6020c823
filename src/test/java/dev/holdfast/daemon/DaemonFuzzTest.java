package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Client;
import dev.holdfast.api.Fuzz;
import dev.holdfast.api.HttpRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests out of the OpenAPI document to a real daemon, over its socket: {@code -Dholdfast.fuzz.daemon=N} of them. */
@Tag("process")
@Timeout(1800)
class DaemonFuzzTest {
    private static final int REQUESTS = Integer.getInteger("holdfast.fuzz.daemon", 2000);

    @TempDir
    Path home;

    private String yaml() {
        return """
                version: 1
                processes:
                  web: { command: [sleep, "1000"], stop: { timeout: 200ms } }
                schedules:
                  tick: { command: ["true"], every: 1h }
                queues:
                  q: { command: ["true"], payload: { k1: { type: string } } }
                cleanup:
                  tmp: { path: %s, match: { older_than: 1h } }
                """.formatted(home.resolve("tmp"));
    }

    @Test
    void noRequestIsABugOrGoesUnanswered() throws Exception {
        Files.createDirectory(home.resolve("tmp"));
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        try (var daemon = DaemonUnderTest.up(home, yaml())) {
            var client = new Client(home.resolve("run/holdfast.sock"));
            String document = client.raw("/api/v1/openapi.json");
            // Not asked: its end; a thousand replicas; what waits by itself for what never comes.
            var fuzz = new Fuzz(document, seed, path -> !path.equals("/down") && !path.endsWith("/scale"));
            var statuses = new TreeMap<String, Integer>();
            for (int i = 0; i < REQUESTS; i++) {
                HttpRequest request = fuzz.next(0);
                String status = status(request);
                statuses.merge(status, 1, Integer::sum);
                assertThat(status)
                        .as("seed %s, request %s: %s", seed, i, request)
                        .matches("HTTP/1.1 [234]\\d\\d .*|");
            }
            assertThat(statuses.toString()).contains("200 OK", "404 Not Found", "400 Bad Request");
            assertThat(daemon.daemonOutput()).doesNotContain("a bug").doesNotContain("Exception");
            assertThat(daemon.cli("status").exit()).isZero();
        }
    }

    /** The answer's first line; empty where the request cannot be sent as it is. */
    private String status(HttpRequest request) throws IOException {
        var head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        if (head.indexOf("\n\r\n") < head.length() - 3) {
            return ""; // it ends early, and what follows would be another one
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")));
            channel.write(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.UTF_8)));
            channel.write(ByteBuffer.wrap(body));
            var line = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (channel.read(one.clear()) > 0 && one.get(0) != '\r') {
                line.append((char) one.get(0));
            }
            return line.toString();
        }
    }
}
