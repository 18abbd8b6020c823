package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.RecordsPort.Change;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What signals change is in the audit trail. */
@Tag("process")
@Timeout(120)
class SignalTrailTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ME = System.getProperty("user.name");
    /** As ./holdfast starts it: then the kernel says who sent them. */
    private static final List<String> AS_THE_LAUNCHER =
            List.of("env", "--block-signal=TERM,INT,HUP,USR1,WINCH,ALRM", "--ignore-signal=HUP,INT,TERM");

    @TempDir
    Path home;

    private String trail() {
        return DaemonUnderTest.read(home.resolve("state/audit.jsonl"));
    }

    @Test
    void aStormWhileTheDiskHangsIsCountedInsteadOfHeld() throws InterruptedException {
        var disk = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var written = new CopyOnWriteArrayList<Change>();
        var trail = new SignalTrail(change -> {
            begun.countDown();
            awaitQuietly(disk);
            written.add(change);
        });
        trail.done(null, "SIGUSR1: logs/reopen");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < SignalTrail.MOST + 500; i++) {
            trail.done(null, "SIGUSR1: logs/reopen");
        }
        disk.countDown();
        trail.close();
        assertThat(written).hasSize(1 + SignalTrail.MOST + 1);
        assertThat(written.getLast().what()).startsWith("500 signals more");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSignalIsWrittenDownWithItsSender(boolean told) {
        String yaml = """
                version: 1
                global: { forward_signals: { WINCH: [web] } }
                processes:
                  web: { command: [bash, -c, "trap '' WINCH; sleep 1000"], stop: { timeout: 200ms } }
                  db: { command: [sleep, "1000"] }
                """;
        String sent = told
                ? "\"who\":\"" + ME + "\",\"from\":\"signal of pid \\d+\""
                : "\"who\":\"unknown\",\"from\":\"signal\"";
        try (var daemon = DaemonUnderTest.up(home, yaml, told ? AS_THE_LAUNCHER : List.of())) {
            daemon.awaitState("web", "up");
            daemon.signal("HUP");
            await().atMost(SOON).until(this::trail, t -> t.contains("SIGHUP"));
            assertThat(trail())
                    .containsPattern(sent + ",\"what\":\"SIGHUP: reload\",\"status\":200,\"result\":\"done\"}");

            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml + "  bad: { command: 7 }\n");
            daemon.signal("HUP");
            await().atMost(SOON).until(this::trail, t -> t.contains("refused"));
            assertThat(trail())
                    .containsPattern(sent
                            + ",\"what\":\"SIGHUP: reload\",\"status\":422,\"result\":\"refused\","
                            + "\"detail\":\"nothing was changed: the configuration is not sound\"}");

            daemon.signal("USR1");
            daemon.signal("WINCH");
            await().atMost(SOON).until(this::trail, t -> t.contains("SIGWINCH"));
            assertThat(trail()).contains("\"what\":\"SIGUSR1: logs/reopen\"", "\"what\":\"SIGWINCH: to web\"");
            assertThat(daemon.cli("status").exit()).isZero();

            daemon.signal("TERM");
            assertThat(daemon.join()).as(daemon.daemonOutput()).isZero();
            assertThat(trail())
                    .containsPattern(sent + ",\"what\":\"SIGTERM: down\",\"status\":200,\"result\":\"done\"}");
        }
    }
}
