package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Raw bytes into the control socket: refused in words where there is a request, and never a harm to the daemon. */
@Tag("process")
@Timeout(120)
class BadInputTest {
    @TempDir
    Path home;

    private DaemonUnderTest daemon;
    private int pid;

    @BeforeEach
    void start() {
        daemon = DaemonUnderTest.up(home, "version: 1\nprocesses: { a: { command: [sleep, '1000'] } }\n");
        daemon.awaitState("a", "up");
        pid = daemon.pidOf("a");
    }

    @AfterEach
    void theDaemonIsUnharmed() {
        try (var unharmed = daemon) {
            assertThat(unharmed.replica("a").state()).isEqualTo("up");
            assertThat(daemon.pidOf("a")).isEqualTo(pid);
            assertThat(daemon.daemonOutput()).doesNotContain("Exception");
            assertThat(daemon.cli("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
        }
    }

    @Test
    void requestsThatAreNoneAreRefusedInWords() throws IOException {
        assertThat(answer("\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(answer("rubbish\r\n\r\n")).startsWith("HTTP/1.1 400").contains("no HTTP request");
        assertThat(answer("GET /api/v1/status HTTP/1.1\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("16 KiB");
        assertThat(answer("POST /api/v1/down HTTP/1.1\r\nContent-Length: -1\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("Content-Length");
        assertThat(answer("POST /api/v1/down HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(answer("POST /api/v1/processes/stop HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(answer("POST /api/v1/processes/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 411");
        assertThat(answer("GET /nothing HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
        assertThat(answer("BREW /api/v1/status HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405");
        assertThat(answer("GET /api/v1/why/%zz?ends=many HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(answer("GET /api/v1/why/nobody HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
    }

    @Test
    void bodiesThatAreNoRequestsAreRefusedInWords() throws IOException {
        for (String body : new String[] {
            "",
            "null",
            "[]",
            "{",
            "{\"names\":3}",
            "{\"names\":[null]}",
            "{\"names\":null}",
            "{\"names\":[]}",
            "{\"names\":[\"a\"],\"signal\":\"NOPE\"}",
            "{\"names\":[\"a\"],\"timeoutMillis\":\"soon\"}",
            "[".repeat(100_000),
        }) {
            assertThat(answer("POST /api/v1/processes/signal HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body))
                    .as(body)
                    .startsWith("HTTP/1.1 40");
        }
    }

    @Test
    void randomBytesAndHalfRequestsDoNoHarm() throws IOException {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(4096)];
            random.nextBytes(bytes);
            try (SocketChannel c = connect()) {
                send(c, bytes);
            }
        }
        for (String half :
                new String[] {"", "G", "GET /api", "POST /api/v1/down HTTP/1.1\r\nContent-Length: 10\r\n\r\n{}"}) {
            try (SocketChannel c = connect()) {
                send(c, half.getBytes(StandardCharsets.US_ASCII));
            }
        }
        assertThat(daemon.replica("a").state()).as("seed " + seed).isEqualTo("up");
    }

    @Test
    void idleConnectionsDoNotCrowdOutWhoeverAsks() throws IOException {
        var idle = new ArrayList<SocketChannel>();
        try {
            for (int i = 0; i < 200; i++) {
                SocketChannel c = SocketChannel.open(StandardProtocolFamily.UNIX);
                c.configureBlocking(false);
                idle.add(c);
                try {
                    c.connect(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")));
                    c.write(ByteBuffer.wrap("GET /".getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException backlogFull) {
                    c.close(); // it does not count then
                }
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                var status = DaemonUnderTest.runPlain(DaemonUnderTest.command(
                        java.util.List.of("timeout", "25"), "--dir", home.toString(), "status"));
                return status.exit() == 0;
            });
        } finally {
            for (SocketChannel c : idle) {
                c.close();
            }
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel c = SocketChannel.open(StandardProtocolFamily.UNIX);
        c.connect(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")));
        return c;
    }

    /** As much as the daemon takes: it may hang up before the end. */
    private static void send(SocketChannel c, byte[] bytes) {
        try {
            ByteBuffer b = ByteBuffer.wrap(bytes);
            while (b.hasRemaining()) {
                c.write(b);
            }
        } catch (IOException hungUp) {
            return;
        }
    }

    private String answer(String request) throws IOException {
        try (SocketChannel c = connect()) {
            send(c, request.getBytes(StandardCharsets.US_ASCII));
            try {
                byte[] all = Channels.newInputStream(c).readAllBytes();
                return new String(all, StandardCharsets.UTF_8);
            } catch (IOException reset) {
                return "reset: " + reset.getMessage();
            }
        }
    }
}
