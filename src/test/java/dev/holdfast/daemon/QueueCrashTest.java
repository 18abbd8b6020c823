package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.JobReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the daemon wherever it happens to be, again and again, while jobs run. {@code -Dholdfast.jobs=10000
 * -Dholdfast.kills=100} takes some minutes.
 */
@Tag("process")
class QueueCrashTest {
    private static final int JOBS = Integer.getInteger("holdfast.jobs", 250);
    private static final int KILLS = Integer.getInteger("holdfast.kills", 8);
    private static final Duration DEADLINE = Duration.ofMinutes(5).plusMillis(50L * JOBS);

    @TempDir
    Path home;

    @Test
    void everyJobEndsOnceAndLeavesNothing() throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        String mark = "queue-crash-" + ProcessHandle.current().pid();
        Path jobs = Files.writeString(
                home.resolve("jobs.jsonl"),
                IntStream.range(0, JOBS)
                        .mapToObj(i -> "{\"id\":\"j" + i + "\",\"payload\":{\"n\":" + i + "}}")
                        .collect(Collectors.joining("\n")));
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                queues:
                  q:
                    command: [sh, -c, 'sleep 0.0$$(($$1 %% 10)); echo $$1 > $$HOLDFAST_WORKDIR/f; exit $$(($$1 %% 50 == 49))', %s, "{n}"]
                    payload: { n: { type: integer } }
                    concurrency: 4
                    workdir: {}
                    deliver: { files: "{workdir}/f", to: "%s/ready/{id}" }
                    retry: { max_attempts: 60, backoff: { initial: 10ms, max: 20ms }, when: [{ class: delivery }] }
                """.formatted(mark, home))) {
            assertThat(daemon.cli("jobs", "submit", "q", "--from", jobs.toString())
                            .exit())
                    .isZero();
            for (int i = 0; i < KILLS; i++) {
                LockSupport.parkNanos(random.nextLong(1, 1_500_000_000)); // where it is then is the point
                daemon.kill9();
                daemon.upAgain();
            }
            var seen = new JobsSeen(home);
            await().atMost(DEADLINE)
                    .pollInterval(Duration.ofMillis(100 + JOBS / 10))
                    .until(() -> seen.over(JOBS));
            Map<String, JobReport> ended = seen.all();
            assertThat(ended).as("seed " + seed).hasSize(JOBS);
            for (int i = 0; i < JOBS; i++) {
                JobReport job = Objects.requireNonNull(ended.get("j" + i));
                assertThat(job.state()).as("%s, seed %s", job, seed).isEqualTo(i % 50 == 49 ? "failed" : "succeeded");
                Path delivered = home.resolve("ready/j" + i + "/f");
                if (i % 50 == 49) {
                    assertThat(delivered).doesNotExist();
                } else {
                    assertThat(delivered).hasContent(i + "\n");
                }
            }
            await().atMost(DEADLINE).until(() -> seen.left().isEmpty());
            assertThat(DaemonUnderTest.carrying(mark)).isEmpty();
        }
    }
}
