package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testbed.Ports;
import dev.holdfast.web.Pems;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is asked over TCP. */
class WebTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private record Answer(int statusCode, String body, String retryAfter) {}

    static String yaml(String global) {
        return "version: 1\nglobal: {" + global + "}\nprocesses:\n  stays: { command: [sleep, \"600\"] }\n";
    }

    private static String listen(int port) {
        return "api: { listen: \"127.0.0.1:" + port + "\" }";
    }

    private static Answer ask(int port, String method, String path, String token) throws IOException {
        var asked = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        asked.setRequestMethod(method);
        asked.setReadTimeout(Math.toIntExact(DEADLINE.toMillis()));
        if (!token.isEmpty()) {
            asked.setRequestProperty("Authorization", "Bearer " + token);
        }
        int status = asked.getResponseCode();
        InputStream said = status >= 400 ? asked.getErrorStream() : asked.getInputStream();
        String body = said == null ? "" : new String(said.readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(status, body, String.valueOf(asked.getHeaderField("Retry-After")));
    }

    static boolean answers(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    static String token(DaemonUnderTest daemon, String name, String scope) {
        DaemonUnderTest.Ran made = daemon.cli("token", "create", name, "--scope", scope);
        assertThat(made.exit()).as(made.err()).isZero();
        return made.out().strip();
    }

    private static void reload(DaemonUnderTest daemon, String yaml) {
        DaemonUnderTest.write(daemon.home().resolve("holdfast.yaml"), yaml);
        DaemonUnderTest.Ran ran = daemon.cli("reload");
        assertThat(ran.exit()).as(ran.err()).isZero();
    }

    @Test
    void tokensSayWhatMayBeAskedOverTcpAndSecretsAreKeptNowhere() throws Exception {
        int port = Ports.free();
        try (var daemon = DaemonUnderTest.up(home, yaml(listen(port)))) {
            await().atMost(DEADLINE).until(() -> answers(port));
            assertThat(daemon.cli("doctor").out()).contains("served at http://127.0.0.1:" + port, "nobody has a token");
            assertThat(ask(port, "GET", "/api/v1/status", "").statusCode()).isEqualTo(401);
            String reads = token(daemon, "reader", "read");
            String operates = token(daemon, "operator", "operate");
            Answer status = ask(port, "GET", "/api/v1/status", reads);
            assertThat(status.statusCode()).isEqualTo(200);
            assertThat(status.body()).contains("\"stays\"");
            assertThat(ask(port, "POST", "/api/v1/processes/stays/restart", reads)
                            .statusCode())
                    .isEqualTo(403);
            assertThat(ask(port, "POST", "/api/v1/processes/stays/restart", operates)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(ask(port, "GET", "/api/v1/tokens", operates).statusCode())
                    .isEqualTo(403);
            assertThat(ask(port, "GET", "/nothing", "").statusCode()).isEqualTo(404);
            assertThat(daemon.cli("token", "list").out())
                    .contains("reader", "operate", "never", "http://127.0.0.1:" + port)
                    .doesNotContain("hft_");
            assertThat(daemon.cli("token", "create", "reader", "--scope", "read")
                            .err())
                    .contains("there is a token reader already");
            assertThat(daemon.cli("token", "revoke", "reader").exit()).isZero();
            assertThat(ask(port, "GET", "/api/v1/status", reads).statusCode()).isEqualTo(401);
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(DaemonUnderTest.read(file)).as(file.toString()).doesNotContain(operates.substring(4));
                }
            }
            daemon.kill9();
            daemon.upAgain();
            await().atMost(DEADLINE).until(() -> answers(port));
            assertThat(ask(port, "GET", "/api/v1/status", operates).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aReloadMovesOpensAndClosesItWithoutTouchingWhatRuns() throws Exception {
        int first = Ports.free();
        try (var daemon = DaemonUnderTest.up(home, yaml(""))) {
            daemon.awaitState("stays", "up");
            int pid = daemon.pidOf("stays");
            String token = token(daemon, "reader", "read");
            assertThat(daemon.cli("token", "list").out()).contains("on the Unix socket alone");
            reload(daemon, yaml(listen(first)));
            await().atMost(DEADLINE).until(() -> answers(first));
            int second = Ports.free();
            reload(daemon, yaml(listen(second)));
            await().atMost(DEADLINE).until(() -> answers(second) && !answers(first));
            assertThat(ask(second, "GET", "/api/v1/status", token).statusCode()).isEqualTo(200);
            reload(
                    daemon,
                    yaml(listen(second) + ", api_rate_limit: { requests_per_second: 1, burst: 1, per_client: true }"));
            assertThat(ask(second, "GET", "/api/v1/status", token).statusCode()).isEqualTo(200);
            assertThat(daemon.cli("plan").out()).doesNotContain("api");
            Answer more = ask(second, "GET", "/api/v1/status", token);
            for (int i = 0; i < 9 && more.statusCode() == 200; i++) {
                more = ask(second, "GET", "/api/v1/status", token);
            }
            assertThat(more.statusCode()).isEqualTo(429);
            assertThat(more.retryAfter()).isEqualTo("1");
            reload(daemon, yaml(""));
            await().atMost(DEADLINE).until(() -> !answers(second));
            assertThat(daemon.pidOf("stays")).isEqualTo(pid);
            assertThat(daemon.cli("doctor").out()).doesNotContain("served at");
        }
    }

    @Test
    void aPortInUseIsSaidAndTriedAgain() throws Exception {
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        int port = taken.getLocalPort();
        try (var daemon = DaemonUnderTest.up(home, yaml(listen(port)))) {
            daemon.awaitState("stays", "up");
            String why = "cannot be served at http://127.0.0.1:" + port;
            await().atMost(DEADLINE).until(() -> daemon.daemonOutput().contains(why));
            assertThat(daemon.cli("doctor").out()).contains(why);
            String token = token(daemon, "reader", "read");
            taken.close();
            await().atMost(DEADLINE).until(() -> answers(port));
            assertThat(ask(port, "GET", "/api/v1/status", token).statusCode()).isEqualTo(200);
            assertThat(daemon.daemonOutput()).contains("tried again", "the API is served at");
        } finally {
            taken.close();
        }
    }

    @Test
    void aLimitOfNothingIsSaidAndACertificateThatCannotBeReadTakesNothingAway() throws Exception {
        int port = Ports.free();
        String limit = ", api_rate_limit: { requests_per_second: 9, burst: 9, endpoints: {"
                + "\"POST /api/v1/process/{name}/restart\": { requests_per_second: 1, burst: 5 },"
                + "\"POST /api/v1/processes/web/restart\": { requests_per_second: 1, burst: 5 } } }";
        try (var daemon = DaemonUnderTest.up(home, yaml(listen(port) + limit))) {
            await().atMost(DEADLINE).until(() -> answers(port));
            assertThat(daemon.cli("doctor").out())
                    .contains("limits of endpoints that there are not: POST /api/v1/process/{name}/restart\n");
            String token = token(daemon, "reader", "read");
            reload(
                    daemon,
                    yaml("api: { listen: \"127.0.0.1:" + port + "\", tls: { certificate: " + home + "/none.pem, key: "
                            + home + "/none.key } }"));
            await().atMost(DEADLINE)
                    .until(() -> daemon.cli("doctor").out().contains("until then it is at http://127.0.0.1:" + port));
            assertThat(ask(port, "GET", "/api/v1/status", token).statusCode()).isEqualTo(200);
            reload(daemon, yaml(listen(port)));
            await().atMost(DEADLINE).until(() -> !daemon.cli("doctor").out().contains("until then"));
        }
    }

    @Test
    void whatOthersReachOpensWithTheFirstToken() throws Exception {
        int port = Ports.free();
        Pems.selfSigned(home, "one", "localhost");
        String tls = ", tls: { certificate: " + home.resolve("one.pem") + ", key: " + home.resolve("one.key") + " }";
        String global = "api: { listen: \"0.0.0.0:" + port + "\"" + tls + " }";
        try (var daemon = DaemonUnderTest.up(home, yaml(global))) {
            assertThat(daemon.cli("doctor").out()).contains("there is no token: holdfast token create");
            assertThat(answers(port)).isFalse();
            token(daemon, "reader", "read");
            await().atMost(DEADLINE).until(() -> answers(port));
            assertThat(daemon.cli("doctor").out()).contains("https://0.0.0.0:" + port);
            assertThat(daemon.cli("token", "revoke", "reader").exit()).isZero();
            await().atMost(DEADLINE).until(() -> !answers(port));
        }
    }

    @Test
    void withoutItNothingOfItIsLoaded() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml(""));
        var java = new ArrayList<>(DaemonUnderTest.java(DaemonUnderTest.classPath()));
        java.add(1, "-Xlog:class+load:file=" + home.resolve("classes-%p.log"));
        try (var daemon = DaemonUnderTest.startWith(home, java)) {
            daemon.awaitState("stays", "up");
            assertThat(daemon.cli("doctor").exit()).isNotNegative();
            assertThat(DaemonUnderTest.read(home.resolve("classes-" + daemon.pid() + ".log")))
                    .contains("dev.holdfast.daemon.WebDesk")
                    .doesNotContain("org.eclipse.jetty", "io.github.bucket4j", "dev.holdfast.web.Listener ");
        }
    }
}
