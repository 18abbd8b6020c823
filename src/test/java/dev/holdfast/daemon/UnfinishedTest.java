package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.named;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    void whatIsDoneIsNotDoneAgainThoughItsRecordIsStillThere() throws Exception {
        Path runs = home.resolve("runs");
        Path go = home.resolve("go");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  job: { type: oneshot, command: [sh, -c, 'echo ran >> %s; until [ -e %s ]; do sleep 0.05; done'] }
                """.formatted(runs, go));
        try (daemon) {
            await().atMost(SOON).until(() -> read(runs).contains("ran"));
            Kept record = recordOf(daemon, "job");
            Files.writeString(go, "");
            daemon.awaitState("job", "completed");
            daemon.kill9();
            record.putBack(); // as if the daemon had died before it took it away
            daemon.upAgain();
            await().atMost(SOON).until(record::gone);
            assertThat(daemon.replica("job").state()).isEqualTo("completed");
            assertThat(read(runs)).isEqualTo("ran\n");
            assertThat(read(home.resolve("state/journal.jsonl")).lines())
                    .filteredOn(l -> l.contains("\"Exited\""))
                    .hasSize(1);
        }
    }

    @Test
    void whatRunsIsAdoptedThoughTheRecordOfItsFormerInstanceIsStillThere() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes: { a: { command: [sleep, "1000"], replicas: 5 } }
                """);
        try (daemon) {
            var pids = new ArrayList<Integer>();
            var records = new ArrayList<Kept>();
            for (int i = 0; i < 5; i++) { // whatever order the file system tells them in
                String name = "a/" + i;
                daemon.awaitState(name, "up");
                records.add(recordOf(daemon, name));
                assertThat(daemon.cli("restart", name).exit()).isZero();
                pids.add(daemon.pidOf(name));
            }
            daemon.kill9();
            records.forEach(Kept::putBack);
            daemon.upAgain();
            await().atMost(SOON).until(() -> records.stream().allMatch(Kept::gone));
            assertThat(daemon.replicas()).extracting(Status.Replica::pid).isEqualTo(pids);
            assertThat(daemon.replicas()).extracting(Status.Replica::state).containsOnly("up");
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

    /** What a daemon takes away only when it has kept an instance's last output. */
    private record Kept(Path dir, String record) {
        void putBack() {
            DaemonUnderTest.runPlain(List.of("mkdir", dir.toString()));
            DaemonUnderTest.runPlain(List.of("mkfifo", dir + "/out", dir + "/err"));
            DaemonUnderTest.write(dir.resolve("record"), record);
        }

        boolean gone() {
            return !Files.exists(dir);
        }
    }

    private Kept recordOf(DaemonUnderTest daemon, String replica) throws IOException {
        String pid = "\npid=" + daemon.pidOf(replica) + "\n";
        try (var all = Files.list(home.resolve("run/instances"))) {
            return all.map(d -> new Kept(d, read(d.resolve("record"))))
                    .filter(k -> k.record.contains(pid))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
