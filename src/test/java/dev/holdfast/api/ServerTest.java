package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerTest {
    @TempDir
    private Path dir;

    private final List<String> warnings = new CopyOnWriteArrayList<>();

    /** A real socket that lacks descriptors for as long as it is told to. */
    private static final class Scarce implements Listening {
        final AtomicInteger tries = new AtomicInteger();
        final AtomicBoolean lacking = new AtomicBoolean(true);
        private final ServerSocketChannel real;

        Scarce(Path socket) throws IOException {
            real = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            real.bind(UnixDomainSocketAddress.of(socket));
        }

        @Override
        public SocketChannel accept() throws IOException {
            tries.incrementAndGet();
            if (lacking.get()) {
                throw new IOException("Too many open files");
            }
            return real.accept();
        }

        @Override
        public boolean isOpen() {
            return real.isOpen();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    @Test
    void waitsForDescriptorsWithoutSpinningAndThenAnswers() throws Exception {
        Path socket = dir.resolve("s");
        var scarce = new Scarce(socket);
        var port = (ControlPort) Proxy.newProxyInstance(
                ControlPort.class.getClassLoader(),
                new Class<?>[] {ControlPort.class},
                (proxy, method, args) -> new Doctor(List.of()));
        Server server = Server.start(scarce, socket, new Api(port, warnings::add), (_, _) -> Set.of(), warnings::add);
        try (server) {
            long start = System.nanoTime();
            await().until(() -> scarce.tries.get() >= 4);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(500));
            scarce.lacking.set(false);
            assertThat(new Client(socket).get("/api/v1/doctor", Doctor.class)).isEqualTo(new Doctor(List.of()));
            assertThat(scarce.tries.get()).isLessThan(20);
        }
        assertThat(warnings).singleElement().asString().contains("Too many open files");
    }

    private final RememberedJobs jobs = new RememberedJobs();

    private SocketChannel sent(Path socket, String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(ByteBuffer.wrap((request + "\r\n\r\n").getBytes(StandardCharsets.UTF_8)));
        return channel;
    }

    private static String until(SocketChannel channel, String end) throws IOException {
        var text = new StringBuilder();
        ByteBuffer byteOne = ByteBuffer.allocate(1);
        while (text.indexOf(end) < 0 && channel.read(byteOne.clear()) > 0) {
            text.append((char) byteOne.get(0));
        }
        return text.toString();
    }

    @Test
    void eventsGoOnUntilTheClientHangsUp() throws Exception {
        Path socket = dir.resolve("s");
        try (Server server = Server.start(
                        socket, new Api(jobs.control(), warnings::add), (_, _) -> Set.of(), warnings::add);
                SocketChannel channel = sent(
                        socket, "GET /api/v1/events HTTP/1.1\r\nAccept: text/event-stream\r\nLast-Event-ID: 7-8-9")) {
            assertThat(until(channel, "retry: 2000\n\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Content-Type: text/event-stream\r\n", "Connection: close\r\n")
                    .doesNotContain("Content-Length");
            assertThat(jobs.audit.followed).containsExactly("events 7-8-9");
            jobs.audit.put.add(new Follow.Item("1-2-3", "journal", RememberedRecords.EVENT));
            assertThat(until(channel, "}\n\n"))
                    .isEqualTo("id: 1-2-3\nevent: journal\ndata: " + RememberedRecords.EVENT + "\n\n");
            channel.shutdownInput();
            channel.shutdownOutput();
            await().until(() -> {
                jobs.audit.put.add(new Follow.Item("1-2-4", "journal", "{}"));
                return !jobs.audit.closed.isEmpty();
            });
            assertThat(server).isNotNull();
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void thoseWhoFollowLeaveRoomForOthers() throws Exception {
        Path socket = dir.resolve("s");
        var following = new ArrayList<SocketChannel>();
        try (Server server =
                Server.start(socket, new Api(jobs.control(), warnings::add), (_, _) -> Set.of(), warnings::add)) {
            String request = "GET /api/v1/logs/web HTTP/1.1\r\nAccept: text/event-stream";
            for (int i = 0; i < 16; i++) {
                following.add(sent(socket, request));
                until(following.getLast(), "retry: 2000\n\n");
            }
            try (SocketChannel one = sent(socket, request)) {
                assertThat(until(one, "}")).startsWith("HTTP/1.1 503").contains("Retry-After: 5");
            }
            assertThat(new Client(socket).get("/api/v1/doctor", Doctor.class)).isEqualTo(new Doctor(List.of()));
            // idle ones are not hung up on while others only wait for us
            for (int i = 0; i < 120; i++) {
                following.add(sent(socket, "GET /api/v1/doctor HTTP/1.1\r\nConnection: keep-alive"));
            }
            jobs.audit.put.add(new Follow.Item("0.1.1", "line", "{\"n\":1}"));
            jobs.audit.put.addAll(java.util.Collections.nCopies(5000, new Follow.Item("0.1.1", "line", "{\"n\":1}")));
            assertThat(until(following.getFirst(), "}\n\n")).contains("event: line");
            assertThat(server).isNotNull();
        } finally {
            for (SocketChannel f : following) {
                f.close();
            }
        }
        await().until(() -> {
            jobs.audit.put.add(new Follow.Item("0.1.1", "line", "{}"));
            return jobs.audit.closed.size() == 17; // the refused one, too
        });
    }

    private static final int LARGE = 1 << 20;

    /** Sends all of it but the last byte, or as much as is taken. */
    private SocketChannel nearlySent(Path socket) throws IOException {
        SocketChannel channel = sent(socket, "POST /api/v1/nothing HTTP/1.1\r\nContent-Length: " + LARGE);
        channel.configureBlocking(false);
        return channel;
    }

    private static void push(SocketChannel channel, ByteBuffer body) {
        try {
            channel.write(body);
        } catch (IOException hungUp) {
            body.position(body.limit());
        }
    }

    @Test
    void bodiesThatAreOnTheirWayAreBoundedAllTogetherAndWhoStallsIsHungUpOn() throws Exception {
        Path socket = dir.resolve("s");
        var slow = new ArrayList<SocketChannel>();
        try (Server server =
                Server.start(socket, new Api(jobs.control(), warnings::add), (_, _) -> Set.of(), warnings::add)) {
            for (int i = 0; i < 20; i++) { // announced is not sent
                slow.add(nearlySent(socket));
            }
            assertThat(answered(socket, LARGE)).startsWith("HTTP/1.1 404");
            var bodies = new ArrayList<ByteBuffer>();
            for (SocketChannel s : slow) {
                bodies.add(ByteBuffer.allocate(LARGE - 1));
                assertThat(s.isOpen()).isTrue();
            }
            await().until(() -> {
                for (int i = 0; i < slow.size(); i++) {
                    push(slow.get(i), bodies.get(i));
                }
                return answered(socket, LARGE).startsWith("HTTP/1.1 503");
            });
            assertThat(answered(socket, 2)).startsWith("HTTP/1.1 404");
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> answered(socket, LARGE), a -> a.startsWith("HTTP/1.1 404"));
            assertThat(server).isNotNull();
        } finally {
            for (SocketChannel s : slow) {
                s.close();
            }
        }
    }

    /** The first line of what a body of so many bytes is answered. */
    private String answered(Path socket, int bytes) throws IOException {
        String body = "{" + " ".repeat(bytes - 2) + "}";
        try (SocketChannel one = sent(socket, "POST /api/v1/nothing HTTP/1.1\r\nContent-Length: " + bytes)) {
            ByteBuffer rest = ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                push(one, rest);
            }
            return until(one, "\r\n");
        }
    }

    @Test
    void answersThatAreNotReadAreBoundedAllTogetherAndWhoStallsIsHungUpOn() throws Exception {
        Path socket = dir.resolve("s");
        byte[] large = new byte[4 << 20];
        HttpHandler known = (asked, _) -> asked.target().equals("/small")
                ? HttpAnswer.Whole.of(200, "text/plain", "small")
                : new HttpAnswer.Whole(200, Map.of(), large, () -> {});
        var slow = new ArrayList<SocketChannel>();
        try (Server server = Server.start(socket, known, (_, _) -> Set.of(), warnings::add)) {
            for (int i = 0; i < 3; i++) {
                slow.add(sent(socket, "GET /large HTTP/1.1"));
                assertThat(until(slow.getLast(), "\r\n")).startsWith("HTTP/1.1 200");
            }
            try (SocketChannel one = sent(socket, "GET /large HTTP/1.1")) {
                assertThat(until(one, "\r\n\r\n")).startsWith("HTTP/1.1 503").contains("Retry-After: 1");
            }
            try (SocketChannel one = sent(socket, "POST /large HTTP/1.1")) { // what was done is told
                assertThat(until(one, "\r\n")).startsWith("HTTP/1.1 200");
            }
            try (SocketChannel one = sent(socket, "GET /small HTTP/1.1")) {
                assertThat(until(one, "small")).startsWith("HTTP/1.1 200");
            }
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                try (SocketChannel one = sent(socket, "GET /large HTTP/1.1")) {
                    return until(one, "\r\n").startsWith("HTTP/1.1 200");
                }
            });
            assertThat(server).isNotNull();
        } finally {
            for (SocketChannel s : slow) {
                s.close();
            }
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void aBodilessAnswerEndsWhereItEnds() throws Exception {
        Path socket = dir.resolve("s");
        HttpHandler known = (_, _) -> new HttpAnswer.Whole(304, Map.of("ETag", "\"x\""), new byte[0], () -> {});
        try (Server server = Server.start(socket, known, (_, _) -> Set.of(), warnings::add);
                SocketChannel channel =
                        sent(socket, "GET /a HTTP/1.1\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.1")) {
            String answers = new String(
                    java.nio.channels.Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 304 Not Modified\r\n", -1)).hasSize(3);
            assertThat(answers).doesNotContain("Content-Length");
            assertThat(server).isNotNull();
        }
    }

    @Test
    void onlyWhomTheKernelNamesAndTheDaemonAdmitsMayAsk() throws Exception {
        Path socket = dir.resolve("s");
        try (Server server =
                Server.start(socket, new Api(jobs.control(), warnings::add), (_, _) -> Set.of(), _ -> {})) {
            Me me = new Client(socket).get("/api/v1/me", Me.class);
            assertThat(me.name()).isEqualTo(System.getProperty("user.name"));
            assertThat(me.scopes()).containsExactly("read", "submit", "operate", "admin");
            assertThat(server).isNotNull();
        }
    }
}
