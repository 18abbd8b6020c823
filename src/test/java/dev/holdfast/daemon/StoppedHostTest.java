package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.JobReport;
import dev.holdfast.store.PostgresServer;
import dev.holdfast.testbed.Pids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A host that stands still (SIGSTOP) for longer than its lease, while another takes over what it ran. */
@Tag("process")
class StoppedHostTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    /** Its program ends while its daemon stands still; goes on all the time; stands still with its daemon. */
    private static final List<String> JOBS = List.of("ends", "goes-on", "stands-still");

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    Path dir;

    /** A job's program says that it runs, and ends when its host's file of its name is there. */
    private String yaml() {
        return """
                version: 1
                global: { storage: { url: "%s", lease: 5s } }
                queues:
                  q:
                    command: [sh, -c, 'echo "$$$$ $$1" >> "$$HERE/ran"; until [ -e "$$HERE/$$1" ]; do sleep 0.05; done; echo "$$HERE" > f', sh, "{id}"]
                    env: { HERE: "${HOLDFAST_CONFIG_DIR}" }
                    concurrency: 3
                    workdir: {}
                    deliver: { files: "{workdir}/f", to: "%s/ready/{id}" }
                    retry: { max_attempts: 2 }
                """.formatted(SERVER.url(), dir);
    }

    private static List<String> ran(Path home) {
        return DaemonUnderTest.read(home.resolve("ran")).lines().toList();
    }

    private static String pid(Path home, String job) {
        return ran(home).stream()
                .filter(l -> l.endsWith(" " + job))
                .findFirst()
                .orElseThrow()
                .replaceFirst(" .*", "");
    }

    private static void signal(String name, String pid) {
        assertThat(DaemonUnderTest.runPlain(List.of("kill", "-" + name, pid)).exit())
                .isZero();
    }

    private static void let(Path home, String job) {
        DaemonUnderTest.write(home.resolve(job), "");
    }

    @Test
    void completesAndDeliversNothingOnceItsLeaseWasOver() throws IOException {
        Path one = Files.createDirectory(dir.resolve("one"));
        Path two = Files.createDirectory(dir.resolve("two"));
        try (var first = DaemonUnderTest.up(one, yaml())) {
            JOBS.forEach(id -> first.cli("jobs", "submit", "q", "--id", id));
            await().atMost(DEADLINE).until(() -> ran(one).size() == 3);
            List<String> pids = JOBS.stream().map(j -> pid(one, j)).toList();
            try (var second = DaemonUnderTest.up(two, yaml())) {
                first.signal("STOP");
                signal("STOP", pids.getLast());
                try {
                    takeOver(one, two);
                    assertThat(second.cli("jobs", "list").out()).contains("succeeded");
                } finally {
                    let(one, "stands-still");
                    signal("CONT", pids.getLast());
                    first.signal("CONT");
                }
                await().atMost(DEADLINE)
                        .until(() -> first.daemonOutput()
                                        .lines()
                                        .filter(l -> l.contains("is another's by now"))
                                        .count()
                                == 3);
                await().atMost(DEADLINE)
                        .until(() -> pids.stream().allMatch(p -> Pids.ended(Long.parseLong(p)))
                                && new JobsSeen(one).left().isEmpty());
                assertThat(new JobsSeen(two).job("goes-on").state()).isEqualTo("running");
                let(two, "goes-on");
                await().atMost(DEADLINE).until(() -> new JobsSeen(two).over(3));
                for (String id : JOBS) {
                    isTheSeconds(new JobsSeen(one).job(id));
                }
                assertThat(first.daemonOutput()).doesNotContain("exited with 0");
                assertThat(new JobsSeen(two).left()).isEmpty();
            }
        }
        assertThat(ran(one)).hasSize(3);
        assertThat(ran(two)).hasSize(3);
    }

    private static void takeOver(Path one, Path two) {
        let(one, "ends");
        await().atMost(DEADLINE).until(() -> ran(two).size() == 3);
        let(two, "ends");
        let(two, "stands-still");
        var seen = new JobsSeen(two);
        await().atMost(DEADLINE)
                .until(() -> seen.job("ends").over() && seen.job("stands-still").over());
    }

    private void isTheSeconds(JobReport job) {
        assertThat(job.state()).as(job.toString()).isEqualTo("succeeded");
        assertThat(job.attempts())
                .extracting(JobReport.Attempt::failureClass)
                .as(job.toString())
                .containsExactly("lost", null);
        assertThat(dir.resolve("ready").resolve(job.id()).resolve("f")).hasContent(dir.resolve("two") + "\n");
    }
}
