package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues as people write them, and what is refused. */
class QueueConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String... lines) throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"), "version: 1\nqueues:\n  q:\n    " + String.join("\n    ", lines) + "\n");
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private QueueSpec sound(String... lines) throws IOException {
        Loaded loaded = load(lines);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().queues().get("q"));
    }

    private List<String> problems(String... lines) throws IOException {
        return load(lines) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream().map(Problem::message).toList()
                : List.of();
    }

    @Test
    void theContractsQueueIsWhatItSays() {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml"));
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        QueueSpec q =
                Objects.requireNonNull(((Loaded.Sound) loaded).config().queues().get("downloads"));
        assertThat(q.concurrency()).isEqualTo(2);
        assertThat(q.timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(q.idleTimeout()).isEqualTo(Duration.ofSeconds(60));
        QueueSpec.FieldSpec url = Objects.requireNonNull(q.payload().get("url"));
        assertThat(url.schemes()).containsExactly("http", "https");
        assertThat(url.required()).isTrue();
        assertThat(q.deliver()).isEqualTo(new QueueSpec.DeliverSpec("*", "/srv/bot/storage/ready/{id}"));
        assertThat(q.retry().maxAttempts()).isEqualTo(3);
        assertThat(q.retry().when().stream().map(QueueSpec.When::failure))
                .containsExactly("network", "process", "timeout");
        assertThat(q.launch().cleanEnvironment()).isTrue();
        assertThat(q.launch().command().argv()).endsWith("--", "{url}");
        assertThat(q.workdir()).isNotNull();
        assertThat(q.alert()).isNotNull();
    }

    @Test
    void whatIsNotSaidHasItsDefault() throws IOException {
        QueueSpec q = sound("command: [\"true\"]");
        assertThat(q.concurrency()).isEqualTo(1);
        assertThat(q.key()).isNull();
        assertThat(q.retry().maxAttempts()).isEqualTo(1);
        assertThat(q.maxLength()).isEqualTo(1_000_000);
        assertThat(q.keep().failed()).isEqualTo(Duration.ofDays(30));
        assertThat(q.workdir()).isNull();
        assertThat(q.pull()).isNull();
    }

    @Test
    void whatOfABackoffIsNotSaidHasItsDefault() throws IOException {
        QueueSpec q = sound("command: [\"true\"]", "retry: { max_attempts: 2, backoff: { initial: 1s } }");
        assertThat(q.retry().initial()).isEqualTo(Duration.ofSeconds(1));
        assertThat(q.retry().max()).isEqualTo(Duration.ofMinutes(5));
        q = sound("command: [\"true\"]", "retry: { max_attempts: 2, backoff: { initial: 1h } }");
        assertThat(q.retry().max()).isEqualTo(Duration.ofHours(1));
        q = sound("command: [\"true\"]", "retry: { max_attempts: 2, backoff: { max: 20s } }");
        assertThat(q.retry().initial()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void concurrencyIsANumberOrMore() throws IOException {
        QueueSpec q = sound(
                "command: [echo, \"{user}\"]",
                "payload: { user: { type: string, required: true } }",
                "concurrency: { limit: 8, key: \"{user}\", per_key: 2 }");
        assertThat(q.concurrency()).isEqualTo(8);
        assertThat(q.key()).isEqualTo("{user}");
        assertThat(q.perKey()).isEqualTo(2);
    }

    @Test
    void workersOfAnApplicationNeedNoCommand() throws IOException {
        QueueSpec q = sound("pull: { lease: 30s, max_jobs: 100, max_runtime: 1h }");
        assertThat(q.pull()).isEqualTo(new QueueSpec.PullSpec(Duration.ofSeconds(30), 100, Duration.ofHours(1)));
        assertThat(sound("pull: {}", "retry: { max_attempts: 2, when: [{ class: network }] }")
                        .retry()
                        .when())
                .as("its workers tell the class themselves")
                .containsExactly(new QueueSpec.When("network", null, null, List.of()));
        assertThat(problems("pull: {}", "timeout: 5s"))
                .containsExactly("timeout counts only without pull: nothing is run here");
        assertThat(problems("concurrency: 2"))
                .containsExactly("a queue needs a command, or pull, for workers that take its jobs over HTTP");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    command: [a, "{url}"]                              | {url} is nothing of a job
                    command: [a, "{"]                                  | a brace that is meant as one is written twice
                    command: ["{id}"]                                  | a job may not choose the program
                    command: [a, "{workdir}/x"]                        | {workdir} needs workdir:
                    command: sh -c true                                | a command is a list
                    command: [a] @ deliver: { files: "*", to: /x }     | with {id} in it each job has a directory
                    command: [a] @ deliver: { files: "../*", to: "/x/{id}" } @ workdir: {} | it is a pattern in the work directory
                    command: [a] @ deliver: { files: "*", to: "/x/{id}" }  | takes files out of workdir:
                    command: [a] @ concurrency: 0                      | limit is 1 to 1000
                    command: [a] @ concurrency: { key: x }             | is the same for all jobs
                    command: [a] @ timeout: 0s                         | timeout is more than 0
                    command: [a] @ progress: "%"                       | its first group
                    command: [a] @ payload: { id: { type: string } }   | a field's name
                    command: [a] @ payload: { n: { type: integer, min: 2, max: 1 } } | min is at most max
                    command: [a] @ payload: { n: { type: integer, schemes: [http] } } | schemes counts only with type: uri
                    command: [a] @ payload: { n: { type: enum } }      | an enum needs values
                    command: [a] @ payload: { n: { type: path } }      | a path needs root
                    command: [a] @ payload: { n: { type: string, pattern: "(?=a)" } } | is no regular expression
                    command: [a] @ payload: { n: { type: integer, max: 3, default: "4" } } | the default is not within
                    command: [a] @ payload: { n: { type: enum, values: [a], default: b } } | the default is none of values
                    command: [a] @ payload: { n: { type: string, max_length: 40000 } } | max_length is 1 to 32000
                    command: [a] @ retry: { max_attempts: 2, when: [{ class: networc }] } | a class of its own needs stderr
                    command: [a] @ retry: { max_attempts: 2, when: [{ class: timeout, stderr: x }] } | is told by how it ended
                    command: [a] @ retry: { max_attempts: 2, when: [{ class: process, signal: NOPE }] } | a signal's name, or any
                    command: [a] @ retry: { max_attempts: 2, when: [{ class: process, exit: [0] }] } | exit is 1 to 255
                    command: [a] @ retry: { when: [{ class: timeout }] } | when has no effect
                    command: [a] @ retry: { max_attempts: 2, when: [{ class: validation }] } | not tried again
                    command: [a] @ alert: { length: "> 5%" }           | it is a number of jobs
                    command: [a] @ alert: { channels: [ops] }          | is no alert channel
                    command: [a] @ workdir: { mode: "0070" }           | lets its owner in
                    """)
    void whatCannotBeMeantIsRefused(String written, String said) throws IOException {
        assertThat(problems(written.split(" @ ", -1)))
                .anySatisfy(p -> assertThat(p).contains(said));
    }

    @Test
    void namesAreOfOneThingOnly() throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"),
                "version: 1\nprocesses: { a: { command: [sleep, 1] } }\nqueues: { a: { command: [\"true\"] } }\n");
        assertThat(new ConfigLoader(Map.of(), false).load(file))
                .isInstanceOfSatisfying(
                        Loaded.Unsound.class,
                        u -> assertThat(u.problems().getFirst().message()).contains("is also a process"));
    }
}
