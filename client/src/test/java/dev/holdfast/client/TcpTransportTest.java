package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TcpTransportTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;

    @TempDir
    Path home;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(ANY, 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void end() {
        over.countDown();
        server.stop(0);
    }

    private void answer(HttpExchange e) throws IOException {
        try (InputStream body = e.getRequestBody()) {
            asked.add(e.getRequestMethod() + " " + e.getRequestURI() + " "
                    + e.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
        switch (e.getRequestURI().getPath()) {
            case "/later" -> {
                e.getResponseHeaders().add("Retry-After", "7");
                send(e, 503, "{\"detail\":\"not now\"}".getBytes(StandardCharsets.UTF_8));
            }
            case "/moved" -> {
                e.getResponseHeaders().add("Location", "/elsewhere");
                send(e, 307, new byte[0]);
            }
            case "/long" -> send(e, 200, new byte[Transport.MOST_BODY + 1]);
            case "/never" -> {
                e.sendResponseHeaders(200, 5);
                await();
            }
            default -> send(e, 200, "{\"é\":1}".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange e, int status, byte[] body) throws IOException {
        e.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (e) {
            e.getResponseBody().write(body);
        } catch (IOException hungUp) {
            assertThat(body).hasSizeGreaterThan(1000);
        }
    }

    private Transport transport() {
        return new TcpTransport(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "hft_secret", null);
    }

    @Test
    void sendsTheTokenAndTakesTheAnswer() throws Exception {
        assertThat(transport().exchange(new Transport.Ask("/api/v1/jobs/a?wait=3", null), LONG))
                .isEqualTo(new Transport.Answer(200, null, "{\"é\":1}"));
        assertThat(transport().exchange(new Transport.Ask("/later", "{\"a\":\"é\"}"), LONG))
                .isEqualTo(new Transport.Answer(503, Duration.ofSeconds(7), "{\"detail\":\"not now\"}"));
        assertThat(asked)
                .containsExactly(
                        "GET /api/v1/jobs/a?wait=3 Bearer hft_secret ", "POST /later Bearer hft_secret {\"a\":\"é\"}");
    }

    @Test
    void followsNobodyElsewhereWithTheToken() throws Exception {
        assertThat(transport().exchange(new Transport.Ask("/moved", null), LONG).status())
                .isEqualTo(307);
        assertThat(asked).hasSize(1);
    }

    @Test
    void boundsTimeAndSize() {
        assertThatThrownBy(() -> transport().exchange(new Transport.Ask("/long", null), LONG))
                .isInstanceOf(IOException.class)
                .hasStackTraceContaining("longer than");
        assertThatThrownBy(() -> transport().exchange(new Transport.Ask("/never", null), Duration.ofMillis(300)))
                .isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void trustsWhomItIsToldToTrustAndNobodyElse() throws Exception {
        Path keys = home.resolve("keys");
        Process made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "changeit",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-alias",
                        "server")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("keytool.out").toFile())
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue())
                .as(Files.readString(home.resolve("keytool.out")))
                .isZero();
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance(keys.toFile(), password);
        var key = KeyManagerFactory.getInstance("PKIX");
        key.init(store, password);
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(key.getKeyManagers(), trust.getTrustManagers(), null);

        HttpsServer secure = HttpsServer.create(ANY, 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        secure.createContext("/", this::answer);
        secure.start();
        try {
            URI base = URI.create("https://127.0.0.1:" + secure.getAddress().getPort());
            var ask = new Transport.Ask("/api/v1/me", null);
            assertThat(new TcpTransport(base, "hft_x", tls).exchange(ask, LONG).status())
                    .isEqualTo(200);
            assertThatThrownBy(() -> new TcpTransport(base, "hft_x", null).exchange(ask, LONG))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(asked).hasSize(1);
        } finally {
            secure.stop(0);
        }
    }
}
