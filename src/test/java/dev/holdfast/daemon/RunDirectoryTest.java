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

/** A run directory that somebody deletes under the daemon. */
@Tag("process")
@Timeout(120)
class RunDirectoryTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TWO = """
            version: 1
            processes:
              one: { command: [sleep, "1000"], restart: { delay: 100ms, policy: always } }
              two: { command: [sleep, "1000"], restart: { delay: 100ms, policy: always } }
            """;

    @TempDir
    Path home;

    @Test
    void isPutBackSoThatNothingStartsTwiceAndRestartsWork() {
        var daemon = DaemonUnderTest.up(home, TWO);
        try (daemon) {
            daemon.awaitState("one", "up");
            daemon.awaitState("two", "up");
            int one = daemon.pidOf("one");
            int two = daemon.pidOf("two");
            DaemonUnderTest.runPlain(List.of("rm", "-rf", home.resolve("run").toString()));
            await().atMost(SOON).until(() -> daemon.cli("status").exit() == 0);
            assertThat(daemon.daemonOutput())
                    .contains("was deleted or replaced")
                    .contains("holdfast restart");
            assertThat(daemon.pidOf("one")).isEqualTo(one);

            assertThat(daemon.cli("up", home.resolve("holdfast.yaml").toString())
                            .err())
                    .contains("a daemon runs here already");
            assertThat(daemon.cli("doctor").out())
                    .as(daemon.daemonOutput())
                    .contains("2 running programs have no record");
            assertThat(daemon.cli("restart", "one").exit()).isZero();
            daemon.awaitAnother("one", one);
            assertThat(daemon.cli("status").out() + daemon.cli("doctor").out())
                    .contains("1 running programs have no record");
            assertThat(daemon.cli("restart", "two").exit()).isZero();
            daemon.awaitAnother("two", two);
            assertThat(daemon.cli("doctor").out()).doesNotContain("have no record");

            // All of it is a run directory again: the next daemon adopts.
            int again = daemon.pidOf("two");
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.pidOf("two")).isEqualTo(again);
        }
    }

    @Test
    void aShutdownEndsWhileItCannotBePutBack() throws Exception {
        String name = "hf-kept-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  one: { command: [sleep, "1000"], restart: { delay: 100ms, policy: always } }
                  kept: { command: [bash, -c, 'exec -a %s sleep 1000'] }
                """.formatted(name));
        try (daemon) {
            daemon.awaitState("one", "up");
            await().atMost(SOON).until(() -> DaemonUnderTest.named(name).size() == 1);
            int one = daemon.pidOf("one");
            Files.move(home.resolve("run"), home.resolve("elsewhere"));
            Files.writeString(home.resolve("run"), ""); // in the place of a file not even root can make a directory
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", Integer.toString(one)));
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("nothing can be started"));
            assertThat(DaemonUnderTest.named(name)).hasSize(1);
            daemon.signal("TERM");
            assertThat(daemon.join()).as(daemon.daemonOutput()).isZero();
        }
        assertThat(DaemonUnderTest.named(name)).isEmpty();
    }
}
