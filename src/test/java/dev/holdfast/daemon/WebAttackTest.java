package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.Client;
import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose listener is attacked goes on with its work, and answers who has a token. */
class WebAttackTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final int IDLE = 10_000;
    private static final int SLOW = 300;
    /** The bound of the bucket that has 10 ms, in seconds. */
    private static final double TEN_MILLIS = 0.016384;

    @TempDir
    Path home;

    /** Measures how late a thread runs that has nothing to do with it: what the machine does to everybody. */
    private static final class Sleeper implements AutoCloseable {
        private static final long NAP_NANOS = 5_000_000;
        private final List<Long> late = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean over;

        Sleeper() {
            Thread.ofPlatform().daemon().start(this::naps);
        }

        private void naps() {
            while (!over) {
                long due = System.nanoTime() + NAP_NANOS;
                LockSupport.parkNanos(NAP_NANOS);
                late.add(System.nanoTime() - due);
            }
        }

        /** Seconds. */
        double p99() {
            synchronized (late) {
                return late.stream()
                                .sorted()
                                .skip(late.size() * 99L / 100)
                                .findFirst()
                                .orElseThrow()
                        / 1e9;
            }
        }

        @Override
        public void close() {
            over = true; // it ends within a nap
        }
    }

    private static String head(String first, String token) {
        return first + "\r\nHost: localhost\r\nConnection: close\r\n"
                + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
    }

    /** Its answer; empty when it was hung up on. */
    private static String ask(int port, String request) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) DEADLINE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException hungUp) {
            return "";
        }
    }

    private static SocketChannel connect(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static boolean hungUp(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private static void trickle(List<SocketChannel> slow) {
        slow.removeIf(c -> !wrote(c));
    }

    private static boolean wrote(SocketChannel c) {
        try {
            return c.write(ByteBuffer.wrap("X".getBytes(StandardCharsets.US_ASCII))) >= 0;
        } catch (IOException hungUp) {
            return false;
        }
    }

    /** How often the loop's lag was at most so many seconds, by those; since the daemon's start. */
    private static SortedMap<Double, Long> lags(Path socket) throws Exception {
        var lags = new TreeMap<Double, Long>();
        Matcher m = Pattern.compile("holdfast_loop_lag_seconds_bucket\\{le=\"([^\"]+)\"} (\\d+)")
                .matcher(new Client(socket).raw("/metrics"));
        while (m.find()) {
            String bound = m.group(1);
            lags.put(
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Long.parseLong(m.group(2)));
        }
        return lags;
    }

    /** Within which 99 of 100 of those came that came between. */
    private static double p99(SortedMap<Double, Long> before, SortedMap<Double, Long> after) {
        long all = after.lastEntry().getValue() - before.lastEntry().getValue();
        assertThat(all).as("turns of the loop").isGreaterThan(500);
        return after.keySet().stream()
                .filter(bound -> (after.getOrDefault(bound, 0L) - before.getOrDefault(bound, 0L)) * 100 >= all * 99)
                .findFirst()
                .orElseThrow();
    }

    private static void close(List<SocketChannel> channels) throws IOException {
        for (SocketChannel c : channels) {
            c.close();
        }
    }

    @Test
    void supervisionGoesOnAndWhoHasATokenIsAnswered() throws Exception {
        int port = Ports.free();
        String yaml = "version: 1\nglobal: { api: { listen: \"127.0.0.1:" + port + "\" } }\nprocesses:\n"
                + "  stays: { command: [sleep, \"600\"] }\n"
                + "  again: { command: [\"true\"], restart: { policy: always, delay: 50ms, jitter: 0% } }\n";
        var idle = new ArrayList<SocketChannel>();
        var slow = new ArrayList<SocketChannel>();
        try (var daemon = DaemonUnderTest.up(home, yaml);
                var control = new Sleeper()) {
            await().atMost(DEADLINE).until(() -> WebTest.answers(port));
            String token = WebTest.token(daemon, "reader", "read");
            SortedMap<Double, Long> before = lags(home.resolve("run/holdfast.sock"));
            int pid = daemon.pidOf("stays");
            String status = head("GET /api/v1/status HTTP/1.1", token) + "\r\n";
            for (int i = 0; i < SLOW; i++) {
                SocketChannel c = connect(port);
                c.write(ByteBuffer.wrap("GET /api/v1/status HTTP/1.1\r\nX-".getBytes(StandardCharsets.US_ASCII)));
                slow.add(c);
            }
            for (int i = 0; i < IDLE; i++) {
                idle.add(connect(port));
                if (i % 1000 == 0) {
                    trickle(slow);
                    assertThat(ask(port, status)).startsWith("HTTP/1.1 200 ");
                }
            }
            await().atMost(DEADLINE).until(() -> {
                idle.removeIf(WebAttackTest::hungUp);
                return idle.size() <= 1000;
            });
            assertThat(ask(port, status)).startsWith("HTTP/1.1 200 ");
            for (int i = 0; i < 200; i++) {
                String wrong = ask(port, head("GET /api/v1/status HTTP/1.1", "hft_" + "A".repeat(43)) + "\r\n");
                assertThat(wrong).matches("(?s)HTTP/1.1 (401|429) .*");
                assertThat(ask(port, head("GET /api/v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", token) + "\r\n"))
                        .startsWith("HTTP/1.1 400 ");
                assertThat(ask(port, "GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 421 ");
                assertThat(ask(port, head("POST /api/v1/down HTTP/1.1", token) + "Content-Length: 2000000\r\n\r\n"))
                        .matches("(?s)(HTTP/1.1 (413|429) .*|)");
                assertThat(ask(port, head("POST /api/v1/down HTTP/1.1", token) + "Origin: http://evil\r\n\r\n"))
                        .startsWith("HTTP/1.1 403 ");
            }
            await().atMost(DEADLINE)
                    .until(
                            () -> { // a head has 30 s, however it trickles
                                trickle(slow);
                                slow.removeIf(WebAttackTest::hungUp);
                                return slow.isEmpty();
                            });
            await().atMost(DEADLINE).until(() -> ask(port, status).startsWith("HTTP/1.1 200 "));
            assertThat(daemon.pidOf("stays")).isEqualTo(pid);
            assertThat(daemon.replica("again").restarts()).isPositive();
            double lag = p99(before, lags(home.resolve("run/holdfast.sock")));
            double machine = control.p99();
            System.getLogger("attack")
                    .log(System.Logger.Level.INFO, "lag " + lag + " s of the loop, " + machine + " s of the machine");
            assertThat(lag)
                    .as("99 of 100, in powers of two; %s s of who only sleeps on this machine meanwhile", machine)
                    .isLessThanOrEqualTo(Math.max(TEN_MILLIS, 8 * machine));
            assertThat(daemon.daemonOutput()).doesNotContain("a bug");
        } finally {
            close(idle);
            close(slow);
        }
    }
}
