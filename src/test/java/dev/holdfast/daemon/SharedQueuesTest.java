package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.store.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons that share their queues through a real PostgreSQL. */
@Tag("process")
class SharedQueuesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final int JOBS = 60;

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    Path dir;

    private String yaml() {
        return """
                version: 1
                global: { storage: { url: "%s" } }
                queues:
                  q:
                    command: [sh, -c, 'echo "$$1" >> "$$HERE/ran"; sleep 0.1', sh, "{n}"]
                    env: { HERE: "${HOLDFAST_CONFIG_DIR}" }
                    payload: { n: { type: integer } }
                    concurrency: 2
                    workdir: {}
                """.formatted(SERVER.url());
    }

    @Test
    void eachJobRunsOnOneOfThem() throws Exception {
        Path one = Files.createDirectory(dir.resolve("one"));
        Path two = Files.createDirectory(dir.resolve("two"));
        try (var first = DaemonUnderTest.up(one, yaml());
                var second = DaemonUnderTest.up(two, yaml())) {
            Path jobs = Files.writeString(
                    dir.resolve("jobs"),
                    IntStream.range(0, JOBS).mapToObj(i -> "{\"n\":" + i + "}").collect(Collectors.joining("\n")));
            assertThat(first.cli("jobs", "submit", "q", "--from", jobs.toString())
                            .exit())
                    .isZero();
            await().atMost(DEADLINE)
                    .until(() ->
                            second.cli("jobs", "list", "--queue", "q", "--state", "succeeded", "-n", "100", "--json")
                                            .out()
                                            .split("\"state\":\"succeeded\"", -1)
                                            .length
                                    > JOBS);
            List<String> firsts =
                    DaemonUnderTest.read(one.resolve("ran")).lines().toList();
            List<String> seconds =
                    DaemonUnderTest.read(two.resolve("ran")).lines().toList();
            assertThat(firsts).isNotEmpty();
            assertThat(seconds).isNotEmpty();
            assertThat(firsts.size() + seconds.size()).isEqualTo(JOBS);
            assertThat(firsts).doesNotContainAnyElementsOf(seconds);

            var fleet = first.cli("fleet", "status");
            assertThat(fleet.exit()).as(fleet.out()).isZero();
            assertThat(fleet.out().lines().filter(l -> l.contains(" up ")))
                    .hasSize(2)
                    .allMatch(l -> l.endsWith(" q"));
            assertThat(second.cli("down").exit()).isZero();
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(first.cli("fleet", "status").out()).contains(" left "));
        }
    }
}
