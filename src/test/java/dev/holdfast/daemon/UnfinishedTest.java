package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon was about when it was killed, the next one finishes. */
@Tag("process")
@Timeout(150)
class UnfinishedTest {
    private static final Duration SOON = Duration.ofSeconds(40);
    /** They say that they run, and do as if they had not heard TERM. */
    private static final String DEAF =
            "command: [bash, -c, 'trap \"\" TERM; echo on; exec -a %s sleep 1000'], stop: { timeout: 2s }";

    @TempDir
    Path home;

    private String marker(String of) {
        return "hf-" + of + "-" + home.getFileName();
    }

    @Test
    void aStopIsFinishedByTheNextDaemon() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  t: { %s }
                  q: { command: [bash, -c, 'exec -a %s sleep 1000'], hooks: { pre_stop: { command: [sleep, '2'] } } }
                """.formatted(DEAF.formatted(marker("t")), marker("q")));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker("t")).size() + named(marker("q")).size() == 2);
            assertThat(daemon.cli("stop", "t", "q", "--no-wait").exit()).isZero();
            daemon.awaitState("t", "stopping");
            daemon.awaitState("q", "stopping");
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("t", "down");
            daemon.awaitState("q", "down");
            assertThat(named(marker("t"))).isEmpty();
            assertThat(named(marker("q"))).isEmpty();
        }
    }

    @Test
    void aRestartAndAScalingDownAreFinishedByTheNextDaemon() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  r: { %s }
                  s: { replicas: 2, %s }
                """.formatted(DEAF.formatted(marker("r")), DEAF.formatted(marker("s"))));
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> named(marker("r")).size() + named(marker("s")).size() == 3);
            int before = daemon.pidOf("r");
            assertThat(daemon.cli("restart", "r", "--no-wait").exit()).isZero();
            assertThat(daemon.cli("scale", "s", "1", "--no-wait").exit()).isZero();
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitAnother("r", before);
            await().atMost(SOON).until(() -> named(marker("s")).size() == 1);
        }
    }

    @Test
    void aShutdownThatWasCutShortIsFinishedBeforeAllBeginsAnew() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  a: { %s }
                """.formatted(DEAF.formatted(marker("a"))));
        try (daemon) {
            await().atMost(SOON).until(() -> named(marker("a")).size() == 1);
            int before = daemon.pidOf("a");
            daemon.signal("TERM");
            daemon.awaitState("a", "stopping");
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitAnother("a", before);
        }
    }
}
