package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    private static final class Scarce implements Server.Listening {
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
        Server server = Server.start(scarce, socket, port, warnings::add);
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
}
