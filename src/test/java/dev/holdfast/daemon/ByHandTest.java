package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is asked by hand has its effect, or is refused in words. */
@Tag("process")
@Timeout(120)
class ByHandTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @Test
    void whatIsDisabledOrScaledToNothingIsShownAndNotStarted() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  off: { command: [sleep, "1000"], enabled: false }
                  web: { command: [sleep, "1000"] }
                  hand: { command: [sleep, "1000"], manual: true }
                """);
        try (daemon) {
            daemon.awaitState("web", "up");
            for (String verb : new String[] {"start", "restart"}) {
                var refused = daemon.ask(verb, "off");
                assertThat(refused.exit()).isEqualTo(1);
                assertThat(refused.err()).contains("off is disabled", "enabled is false");
            }
            assertThat(daemon.ask("scale", "off", "2").exit()).isEqualTo(1);
            assertThat(daemon.ask("status", "off").out()).contains("down", "disabled: enabled is false");

            assertThat(daemon.ask("scale", "web", "0").exit()).isZero();
            assertThat(daemon.ask("status").out()).containsPattern("web +down .*scaled to 0 by hand");
            assertThat(daemon.ask("why", "web").out()).contains("scaled to 0 by hand");
            var start = daemon.ask("start", "web");
            assertThat(start.exit()).isEqualTo(1);
            assertThat(start.err()).contains("web is scaled to 0 by hand", "holdfast scale web N");
            assertThat(daemon.ask("start", "--all").exit())
                    .as("all that can be")
                    .isZero();
            daemon.awaitState("hand", "up");
            assertThat(daemon.ask("scale", "web", "1").exit()).isZero();
            daemon.awaitState("web", "up");

            assertThat(daemon.ask("stop", "hand").exit()).isZero();
            var signal = daemon.ask("signal", "TERM", "hand");
            assertThat(signal.exit()).isEqualTo(1);
            assertThat(signal.err()).contains("nothing of hand runs");
            // A manual one that is down gets a place by scaling and no program; one that is up gets its program too.
            assertThat(daemon.ask("scale", "hand", "2").exit()).isZero();
            daemon.awaitState("hand/1", "down");
            assertThat(daemon.ask("start", "hand").exit()).isZero();
            daemon.awaitState("hand/1", "up");
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("hand/1", "up");
        }
    }

    @Test
    void dependenciesAreStartedAndDependentsNamed() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  db: { command: [sleep, "1000"] }
                  web: { command: [sleep, "1000"], depends_on: [db] }
                  job: { type: oneshot, command: ["false"], restart: never }
                  needs: { command: [sleep, "1000"], depends_on: { job: completed } }
                """);
        try (daemon) {
            daemon.awaitState("web", "up");
            var stop = daemon.ask("stop", "db");
            assertThat(stop.exit()).isZero();
            assertThat(stop.err()).contains("web depends on db and keeps running");
            assertThat(daemon.ask("start", "web").exit()).isZero();
            daemon.awaitState("db", "up"); // it is begun with web, which was there and waits for nothing
            assertThat(daemon.ask("restart", "db").err()).contains("web depends on db and was not restarted");
            assertThat(daemon.ask("restart", "db", "web").err()).doesNotContain("depends on");

            daemon.awaitState("job", "failed");
            var needs = daemon.ask("start", "needs", "--timeout", "20s");
            assertThat(needs.exit()).isEqualTo(1);
            assertThat(needs.err()).contains("needs waits for job: completed, which was given up");

            assertThat(daemon.ask("scale", "db", "0").exit()).isZero();
            var restart = daemon.ask("restart", "web", "--timeout", "20s");
            assertThat(restart.exit()).isEqualTo(1);
            assertThat(restart.err()).contains("web waits for db: started, of which there is no replica");
        }
    }

    @Test
    void aScalingDownDoesNotWaitForThoseThatStay() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  slow:
                    command: [sleep, "1000"]
                    replicas: 3
                    readiness: { exec: { command: ["false"] }, period: 200ms }
                    start_timeout: 1h
                """);
        try (daemon) {
            daemon.awaitState("slow/2", "starting");
            assertThat(daemon.ask("scale", "slow", "1", "--timeout", "20s").exit())
                    .isZero();
            assertThat(daemon.replicas()).hasSize(1);
        }
    }

    @Test
    void nothingIsStartedDuringAShutdown() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  a: { command: [sleep, "1000"] }
                  slow: { command: [bash, -c, 'trap "" TERM; echo on; sleep 1000'], stop: { timeout: 15s } }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("slow.0.log").contains("on"));
            daemon.signal("TERM");
            daemon.awaitState("a", "down");
            for (String[] asked : new String[][] {{"start", "a"}, {"restart", "a"}, {"scale", "a", "2"}, {"reload"}}) {
                var refused = daemon.ask(asked);
                assertThat(refused.exit()).as(asked[0]).isEqualTo(1);
                assertThat(refused.err()).contains("the daemon is shutting down");
            }
            int pid = daemon.pidOf("slow");
            assertThat(daemon.ask("signal", "KILL", "slow").exit()).isZero();
            assertThat(pid).isPositive();
            assertThat(daemon.join()).isZero();
        }
    }
}
