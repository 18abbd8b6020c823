package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys of {@code global}, and directories that cannot be written. */
@Tag("process")
@Timeout(120)
class DaemonSettingsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ANSWERING =
            "[bash, -c, 'trap \"echo heard %1$s; exit 0\" %1$s; echo ready;" + " while :; do sleep 0.1; done']";

    @TempDir
    Path home;

    @Test
    void handsSignalsToThoseThatAreNamedAndDoesNotActOnThem() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global: { forward_signals: { USR1: [one, two], HUP: [two] } }
                processes:
                  one: { command: %s, restart: never }
                  two: { command: %s, restart: never }
                  three: { command: %s, restart: never }
                """.formatted(
                        ANSWERING.formatted("USR1"), ANSWERING.formatted("HUP"), ANSWERING.formatted("USR1")));
        try (daemon) {
            for (String name : List.of("one", "two", "three")) {
                await().atMost(SOON).until(() -> daemon.logged(name + ".0.log").contains("ready"));
            }
            daemon.signal("HUP");
            daemon.awaitState("two", "completed");
            daemon.signal("USR1");
            daemon.awaitState("one", "completed");
            assertThat(daemon.logged("two.0.log")).contains("heard HUP");
            assertThat(daemon.logged("one.0.log")).contains("heard USR1");
            assertThat(daemon.replica("three").state()).isEqualTo("up");
            assertThat(daemon.daemonOutput()).doesNotContain("reloaded");
        }
    }

    @Test
    void endsWithTheCodeOfTheOneThatFailedWhenAnyFailedDecides() throws Exception {
        Files.writeString(home.resolve("holdfast.yaml"), """
                version: 1
                global: { exit: { when: any-failed } }
                processes:
                  fine: { type: oneshot, command: ["true"] }
                  other: { command: [sleep, "1000"] }
                  fails: { command: [sh, -c, 'sleep 0.3; exit 9'], restart: never, depends_on: { fine: completed } }
                """);
        var ran = DaemonUnderTest.runPlain(
                DaemonUnderTest.command(List.of(), "--dir", home.toString(), "up", home + "/holdfast.yaml"));
        assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(9);
        assertThat(DaemonUnderTest.carrying(home.toString())).isEmpty();
    }

    @Test
    void aStateAndALogDirectoryThatAreReadOnlyStopNothingAndAreSaid() throws Exception {
        for (String name : List.of("state", "log")) {
            readOnly(Files.createDirectories(home.resolve(name)));
        }
        try {
            var daemon = DaemonUnderTest.up(home, """
                    version: 1
                    processes: { a: { command: [sh, -c, 'echo words; exec sleep 1000'] } }
                    """);
            try (daemon) {
                daemon.awaitState("a", "up");
                await().atMost(SOON)
                        .until(() -> daemon.daemonOutput().contains("the journal cannot be written")
                                && daemon.daemonOutput().contains("output of a cannot be kept"));
                assertThat(daemon.cli("doctor").out()).contains("journal");
                assertThat(daemon.cli("restart", "a").exit()).isZero();
                assertThat(daemon.cli("down").exit()).isZero();
                assertThat(daemon.join()).isZero();
            }
        } finally {
            for (String name : List.of("state", "log")) {
                DaemonUnderTest.runPlain(
                        List.of("umount", "-l", home.resolve(name).toString()));
            }
        }
    }

    /** Also for root, whom a mode would not keep out. */
    private static void readOnly(Path dir) throws IOException {
        var mount = DaemonUnderTest.runPlain(
                List.of("mount", "-t", "tmpfs", "-o", "ro,size=64k,mode=0755", "holdfast-test", dir.toString()));
        assumeTrue(mount.exit() == 0, "mounting a tmpfs is not permitted here");
        assertThat(Files.isWritable(dir)).isFalse();
    }
}
