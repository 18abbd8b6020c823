package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When programs count as ready and as well, by their own notice and by asking them; perl plays the server. */
@Tag("process")
@Timeout(150)
class ReadinessTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Listens at port ARGV[0]; answers 200 when the file ARGV[1] is there, else 503. */
    private static final String SERVER = """
            use Socket;
            my ($port, $file) = @ARGV;
            socket(my $l, PF_INET, SOCK_STREAM, 0) or die $!;
            setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($l, sockaddr_in($port, INADDR_LOOPBACK)) or die $!;
            listen($l, 16) or die $!;
            while (accept(my $c, $l)) {
                sysread($c, my $request, 4096);
                syswrite($c, "HTTP/1.1 " . (-e $file ? "200 OK" : "503 Not Yet") . "\\r\\nContent-Length: 0\\r\\n\\r\\n");
                close($c);
            }
            """;

    /** Says READY=1 once the file ARGV[0] is there. */
    private static final String NOTIFIER = """
            use Socket;
            socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
            my $to = sockaddr_un($ENV{NOTIFY_SOCKET});
            send($s, "STATUS=waiting", 0, $to) or die $!;
            select(undef, undef, undef, 0.05) until -e $ARGV[0];
            send($s, "READY=1\\nSTATUS=ready", 0, $to); # nobody listens: as sd_notify(3) goes on, so does it
            open(my $said, ">", "$ARGV[0].said");
            sleep 1000;
            """;

    @TempDir
    Path home;

    @Test
    void aNoticeThatNobodyHeardIsPresumedAndSaid() {
        DaemonUnderTest.write(home.resolve("notifier.pl"), NOTIFIER);
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  app:
                    command: [perl, %1$s/notifier.pl, %1$s/go]
                    readiness: { notify: true }
                    start_timeout: 10s
                  after: { command: [sleep, "1000"], depends_on: { app: healthy } }
                """.formatted(home));
        try (daemon) {
            daemon.awaitState("app", "starting");
            int app = daemon.pidOf("app");
            daemon.kill9();
            DaemonUnderTest.write(home.resolve("go"), "");
            await().atMost(SOON).until(() -> Files.exists(home.resolve("go.said")));
            daemon.upAgain();
            daemon.awaitState("after", "up");
            assertThat(daemon.pidOf("app")).as("it was not restarted").isEqualTo(app);
            assertThat(daemon.replica("app").health()).isEqualTo("presumed ready");
            assertThat(daemon.daemonOutput()).contains("app counts as ready, which nobody has heard");
            assertThat(daemon.cli("why", "app").out()).contains("which nobody has heard");
        }
    }

    @Test
    void aNoticeMakesReadyAndIsRememberedByTheNextDaemon() {
        DaemonUnderTest.write(home.resolve("notifier.pl"), NOTIFIER);
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  app:
                    command: [perl, %1$s/notifier.pl, %1$s/go]
                    readiness: { notify: true }
                  after: { command: [sleep, "1000"], depends_on: { app: healthy } }
                """.formatted(home));
        try (daemon) {
            daemon.awaitState("app", "starting");
            daemon.awaitState("after", "waiting");
            DaemonUnderTest.write(home.resolve("go"), "");
            daemon.awaitState("after", "up");
            int app = daemon.pidOf("app");
            int after = daemon.pidOf("after");

            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("app", "up");
            daemon.awaitState("after", "up");
            assertThat(daemon.pidOf("app")).isEqualTo(app);
            assertThat(daemon.pidOf("after")).isEqualTo(after);
        }
    }

    @Test
    void anAdoptedProcessIsNotHeldToAStartThatIsLongPast() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  exec:
                    command: [sleep, "1000"]
                    readiness: { exec: { command: [test, -e, %1$s/go] }, period: 200ms, timeout: 10s }
                    start_timeout: 3s
                """.formatted(home));
        DaemonUnderTest.write(home.resolve("go"), "");
        try (daemon) {
            daemon.awaitState("exec", "up");
            int pid = daemon.pidOf("exec");
            await().atMost(SOON).until(() -> daemon.replica("exec").seconds() >= 4);
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("exec", "up");
            assertThat(daemon.pidOf("exec")).as(daemon.daemonOutput()).isEqualTo(pid);
            assertThat(daemon.replica("exec").seconds()).isGreaterThanOrEqualTo(4);
            assertThat(daemon.daemonOutput()).doesNotContain("not ready within");
        }
    }

    @Test
    void urlsPortsAndCommandsAreAsked() throws IOException {
        DaemonUnderTest.write(home.resolve("server.pl"), SERVER);
        int http = Ports.free();
        int tcp = Ports.free();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  http:
                    command: [perl, %1$s/server.pl, "%2$d", %1$s/go]
                    readiness: { http: { url: "http://127.0.0.1:%2$d/", expect_status: 200 }, period: 200ms, timeout: 2s }
                  tcp:
                    command: [sh, -c, 'until [ -e %1$s/go ]; do sleep 0.1; done; exec perl %1$s/server.pl %3$d x']
                    readiness: { tcp: { address: "127.0.0.1:%3$d" }, period: 200ms, timeout: 2s }
                  exec:
                    command: [sleep, "1000"]
                    readiness: { exec: { command: [test, -e, %1$s/go] }, period: 200ms, timeout: 2s }
                  after:
                    command: [sh, -c, 'test -e %1$s/go && echo in order; exec sleep 1000']
                    depends_on: { http: healthy, tcp: healthy, exec: healthy }
                """.formatted(home, http, tcp));
        try (daemon) {
            for (String name : new String[] {"http", "tcp", "exec"}) {
                daemon.awaitState(name, "starting");
            }
            // The server runs and says no: it was really asked.
            await().atMost(SOON).until(() -> daemon.replica("http").detail().contains("503"));
            assertThat(daemon.replica("after").state()).isEqualTo("waiting");
            DaemonUnderTest.write(home.resolve("go"), "");
            daemon.awaitState("after", "up");
            for (String name : new String[] {"http", "tcp", "exec"}) {
                assertThat(daemon.replica(name).state()).isEqualTo("up");
            }
            await().atMost(SOON).until(() -> daemon.logged("after.0.log").contains("in order"));
        }
    }

    @Test
    void oneUnhealthyReplicaOfThreeRestartsAlone() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  web:
                    replicas: 3
                    command: [sh, -c, 'trap "echo asked to end; exit 0" TERM; touch %1$s/beat.$$HOLDFAST_REPLICA; while :; do sleep 0.1; done']
                    liveness:
                      exec: { command: [sh, -c, 'test -e %1$s/beat.$$HOLDFAST_REPLICA'] }
                      period: 300ms
                      timeout: 5s
                      failure_threshold: 2
                    restart: { delay: 100ms }
                """.formatted(home));
        try (daemon) {
            for (int i = 0; i < 3; i++) {
                daemon.awaitState("web/" + i, "up");
                Path beat = home.resolve("beat." + i);
                await().atMost(SOON).until(() -> Files.exists(beat));
            }
            int zero = daemon.pidOf("web/0");
            int one = daemon.pidOf("web/1");
            int two = daemon.pidOf("web/2");
            Files.delete(home.resolve("beat.1"));
            daemon.awaitAnother("web/1", one);
            assertThat(daemon.pidOf("web/0")).isEqualTo(zero);
            assertThat(daemon.pidOf("web/2")).isEqualTo(two);
            assertThat(daemon.logged("web.1.log")).contains("asked to end");
            assertThat(daemon.cli("why", "web/1").out()).contains("health: the check exited with 1");
        }
    }

    @Test
    void theBreakerEndsRestartsThatDoNotHelpAndTriesAgain() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  ill:
                    command: [sleep, "1000"]
                    liveness:
                      exec: { command: [test, -e, %s/well] }
                      period: 200ms
                      timeout: 5s
                      failure_threshold: 1
                      breaker: { max_failures: 2, reset_timeout: 2s }
                    restart: { delay: 50ms, reset_after: 1h }
                """.formatted(home));
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("ill").health().contains("breaker open"));
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("circuit breaker half-open"));
            DaemonUnderTest.write(home.resolve("well"), "");
            await().atMost(SOON).until(() -> daemon.replica("ill").health().equals("healthy"));
            assertThat(daemon.daemonOutput()).contains("circuit breaker open").contains("circuit breaker closed");
            int pid = daemon.pidOf("ill");
            await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> daemon.pidOf("ill") == pid);
        }
    }

    @Test
    void whatIsNotReadyInTimeIsStartedAgain() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  never:
                    command: [sleep, "1000"]
                    readiness: { exec: { command: ["false"] }, period: 200ms }
                    start_timeout: 1s
                    restart: { delay: 50ms }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.replica("never").restarts() >= 2);
            assertThat(daemon.cli("why", "never").out()).contains("not ready within 1s");
            assertThat(read(home.resolve("state/journal.jsonl"))).doesNotContain("\"Ready\"");
        }
    }
}
