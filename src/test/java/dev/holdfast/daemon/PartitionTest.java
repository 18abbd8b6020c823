package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.JobReport;
import dev.holdfast.store.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three daemons, each in a network of its own, and the PostgreSQL that they share: it crashes, and each of them loses its
 * way to it, while jobs run. {@code -Dholdfast.jobs=5000} for longer.
 */
@Tag("process")
class PartitionTest {
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int HOSTS = 3;
    private static final int JOBS = Integer.getInteger("holdfast.jobs", 400);

    @RegisterExtension
    @Order(1)
    static final Networks NETWORKS = new Networks(HOSTS);

    @RegisterExtension
    @Order(2)
    static final PostgresServer SERVER = new PostgresServer(NETWORKS.atServer());

    @TempDir
    Path dir;

    private final List<DaemonUnderTest> daemons = new ArrayList<>();

    @AfterEach
    void down() {
        daemons.forEach(DaemonUnderTest::close);
    }

    /** Each host runs q, and one queue that nobody else has. Every seventh job fails at first. */
    private String yaml(int host) {
        return """
                version: 1
                global: { storage: { url: "%1$s", lease: 5s } }
                queues:
                  q:
                    command: [sh, -c, 'echo "$$1 $$HOLDFAST_ATTEMPT" >> %2$s/ran; sleep 0.3; echo $$1 > f; [ $$HOLDFAST_ATTEMPT -gt 1 ] || [ $$(($$1 %% 7)) -gt 0 ]', sh, "{n}"]
                    payload: { n: { type: integer, required: true } }
                    concurrency: 4
                    workdir: {}
                    deliver: { files: "{workdir}/f", to: "%2$s/ready/{id}/{attempt}" }
                    retry: { max_attempts: 20, backoff: { initial: 100ms, max: 1s } }
                  own-%3$d:
                    command: [sh, -c, 'echo begun >> %2$s/own-%3$d; until [ -e %2$s/go-%3$d ]; do sleep 0.05; done; echo ended >> %2$s/own-%3$d; echo own > f']
                    workdir: {}
                    deliver: { files: "{workdir}/f", to: "%2$s/ready/{id}/{attempt}" }
                """.formatted(SERVER.url(NETWORKS.address(host)), dir, host);
    }

    private List<String> lines(String file) {
        return DaemonUnderTest.read(dir.resolve(file)).lines().toList();
    }

    private JobsSeen seen(int host) {
        return new JobsSeen(daemons.get(host).home());
    }

    /** So many more have begun. */
    private void awaitMore(int many) {
        int before = lines("ran").size();
        await().atMost(DEADLINE).until(() -> lines("ran").size() >= Math.min(before + many, JOBS));
    }

    private DaemonUnderTest host(int i) {
        Path home = dir.resolve("host" + i);
        assertThat(home.toFile().mkdir()).isTrue();
        var daemon = DaemonUnderTest.up(home, yaml(i), NETWORKS.at(i));
        assertThat(daemon.cli("jobs", "submit", "own-" + i, "--id", "own-" + i).exit())
                .isZero();
        return daemon;
    }

    @Test
    void everyJobEndsOnceWhateverBecomesOfTheNetworkAndTheServer() throws Exception {
        IntStream.range(0, HOSTS).parallel().mapToObj(this::host).forEachOrdered(daemons::add);
        Path jobs = Files.writeString(
                dir.resolve("jobs"),
                IntStream.range(0, JOBS)
                        .mapToObj(i -> "{\"id\":\"j" + i + "\",\"payload\":{\"n\":" + i + "}}")
                        .collect(Collectors.joining("\n")));
        var submitted = daemons.getFirst().cli("jobs", "submit", "q", "--from", jobs.toString());
        assertThat(submitted.exit()).as(submitted.err()).isZero();
        awaitMore(20);
        for (int i = 0; i < HOSTS; i++) {
            int host = i;
            await().atMost(DEADLINE).until(() -> lines("own-" + host).contains("begun"));
        }

        SERVER.stop();
        isRefusedClearly(1);
        var refused = daemons.get(1).cli("jobs", "submit", "q", "n=1");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("holdfast: the store cannot be asked", "cannot be reached");
        assertThat(refused.err().lines()).hasSize(1);
        SERVER.start();
        awaitMore(20);

        NETWORKS.unplug(0);
        endsMeanwhile(0);
        awaitMore(30);
        NETWORKS.plug(0);
        awaitOwn(0);

        NETWORKS.silence(1);
        isRefusedClearly(1); // longer than the lease: what it runs of q goes to others
        endsMeanwhile(1);
        awaitMore(20);
        NETWORKS.unsilence(1);
        awaitOwn(1);

        NETWORKS.unplug(2);
        endsMeanwhile(2);
        awaitMore(20);
        NETWORKS.plug(2);
        awaitOwn(2);

        await().atMost(DEADLINE).until(() -> seen(0).over(JOBS + HOSTS));
        eachEndedOnce();
        for (int i = 0; i < HOSTS; i++) {
            int host = i;
            await().atMost(DEADLINE).until(() -> seen(host).left().isEmpty());
        }
        assertThat(DaemonUnderTest.carrying(dir + "/ran")).isEmpty();
    }

    /** What is submitted while the store cannot be reached. */
    private void isRefusedClearly(int host) {
        assertThat(seen(host).post("queues/q/jobs", "{\"payload\":{\"n\":1}}"))
                .contains(" 503 ", "Retry-After: ", "the store cannot be asked", "cannot be reached");
    }

    /** A job that ran before ends. */
    private void endsMeanwhile(int host) {
        DaemonUnderTest.write(dir.resolve("go-" + host), "");
        await().atMost(DEADLINE).until(() -> lines("own-" + host).contains("ended"));
    }

    private void awaitOwn(int host) {
        await().atMost(DEADLINE).until(() -> seen(host).over("own-" + host));
        assertThat(lines("own-" + host)).containsExactly("begun", "ended");
        assertThat(dir.resolve("ready/own-" + host + "/1/f")).exists();
    }

    private void eachEndedOnce() throws IOException {
        List<String> ran = lines("ran");
        assertThat(ran).doesNotHaveDuplicates(); // an attempt is made once
        Map<String, JobReport> all = seen(0).all();
        int taken = 0;
        for (String id : all.keySet()) {
            JobReport job = seen(0).job(id);
            assertThat(job.state()).as(job.toString()).isEqualTo("succeeded");
            List<String> classes = job.attempts().stream()
                    .map(a -> Objects.requireNonNullElse(a.failureClass(), "none"))
                    .toList();
            assertThat(classes).as(job.toString()).containsOnlyOnce("none").endsWith("none");
            assertThat(classes).as(job.toString()).containsAnyOf("none", "process", "lost");
            boolean lost = classes.contains("lost");
            taken += lost ? 1 : 0;
            int last = job.attempts().getLast().number();
            if (id.startsWith("j")) {
                assertThat(ran).contains(id.substring(1) + " " + last);
            }
            // Who was cut off may have delivered what it could not tell of.
            List<String> delivered = delivered(id);
            assertThat(delivered).as(job.toString()).contains(Integer.toString(last));
            assertThat(delivered).as(job.toString()).hasSizeLessThanOrEqualTo(lost ? classes.size() : 1);
        }
        assertThat(taken).as("jobs that others took over").isBetween(1, 60);
    }

    private List<String> delivered(String id) throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve("ready").resolve(id))) {
            return all.map(p -> p.getFileName().toString()).toList();
        }
    }
}
