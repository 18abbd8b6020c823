package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fill up under the state and the log directory, and have room again. */
@Tag("process")
@Timeout(180)
class FullDiskTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private final List<String> mounted = new java.util.ArrayList<>();

    @BeforeEach
    void needsSmallDisks() throws IOException {
        for (String name : List.of("state", "log")) {
            String dir = Files.createDirectories(home.resolve(name)).toString();
            var mount = DaemonUnderTest.runPlain(
                    List.of("mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "holdfast-test", dir));
            assumeTrue(mount.exit() == 0, "mounting a tmpfs is not permitted here");
            mounted.add(dir);
        }
    }

    @AfterEach
    void unmount() {
        mounted.forEach(dir -> DaemonUnderTest.runPlain(List.of("umount", "-l", dir)));
    }

    @Test
    void supervisingGoesOnAndWhatIsMissingIsSaid() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  chatty:
                    command: [bash, -c, 'n=0; while :; do n=$$((n+1)); echo "tick $$n"; sleep 0.02; done']
                    restart: { delay: 100ms, policy: always }
                  crasher:
                    command: [bash, -c, 'printf "crashing %01000d\\n" 0; exit 3']
                    restart: { delay: 200ms, max_delay: 300ms, policy: always }
                """);
        try (daemon) {
            daemon.awaitState("chatty", "up");
            fill("state");
            fill("log");
            await().atMost(SOON)
                    .until(() -> daemon.daemonOutput().contains("the journal cannot be written")
                            && daemon.daemonOutput().contains("output of chatty cannot be kept"));

            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("output of crasher cannot be kept"));
            assertThat(daemon.cli("doctor").out()).contains("journal", "it lacks", "2 log files cannot be written");
            assertThat(daemon.cli("status").out()).contains("guarantees are weaker here");
            int restarts = daemon.replica("crasher").restarts();
            await().atMost(SOON).until(() -> daemon.replica("crasher").restarts() > restarts + 5);
            int pid = daemon.pidOf("chatty");
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", Integer.toString(pid)));
            daemon.awaitAnother("chatty", pid);
            var status = daemon.cli("status");
            assertThat(status.exit()).as(status.err()).isZero();
            assertThat(daemon.cli("why", "crasher").exit()).isZero();
            assertThat(times(daemon, "the journal cannot be written")).isEqualTo(1);
            assertThat(times(daemon, "output of chatty cannot be kept")).isEqualTo(1);
            assertThat(times(daemon, "output of crasher cannot be kept")).isEqualTo(1);

            int logged = daemon.logged("chatty.0.log").size();
            makeRoom("state");
            makeRoom("log");
            await().atMost(SOON)
                    .until(() -> daemon.daemonOutput().contains("the journal can be written again; it lacks"));
            await().atMost(SOON).until(() -> daemon.logged("chatty.0.log").size() > logged + 20);
            await().atMost(SOON)
                    .until(() -> daemon.logged("crasher.0.log").stream()
                            .anyMatch(l -> l.contains("bytes of output are missing here")));
            assertThat(daemon.logged("chatty.0.log"))
                    .filteredOn(l -> l.contains("bytes of output are missing here"))
                    .hasSize(1);
            assertThat(daemon.logged("chatty.0.log")).allMatch(l -> l.startsWith("tick ") || l.startsWith("holdfast:"));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(daemon.cli("doctor").out())
                            .contains("run directory")
                            .doesNotContain("it lacks", "cannot be written"));
            assertThat(daemon.cli("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
        }
        var json = Jsonb.builder().build().type(Object.class);
        List<String> torn = read(home.resolve("state/journal.jsonl"))
                .lines()
                .filter(line -> !whole(json, line))
                .toList();
        assertThat(torn).as("lines that are no JSON").hasSizeLessThanOrEqualTo(1);
    }

    private static boolean whole(JsonType<Object> json, String line) {
        try {
            json.fromJson(line);
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    private static int times(DaemonUnderTest daemon, String text) {
        return daemon.daemonOutput().split(java.util.regex.Pattern.quote(text), -1).length - 1;
    }

    private void fill(String disk) {
        DaemonUnderTest.runPlain(
                List.of("dd", "if=/dev/zero", "of=" + home.resolve(disk).resolve("filler"), "bs=1k"));
    }

    private void makeRoom(String disk) {
        try {
            Files.delete(home.resolve(disk).resolve("filler"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
