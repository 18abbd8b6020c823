package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.AlsoOnPlainKernel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks, planned ends, stop commands and conditions, as real programs see them. */
@Tag("process")
@Timeout(300)
class LifecycleTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path home;

    @Test
    @AlsoOnPlainKernel
    void runsHooksInOrderAndKnowsTheMainPid() {
        Path told = home.resolve("told");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { process: { env: { TOLD: %s } } }
                processes:
                  hooked:
                    command: [sh, -c, 'echo "main $$$$" >> "$$TOLD"; exec sleep 1000']
                    hooks:
                      pre_start:  { command: 'echo "pre_start" >> "$$TOLD"', shell: true }
                      post_start: { command: 'echo "post_start $$MAINPID" >> "$$TOLD"', shell: true }
                      pre_stop:   { command: 'echo "pre_stop $$MAINPID" >> "$$TOLD"', shell: true }
                      post_stop:  { command: 'echo "post_stop" >> "$$TOLD"', shell: true }
                  refused:
                    command: [sleep, "1000"]
                    restart: never
                    hooks: { pre_start: { command: [sh, -c, 'echo no; exit 3'] } }
                  slow:
                    command: [sleep, "1000"]
                    restart: never
                    hooks: { pre_start: { command: [sleep, "1000"], timeout: 300ms } }
                """.formatted(told));
        try (daemon) {
            daemon.awaitState("hooked", "up");
            int pid = daemon.pidOf("hooked");
            await().atMost(SOON).until(() -> read(told).contains("post_start"));
            assertThat(read(told)).contains("post_start " + pid);
            daemon.awaitState("refused", "failed");
            daemon.awaitState("slow", "failed");
            assertThat(daemon.cli("why", "refused").out()).contains("pre_start: exited with 3");
            assertThat(daemon.cli("stop", "hooked").exit()).isZero();
            assertThat(read(told).lines())
                    .startsWith("pre_start")
                    .contains("main " + pid)
                    .endsWith("pre_stop " + pid, "post_stop");
        }
    }

    @Test
    void stopsByTheCommandThatWasGiven() {
        Path told = home.resolve("told");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  polite:
                    command: [bash, -c, 'trap "echo asked by USR2 >> %1$s; exit 0" USR2; trap "echo TERM >> %1$s" TERM; while :; do sleep 0.1; done']
                    stop: { command: [kill, -USR2, $MAINPID], timeout: 20s }
                """.formatted(told));
        try (daemon) {
            daemon.awaitState("polite", "up");
            assertThat(daemon.cli("stop", "polite").exit()).isZero();
            assertThat(read(told)).isEqualTo("asked by USR2\n");
        }
    }

    @Test
    void tellsPlannedEndsFromFailuresAndLimitsTheLatter() {
        Path runs = home.resolve("runs");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  planned:
                    command: [sh, -c, 'exit 12']
                    planned_exit_codes: [12]
                    restart: { policy: on-failure }
                  recycled:
                    command: [sh, -c, 'echo run >> %s; exec sleep 1000']
                    max_runtime: 300ms
                  broken:
                    command: [sh, -c, 'exit 1']
                    restart: { policy: on-failure, delay: 20ms, limit: 2, window: 1m }
                  missing:
                    command: [/no/such/program]
                    restart: never
                  after:
                    command: [sleep, "1000"]
                    depends_on: { gate: stopped }
                  gate:
                    command: [sleep, "1000"]
                """.formatted(runs));
        try (daemon) {
            daemon.awaitState("planned", "completed");
            daemon.awaitState("broken", "failed");
            assertThat(daemon.cli("status", "broken").out()).contains("restart limit: 2 within 1m");
            daemon.awaitState("missing", "failed");
            assertThat(daemon.cli("why", "missing").out()).contains("/no/such/program", "no such file");
            await().atMost(SOON).until(() -> read(runs).lines().count() >= 3);
            daemon.awaitState("after", "waiting");
            assertThat(daemon.cli("status", "after").out()).contains("for gate: stopped");
            assertThat(daemon.cli("stop", "gate").exit()).isZero();
            daemon.awaitState("after", "up");
        }
    }
}
