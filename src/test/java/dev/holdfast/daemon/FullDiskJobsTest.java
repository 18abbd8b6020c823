package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues on disks that fill up to the last byte, under the store, the work directories and the goal of deliveries. */
@Tag("process")
class FullDiskJobsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int RESULT_BYTES = 600_000;

    @TempDir
    Path home;

    private final List<String> mounted = new ArrayList<>();

    @BeforeEach
    void needsSmallDisks() throws IOException {
        for (String name : List.of("state", "work", "ready")) {
            String at = Files.createDirectories(home.resolve(name)).toString();
            var mount = DaemonUnderTest.runPlain(
                    List.of("mount", "-t", "tmpfs", "-o", "size=4m,mode=0755", "holdfast-test", at));
            assumeTrue(mount.exit() == 0, "mounting a tmpfs is not permitted here");
            mounted.add(at);
        }
    }

    @AfterEach
    void unmount() {
        mounted.forEach(at -> DaemonUnderTest.runPlain(List.of("umount", "-l", at)));
    }

    /** A job's program begins its result, waits for a file of its name, and writes the rest. */
    private DaemonUnderTest up() {
        return DaemonUnderTest.up(home, """
                version: 1
                queues:
                  q:
                    command: [sh, -c, 'echo "$$1" >> %1$s/ran; echo x > f || exit 1; until [ -e %1$s/let-$$1 ]; do sleep 0.05; done; head -c %2$d /dev/zero >> f', sh, "{id}"]
                    concurrency: 2
                    workdir: { path: "%1$s/work" }
                    deliver: { files: "{workdir}/f", to: "%1$s/ready/{id}" }
                    retry: { max_attempts: 100, backoff: { initial: 200ms, max: 500ms } }
                """.formatted(home, RESULT_BYTES - 2));
    }

    private void let(String job) {
        DaemonUnderTest.write(home.resolve("let-" + job), "");
    }

    private static String submit(JobsSeen seen, String id) {
        return seen.post("queues/q/jobs", "{\"id\":\"" + id + "\",\"payload\":{}}");
    }

    private long ran(String job) {
        return DaemonUnderTest.read(home.resolve("ran"))
                .lines()
                .filter(job::equals)
                .count();
    }

    private void fill(String disk) throws IOException {
        Path filler = home.resolve(disk).resolve("filler");
        for (int piece : new int[] {65536, 1}) {
            try (OutputStream out = Files.newOutputStream(
                    filler, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(new byte[piece]);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("space");
            }
        }
    }

    private void makeRoom(String disk) throws IOException {
        Files.delete(home.resolve(disk).resolve("filler"));
    }

    private void isDelivered(JobReport job, int attempts) {
        assertThat(job.state()).as(job.toString()).isEqualTo("succeeded");
        if (attempts > 0) {
            assertThat(job.attempts()).as(job.toString()).hasSize(attempts);
        }
        assertThat(home.resolve("ready").resolve(job.id()).resolve("f")).hasSize(RESULT_BYTES);
    }

    @Test
    void endsAreKeptWhileTheStoreHasNoRoomAndNothingNewIsTakenIn() throws IOException {
        try (var daemon = up()) {
            var seen = new JobsSeen(home);
            for (String id : List.of("a", "b", "c")) {
                assertThat(daemon.cli("jobs", "submit", "q", "--id", id).exit()).isZero();
            }
            await().atMost(DEADLINE).until(() -> ran("a") + ran("b") == 2);
            fill("state");
            var accepted = new ArrayList<>(List.of("a", "b", "c"));
            String answer = submit(seen, "more-0");
            for (int i = 0; !answer.contains(" 503 ") && i < 1000; i++) { // the log has room of its own
                assertThat(answer).contains(" 201 ");
                accepted.add("more-" + i);
                answer = submit(seen, "more-" + (i + 1));
            }
            assertThat(answer).contains(" 503 ", "Retry-After: ", "cannot be written now", "full");
            var refused = daemon.cli("jobs", "submit", "q", "--id", "d");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.err()).contains("holdfast: ", "cannot be written now", "full");

            accepted.forEach(this::let);
            await().atMost(DEADLINE)
                    .until(() -> Files.exists(home.resolve("ready/b")) && Files.exists(home.resolve("ready/a")));
            assertThat(seen.job("a").state()).isEqualTo("running");
            assertThat(daemon.cli("status").exit()).isZero();
            assertThat(ran("c")).isZero();

            makeRoom("state");
            await().atMost(DEADLINE).until(() -> seen.over(accepted.size()));
            for (String id : accepted) {
                isDelivered(seen.job(id), 1);
                assertThat(ran(id)).isEqualTo(1);
            }
            let("d");
            assertThat(daemon.cli("jobs", "submit", "q", "--id", "d", "--wait").exit())
                    .isZero();
            await().atMost(DEADLINE).until(() -> left().isEmpty());
        }
    }

    @Test
    void whatHasNoRoomToWorkOrToDeliverIsTriedAgainAndNothingIsDeliveredByHalf() throws IOException {
        try (var daemon = up()) {
            var seen = new JobsSeen(home);
            fill("work");
            let("e");
            let("g");
            assertThat(daemon.cli("jobs", "submit", "q", "--id", "e").exit()).isZero();
            await().atMost(DEADLINE).until(() -> seen.job("e").attempts().size() >= 2);
            assertThat(seen.job("e").over()).isFalse();
            assertThat(home.resolve("ready/e")).doesNotExist();
            makeRoom("work");
            await().atMost(DEADLINE).until(() -> seen.over("e"));
            isDelivered(seen.job("e"), 0);

            fill("ready");
            assertThat(daemon.cli("jobs", "submit", "q", "--id", "g").exit()).isZero();
            await().atMost(DEADLINE).until(() -> seen.job("g").attempts().size() >= 2);
            assertThat(seen.job("g").attempts().getFirst().failureClass()).isEqualTo("delivery");
            assertThat(seen.job("g").attempts().getFirst().detail()).contains("space");
            assertThat(home.resolve("ready/g")).doesNotExist();
            makeRoom("ready");
            await().atMost(DEADLINE).until(() -> seen.over("g"));
            isDelivered(seen.job("g"), 0);
            await().atMost(DEADLINE).until(() -> left().isEmpty());
        }
        try (Stream<Path> ready = Files.list(home.resolve("ready"))) {
            assertThat(ready.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("e", "g");
        }
    }

    private List<String> left() throws IOException {
        try (Stream<Path> hosts = Files.list(home.resolve("work"))) {
            return hosts.flatMap(h -> JobsSeen.left(h).stream()).toList();
        }
    }
}
