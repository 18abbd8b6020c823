package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixTransportTest {
    private static final Transport.Ask ASK = new Transport.Ask("/api/v1/me", null);

    @TempDir
    Path home;

    private Transport.Answer against(String answer, Duration most) throws Exception {
        Path path = home.resolve("s");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            var done = new CountDownLatch(1);
            var other = new Thread(() -> {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(1 << 16));
                    client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    if (!answer.endsWith("!")) {
                        done.await(); // neither more nor an end
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            other.start();
            try {
                return new UnixTransport(path).exchange(ASK, most);
            } finally {
                done.countDown();
                other.join();
            }
        }
    }

    @Test
    void takesAnAnswerWithoutWaitingForTheConnectionsEnd() throws Exception {
        assertThat(against("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Duration.ofSeconds(30))
                        .body())
                .isEqualTo("{}");
    }

    @Test
    void givesUpWhenItsTimeIsOver() {
        assertThatThrownBy(() -> against("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", Duration.ofMillis(100)))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void halfAnAnswerIsNone() {
        assertThatThrownBy(() -> against("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{!", Duration.ofSeconds(30)))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void saysWhereNobodyAnswers() {
        var holdfast = Holdfast.at(home.resolve("none"));
        assertThatThrownBy(() -> holdfast.job("x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
    }

    @Test
    void anAnswerThatIsThereCountsInSpiteOfAnInterrupt() throws Exception {
        Path path = home.resolve("s");
        byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.UTF_8);
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            for (int i = 0; i < 20; i++) { // the interrupt is mostly the sooner one to be seen
                var got = new AtomicReference<Object>();
                var asking = new Thread(() -> {
                    try {
                        got.set(new UnixTransport(path)
                                .exchange(ASK, Duration.ofMinutes(5))
                                .body());
                    } catch (IOException | InterruptedException e) {
                        got.set(e);
                    }
                });
                asking.start();
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(1 << 16));
                    client.write(ByteBuffer.wrap(answer));
                    asking.interrupt();
                    asking.join();
                }
                assertThat(got.get()).isEqualTo("{}");
            }
        }
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        Path path = home.resolve("s");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            var ended = new AtomicReference<Throwable>();
            var waiting = new Thread(() -> {
                try {
                    new UnixTransport(path).exchange(ASK, Duration.ofMinutes(5));
                } catch (IOException | InterruptedException e) {
                    ended.set(e);
                }
            });
            waiting.start();
            try (SocketChannel client = server.accept()) {
                waiting.interrupt();
                waiting.join();
                assertThat(ended.get()).isInstanceOf(InterruptedException.class);
                assertThat(client.isOpen()).isTrue();
            }
        }
    }
}
