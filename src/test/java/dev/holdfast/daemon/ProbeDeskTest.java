package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.ProbeSpec.Check;
import dev.holdfast.probe.Sample;
import dev.holdfast.testbed.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Probes of real servers: by themselves, and as a daemon asks them. */
@Tag("process")
@Timeout(180)
class ProbeDeskTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private static Check.Http http(String url, @Nullable Integer status, @Nullable String body) {
        return new Check.Http(
                URI.create(url), status, body, Collections.unmodifiableSortedMap(new TreeMap<>()), null, true);
    }

    /** Answers each connection the same, until it is closed. */
    private record Served(ServerSocket socket) implements AutoCloseable {
        static Served by(ServerSocket socket, int status, String body) {
            byte[] answer = ("HTTP/1.1 " + status + " so\r\nContent-Length: " + body.length()
                            + "\r\nConnection: close\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8);
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try (Socket asked = socket.accept()) {
                        var head = new BufferedReader(
                                new InputStreamReader(asked.getInputStream(), StandardCharsets.US_ASCII));
                        for (String line = head.readLine(); line != null && !line.isEmpty(); line = head.readLine()) {}
                        asked.getOutputStream().write(answer);
                    } catch (IOException hungUp) {
                        // as who does not trust our certificate does
                    }
                }
            });
            return new Served(socket);
        }

        String url(String scheme) {
            return scheme + "://127.0.0.1:" + socket.getLocalPort() + "/";
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aUrlIsJudgedByStatusAndBody() throws IOException {
        var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try (Served server = Served.by(socket, 503, "all is well")) {
            String url = server.url("http");
            assertThat(Asking.http(http(url, null, null), PATIENT).up()).isFalse();
            Sample expected = Asking.http(http(url, 503, "is w.ll"), PATIENT);
            assertThat(expected.up()).as(expected.detail()).isTrue();
            assertThat(expected.values().get("latency")).isBetween(0.0, 20.0);
            Sample other = Asking.http(http(url, 503, "broken"), PATIENT);
            assertThat(other.up()).isFalse();
            assertThat(other.detail()).contains("nothing that matches broken");
        }
        Sample gone = Asking.http(http("http://127.0.0.1:" + Ports.free() + "/", null, null), PATIENT);
        assertThat(gone.up()).isFalse();
        assertThat(gone.detail()).contains("Connection refused");
    }

    private static String first(ServerSocket socket, java.util.function.Supplier<Sample> question, String answer)
            throws Exception {
        var asking = new java.util.concurrent.FutureTask<>(question::get);
        Thread.ofVirtual().start(asking);
        var said = new StringBuilder();
        try (Socket asked = socket.accept()) {
            asked.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            asked.shutdownOutput();
            InputStream in = asked.getInputStream();
            while (said.indexOf("\r\n\r\n") < 0 && said.indexOf("secret\r\n") < 0) {
                int c = in.read();
                if (c < 0) {
                    break;
                }
                said.append((char) c);
            }
        }
        return said + "\n" + asking.get().detail();
    }

    @Test
    void aVirtualHostIsAskedForByItsName() throws Exception {
        try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var headers = Collections.unmodifiableSortedMap(new TreeMap<>(java.util.Map.of("Host", "shop.example")));
            var check = new Check.Http(
                    URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/"), null, null, headers, null, true);

            String said =
                    first(socket, () -> Asking.http(check, PATIENT), "HTTP/1.1 200 so\r\nContent-Length: 0\r\n\r\n");

            assertThat(said).contains("Host: shop.example\r\n").doesNotContain("Host: 127");
        }
    }

    @Test
    void aServerThatQuotesThePasswordIsNotQuoted() throws Exception {
        try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var check = new Check.Redis("127.0.0.1", socket.getLocalPort(), "q", null, "secret", 0);

            String said = first(
                    socket,
                    () -> Asking.redis(check, PATIENT),
                    "-ERR unknown command 'AUTH', with args beginning with: 'secret'\r\n");

            assertThat(said.substring(said.lastIndexOf('\n')))
                    .endsWith("AUTH is refused: ERR")
                    .doesNotContain("secret");
        }
    }

    /** Valid for so many days, of 127.0.0.1. */
    private Path keys(String days) {
        Path store = home.resolve("keys.p12");
        DaemonUnderTest.Ran made = DaemonUnderTest.runPlain(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "k",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-validity",
                days,
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString()));
        assertThat(made.exit()).as(made.out() + made.err()).isZero();
        DaemonUnderTest.Ran pem = DaemonUnderTest.runPlain(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-exportcert",
                "-rfc",
                "-alias",
                "k",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString(),
                "-file",
                home.resolve("ca.pem").toString()));
        assertThat(pem.exit()).as(pem.out() + pem.err()).isZero();
        return store;
    }

    @Test
    void theTimeOfACertificateIsKnownWhetherItIsTrustedOrNot() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys("10"))) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        ServerSocket socket =
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try (Served server = Served.by(socket, 200, "hello")) {
            URI url = URI.create(server.url("https"));
            var none = Collections.unmodifiableSortedMap(new TreeMap<String, String>());
            double days = Duration.ofDays(10).toSeconds();

            Sample untrusted = Asking.http(new Check.Http(url, null, null, none, null, true), PATIENT);
            assertThat(untrusted.up()).isFalse();
            assertThat(untrusted.detail()).contains("unable to find valid certification path");
            assertThat(untrusted.values().get("certificate")).isBetween(days - 3600, days + 3600);

            String ca = home.resolve("ca.pem").toString();
            Sample trusted = Asking.http(new Check.Http(url, null, "hello", none, ca, true), PATIENT);
            assertThat(trusted.up()).as(trusted.detail()).isTrue();
            assertThat(trusted.values().get("certificate")).isBetween(days - 3600, days + 3600);

            assertThat(Asking.http(new Check.Http(url, null, null, none, null, false), PATIENT)
                            .up())
                    .isTrue();
        }
    }

    @Test
    void aFileHasAgeAndSize() throws IOException {
        Path file = Files.write(home.resolve("f"), new byte[1234]);
        Instant now = Files.getLastModifiedTime(file).toInstant().plusSeconds(90);
        Sample s = Asking.file(new Check.File(file.toString()), now);
        assertThat(s.values()).containsEntry("size", 1234.0).containsEntry("age", 90.0);
        assertThat(Asking.file(new Check.File(home.resolve("none").toString()), now)
                        .up())
                .isFalse();
    }

    @Test
    void aCommandIsJudgedByItsCodeAndTheNumberItPrints() {
        var first = new Check.Exec(new dev.holdfast.config.CommandSpec(List.of("x")), null, null, Set.of(0), null);
        var group = new Check.Exec(
                new dev.holdfast.config.CommandSpec(List.of("x")), null, null, Set.of(0, 3), "ms=([0-9.]+)");
        var ended = new Errands.Ended(0, "exited with 0", "load 1.5 ms=42\n");
        assertThat(Asking.exec(first, ended, Duration.ofSeconds(2), true).values())
                .containsEntry("value", 1.5)
                .containsEntry("latency", 2.0);
        assertThat(Asking.exec(group, ended, Duration.ZERO, true).values()).containsEntry("value", 42.0);
        assertThat(Asking.exec(group, new Errands.Ended(3, "", "none"), Duration.ZERO, true)
                        .up())
                .as("no number where one is compared")
                .isFalse();
        assertThat(Asking.exec(group, new Errands.Ended(3, "", "none"), Duration.ZERO, false)
                        .up())
                .isTrue();
        assertThat(Asking.exec(first, new Errands.Ended(3, "exited with 3", ""), Duration.ZERO, false)
                        .up())
                .isFalse();
    }

    @Test
    void redisIsAskedForTheLengthOfAListWithItsPassword() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "no redis-server here");
        int port = Ports.free();
        Process redis = new ProcessBuilder(
                        "/usr/bin/redis-server",
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--requirepass",
                        "secret",
                        "--dir",
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("redis.out").toFile())
                .start();
        try {
            var wrong = new Check.Redis("127.0.0.1", port, "q", null, null, 0);
            await().atMost(SOON)
                    .until(() -> Asking.redis(wrong, PATIENT).detail().contains("NOAUTH"));
            var right = new Check.Redis("127.0.0.1", port, "q", null, "secret", 2);
            assertThat(Asking.redis(right, PATIENT).values()).containsEntry("length", 0.0);
            DaemonUnderTest.runPlain(List.of(
                    "/usr/bin/redis-cli",
                    "-p",
                    Integer.toString(port),
                    "-a",
                    "secret",
                    "-n",
                    "2",
                    "RPUSH",
                    "q",
                    "a",
                    "b",
                    "c"));
            Sample three = Asking.redis(right, PATIENT);
            assertThat(three.up()).as(three.detail()).isTrue();
            assertThat(three.values()).containsEntry("length", 3.0);
        } finally {
            redis.destroy();
            redis.waitFor();
        }
        assertThat(Asking.redis(new Check.Redis("127.0.0.1", port, "q", null, null, 0), PATIENT)
                        .up())
                .isFalse();
    }

    /** A web server that goes down is brought back by the second step, after it was looked whether the first one helped. */
    @Test
    void aDaemonTellsWhatIsDownAndMendsIt() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no python3 here");
        int port = Ports.free();
        Path steps = home.resolve("steps");
        Path mark = Files.writeString(home.resolve("number"), "7");
        String yaml = """
                version: 1
                processes:
                  web:
                    command: [/usr/bin/python3, -m, http.server, --bind, 127.0.0.1, "%1$d"]
                    working_dir: %2$s
                    restart: never
                    stop: { timeout: 1s }
                probes:
                  website:
                    http: { url: "http://127.0.0.1:%1$d/number", expect_status: 200, body: "[0-9]" }
                    every: 1s
                    timeout: 4s
                    critical: down for 1s
                    recover:
                      - { do: exec, command: [sh, -c, 'echo first >> %3$s'], settle: 100ms }
                      - { do: restart, processes: [web], settle: 3s }
                  number:
                    exec: { command: [cat, %4$s] }
                    every: 1s
                    warning: "> 10"
                """.formatted(port, home, steps, mark);
        try (var daemon = DaemonUnderTest.up(home, yaml)) {
            daemon.awaitState("web", "up");
            int pid = daemon.pidOf("web");
            Files.writeString(mark, "12");
            await().atMost(SOON)
                    .until(() -> daemon.daemonOutput().contains("probe number is warning: value is 12 (value > 10)"));
            Files.writeString(mark, "7");
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("probe number is well again"));
            await().atMost(SOON)
                    .until(() -> !daemon.daemonOutput().contains("probe website is critical")
                            || daemon.daemonOutput().contains("probe website is well again"));

            DaemonUnderTest.runPlain(List.of("kill", "-STOP", Integer.toString(pid)));
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("recovers: restart web"));
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("probe website: restart web helped"));
            assertThat(daemon.daemonOutput())
                    .contains("probe website is critical: down for 1s: no answer within")
                    .containsSubsequence(
                            "probe website recovers: exec sh -c",
                            "probe website: exec sh -c",
                            "did not help",
                            "probe website recovers: restart web");
            assertThat(steps).exists();
            await().atMost(SOON)
                    .until(() -> daemon.daemonOutput().lastIndexOf("probe website is well again")
                            > daemon.daemonOutput().lastIndexOf("probe website is critical"));
            assertThat(daemon.pidOf("web")).isNotEqualTo(pid);
        }
    }

    /** What a probe, the host and a cleanup say comes to a channel, with what was done; and that it is over. */
    @Test
    void alertsSayWhatHappenedWhatWasDoneAndThatItIsOver() throws IOException {
        Path file = home.resolve("there");
        Path told = home.resolve("told");
        try (var daemon =
                DaemonUnderTest.up(home, """
                version: 1
                probes:
                  note:
                    file: { path: %1$s }
                    every: 1s
                    critical: down for 1s
                    recover: [ { do: exec, command: [sh, -c, 'echo no use; exit 4'], settle: 100ms, at_most: 1 per 1h } ]
                    alert: [ops]
                host:
                  interval: 1s
                  memory: { warning: "> 0.001%%" }
                  alert: [ops]
                cleanup:
                  temp: { path: %3$s, match: { older_than: 0 }, every: 1s, alert: [ops] }
                alerts:
                  channels:
                    ops:
                      type: exec
                      command: [sh, -c, 'cat >> %2$s; echo "$$HOLDFAST_ALERT_STATE $$HOLDFAST_ALERT_KEY" >> %2$s']
                      group_window: 0s
                """.formatted(file, told, Files.createDirectory(home.resolve("temp"))))) {
            Files.delete(home.resolve("temp")); // one that is not there, or goes meanwhile, is no failure
            Files.createSymbolicLink(home.resolve("temp"), Path.of("/etc"));
            await().atMost(SOON).until(() -> DaemonUnderTest.read(told).contains("raised probe/note"));
            await().atMost(SOON).until(() -> DaemonUnderTest.read(told).contains("raised host/memory"));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(DaemonUnderTest.read(told))
                            .as(daemon.daemonOutput())
                            .contains("raised cleanup/temp"));
            assertThat(DaemonUnderTest.read(told)).contains("down for 1s", "system directory /etc");
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("exited with 4: no use"));
            assertThat(home.resolve("state/recover")).content().endsWith(" 0 probe.note\n");

            // The next daemon knows that it was done, and clears what an earlier one raised.
            daemon.kill9();
            Files.writeString(file, "");
            Files.delete(home.resolve("temp"));
            Files.createDirectory(home.resolve("temp"));
            daemon.upAgain();
            await().atMost(SOON).until(() -> DaemonUnderTest.read(told).contains("cleared probe/note"));
        }
    }
}
