package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever kept a program from running, or ended it, is told. */
@Tag("process")
@Timeout(120)
class WhyTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @Test
    void tellsWhyAProgramNeverRan() throws Exception {
        Path dir = Files.createDirectory(home.resolve("wd"));
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  hook:
                    command: [sleep, "1000"]
                    restart: { policy: on-failure, delay: 20ms, limit: 1, window: 1m }
                    hooks: { pre_start: { command: [sleep, "1000"], timeout: 200ms } }
                  missing:
                    command: [/no/such/program]
                    restart: { policy: on-failure, delay: 20ms, limit: 2, window: 1m }
                  vanish:
                    command: [sh, -c, 'rmdir %1$s; exit 1']
                    working_dir: %1$s
                    restart: { policy: on-failure, delay: 20ms, limit: 2, window: 1m }
                  done: { type: oneshot, command: ["true"] }
                """.formatted(dir));
        try (daemon) {
            for (String name : List.of("hook", "missing", "vanish")) {
                daemon.awaitState(name, "failed");
            }
            assertThat(daemon.replica("hook").detail())
                    .contains("restart limit: 1 within 1m", "pre_start", "no end within 200ms");
            assertThat(daemon.cli("why", "hook").out()).contains("hook pre_start failed: no end within 200ms");
            assertThat(daemon.replica("missing").detail())
                    .contains("restart limit: 2 within 1m", "/no/such/program", "no such file");
            var vanish = daemon.cli("why", "vanish").out();
            assertThat(vanish).contains("exited with 1", "could not be started: chdir " + dir, "given up");

            daemon.awaitState("done", "completed");
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.replica("done").detail()).contains("exited with 0");
            daemon.awaitState("missing", "failed");
            assertThat(daemon.cli("why", "missing").out()).contains("given up");
        }
    }

    @Test
    void tellsOurKillsFromOthers() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { process: { restart: { policy: always, delay: 50ms } } }
                processes:
                  deaf: { command: [bash, -c, 'trap "" TERM; echo on; sleep 1000'], stop: { timeout: 300ms } }
                  shot: { command: [sleep, "1000"] }
                  asked: { command: [sleep, "1000"] }
                  tidy:
                    command: [sleep, "1000"]
                    hooks: { pre_stop: { command: [sh, -c, 'exit 4'] } }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("deaf.0.log").contains("on"));
            assertThat(daemon.cli("stop", "deaf").exit()).isZero();
            assertThat(daemon.cli("why", "deaf").out()).contains("did not end within 300ms after TERM: killed");

            daemon.awaitState("shot", "up");
            int shot = daemon.pidOf("shot");
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", Integer.toString(shot)));
            daemon.awaitAnother("shot", shot);
            assertThat(daemon.cli("why", "shot").out()).contains("killed by SIGKILL, not by holdfast");

            daemon.awaitState("asked", "up");
            int asked = daemon.pidOf("asked");
            assertThat(daemon.cli("signal", "KILL", "asked").exit()).isZero();
            daemon.awaitAnother("asked", asked);
            assertThat(daemon.cli("why", "asked").out())
                    .contains("killed by KILL sent by")
                    .doesNotContain("not by holdfast");

            daemon.awaitState("tidy", "up");
            assertThat(daemon.cli("stop", "tidy").exit()).isZero();
            assertThat(daemon.cli("why", "tidy").out()).contains("hook pre_stop failed: exited with 4");
        }
    }

    @Test
    void tellsWhatALargeProgramUsedWhenItDied() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  large:
                    type: oneshot
                    restart: never
                    command: [perl, -e, '$x = "a" x 300_000_000; for (1 .. 3_000_000) { $y += $_ } exit 5']
                """);
        try (daemon) {
            daemon.awaitState("large", "failed");
            assertThat(daemon.cli("why", "large").out())
                    .contains("exited with 5")
                    .containsPattern("\\d\\.\\d\\ds of CPU")
                    .containsPattern("at most (2[89]\\d|[3-9]\\d\\d)(\\.\\d)?Mi of memory");
        }
    }
}
