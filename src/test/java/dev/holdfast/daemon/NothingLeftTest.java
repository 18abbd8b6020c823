package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.carrying;
import static dev.holdfast.daemon.DaemonUnderTest.named;
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

/** What is not the program itself and must end with it all the same. */
@Tag("process")
@Timeout(120)
class NothingLeftTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @Test
    void aCheckThatIsOnItsWayEndsWithWhatItAsksAbout() throws Exception {
        String marker = "hf-check-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  h:
                    command: [sleep, "1000"]
                    health: { exec: { command: [bash, -c, 'exec -a %1$s sleep 778'] }, period: 300ms, timeout: 20s }
                  stubborn:
                    command: [sleep, "1000"]
                    readiness: { exec: { command: [bash, -c, 'trap "" TERM; exec -a %1$s sleep 777'] }, timeout: 20s }
                """.formatted(marker));
        try (daemon) {
            await().atMost(SOON).until(() -> named(marker).size() == 2);
            assertThat(daemon.cli("stop", "h").exit()).isZero();
            assertThat(named(marker)).as("only the other's is left").hasSize(1);
            assertThat(daemon.cli("start", "h", "--no-wait").exit()).isZero();
            await().atMost(SOON).until(() -> named(marker).size() == 2);
            assertThat(daemon.cli("down").exit()).isZero();
            assertThat(named(marker)).isEmpty();
            assertThat(daemon.join()).isZero();
        }
        assertThat(carrying(home.toString())).as("not even the keeper").isEmpty();
        try (var instances = Files.list(home.resolve("run/instances"))) {
            assertThat(instances).isEmpty();
        }
    }

    @Test
    void aDaemonThatNobodyCouldAskStartsNothing() throws Exception {
        Path deep = home.resolve("d".repeat(110));
        Path told = home.resolve("told");
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes: { a: { command: [sh, -c, 'echo ran > %s; exec sleep 1000'] } }
                """.formatted(told));
        var up = DaemonUnderTest.runPlain(
                DaemonUnderTest.command(List.of(), "--dir", deep.toString(), "up", home + "/holdfast.yaml"));
        assertThat(up.exit()).isEqualTo(1);
        assertThat(up.err()).contains("108", "--dir DIR").hasLineCount(1);
        assertThat(Files.exists(told)).isFalse();
        assertThat(carrying(deep.toString())).as("nobody at the gate either").isEmpty();
    }
}
