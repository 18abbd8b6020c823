package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas of a real daemon follow a queue, the processors and a probe, up and down. */
@Tag("process")
class ScaleDaemonTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    @TempDir
    Path home;

    private <T> T ask(String path, Class<T> type) {
        try {
            return new Client(home.resolve("run/holdfast.sock")).get("/api/v1/" + path, type);
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    private Status.Scale scale(String process) {
        return ask("status", Status.class).scales().stream()
                .filter(s -> s.process().equals(process))
                .findFirst()
                .orElseThrow();
    }

    private List<Status.Replica> up(String process) {
        return ask("status", Status.class).replicas().stream()
                .filter(r -> r.process().equals(process) && r.state().equals("up"))
                .toList();
    }

    private void awaitUp(DaemonUnderTest daemon, String process, int n) {
        await().atMost(DEADLINE)
                .alias(process + " has " + n + "\n" + daemon.daemonOutput())
                .until(() -> up(process).size(), s -> s == n);
    }

    @Test
    void aFloodedQueueBringsWorkersAndItsEndTakesAllOfThem() throws IOException {
        assumeTrue(DaemonUnderTest.runPlain(List.of("sh", "-c", "command -v curl && command -v jq"))
                        .exit()
                == 0);
        Path worker = Files.writeString(home.resolve("worker.sh"), """
                api() { curl -sS --unix-socket "$1/run/holdfast.sock" -d "$3" "http://localhost/api/v1/$2"; }
                while [ ! -e "$1/go" ]; do sleep 0.1; done
                while taken=$(api "$1" queues/media/take '{"worker": "w'$$'", "wait": 5}'); do
                    for job in $(echo "$taken" | jq -r '.jobs[] | @base64'); do
                        job=$(echo "$job" | base64 -d)
                        api "$1" "jobs/$(echo "$job" | jq -r .id)/complete" "{\\"token\\": $(echo "$job" | jq .token)}"
                    done
                done
                """);
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                queues:
                  media: { pull: { lease: 30s } }
                processes:
                  worker:
                    command: [sh, "%s", "%s"]
                    stop: { timeout: 2s }
                    scale:
                      min: 0
                      max: 3
                      by: { queue: media, per_replica: 5 }
                      up_cooldown: 1s
                      down_cooldown: 2s
                """.formatted(worker, home))) {
            assertThat(up("worker")).isEmpty();
            for (int i = 0; i < 12; i++) {
                assertThat(daemon.ask("jobs", "submit", "media").exit()).isZero();
            }
            awaitUp(daemon, "worker", 3);
            assertThat(scale("worker"))
                    .returns(3, Status.Scale::replicas)
                    .returns(3, Status.Scale::wanted)
                    .returns(12.0, Status.Scale::figure);
            assertThat(daemon.ask("status").out())
                    .contains("worker: 3 of 0 to 3 replicas by queue media, 5 a replica: 12 jobs of queue media");

            daemon.kill9();
            daemon.upAgain();
            assertThat(scale("worker").replicas()).as("a successor keeps it").isEqualTo(3);
            assertThat(up("worker")).hasSize(3);

            Files.createFile(home.resolve("go")); // they work from now on
            awaitUp(daemon, "worker", 0);
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(daemon.daemonOutput())
                            .contains("worker scaled from 0 to 1: ")
                            .contains(" to 0: 0 jobs of queue media, 5 a replica"));
            await().atMost(DEADLINE) // up to then it may be stopping
                    .untilAsserted(() -> assertThat(
                                    ask("why/worker", Why.class).replicas().getFirst())
                            .satisfies(
                                    r -> assertThat(r.now()).isEqualTo("down: scaled to 0 by queue media, 5 a replica"))
                            .satisfies(r -> assertThat(r.history())
                                    .extracting(Why.Happening::what)
                                    .anyMatch(w -> w.contains(" to 0: 0 jobs of queue media"))));
            String metrics = ask("status", Status.class).scales().toString();
            assertThat(metrics).contains("reason=as_wanted");
            assertThat(new Client(home.resolve("run/holdfast.sock")).raw("/metrics"))
                    .contains(
                            "holdfast_scale_replicas{process=\"worker\"} 0",
                            "holdfast_scale_wanted_replicas{process=\"worker\"} 0",
                            "holdfast_scale_bound_replicas{bound=\"max\",process=\"worker\"} 3",
                            "holdfast_scale_reason{process=\"worker\",reason=\"as_wanted\"} 1",
                            "holdfast_scale_changes_total{direction=\"down\",process=\"worker\"} ");
        } catch (ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void busyProcessorsBringMoreAndIdleOnesTakeThem() throws IOException {
        Path busy = Files.createFile(home.resolve("busy"));
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  burner:
                    command: [sh, -c, 'while :; do if [ -e "$$0" ]; then i=0; while [ $$i -lt 2000 ]; do i=$$((i+1)); done; else sleep 0.2; fi; done', "%s"]
                    stop: { timeout: 1s }
                    scale:
                      max: 2
                      by: { cpu: 5%% }
                      up_cooldown: 1s
                      down_cooldown: 1s
                """.formatted(busy))) {
            awaitUp(daemon, "burner", 2);
            assertThat(daemon.daemonOutput()).containsPattern("burner scaled from 1 to 2: \\d+% of cpu 5%");
            Files.delete(busy);
            awaitUp(daemon, "burner", 1);
        }
    }

    @Test
    void aProbesNumberIsFollowedAndOneThatFailsHoldsIt() throws IOException {
        Path number = Files.writeString(home.resolve("number"), "0\n");
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                probes:
                  backlog: { exec: { command: [cat, "%s"] }, every: 1s }
                processes:
                  w:
                    command: [sleep, "1000"]
                    stop: { timeout: 1s }
                    scale:
                      max: 4
                      by: { probe: backlog, per_replica: 10 }
                      up_cooldown: 1s
                      down_cooldown: 1s
                """.formatted(number))) {
            awaitUp(daemon, "w", 1);
            Files.writeString(number, "35\n");
            awaitUp(daemon, "w", 4);
            Files.delete(number);
            await().atMost(DEADLINE).until(() -> scale("w").reason(), "no_figure"::equals);
            assertThat(scale("w"))
                    .returns(4, Status.Scale::replicas)
                    .extracting(Status.Scale::detail)
                    .asString()
                    .startsWith("probe backlog is down: ");

            // People: within its bounds it goes on from there, beyond them only held.
            var refused = daemon.ask("scale", "w", "6");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.err())
                    .contains("w follows probe backlog, 10 a replica between 1 and 4; holdfast scale w 6 --hold 1h");
            assertThat(daemon.ask("scale", "w", "2").err())
                    .contains("w goes on following probe backlog, 10 a replica from here");
            assertThat(up("w")).hasSize(2);
            assertThat(ask("why/w%2F3", Why.class).replicas())
                    .as("what befell one that is scaled away")
                    .singleElement()
                    .satisfies(r -> assertThat(r.name()).isEqualTo("w/3"))
                    .satisfies(r -> assertThat(r.now()).isEqualTo("down: scaled away"))
                    .satisfies(r -> assertThat(r.history())
                            .extracting(Why.Happening::what)
                            .anyMatch(w -> w.startsWith("started, pid ")));
            assertThat(daemon.ask("why", "w/4").exit())
                    .as("there never was one")
                    .isEqualTo(4);
            assertThat(daemon.ask("scale", "w", "0", "--hold", "1h").exit()).isZero();
            assertThat(ask("why/w%2F3", Why.class).replicas().getFirst().now()).isEqualTo("down: held at 0 by hand");
            Files.writeString(number, "35\n");
            await().atMost(DEADLINE).until(() -> scale("w").reason(), "by_hand"::equals);
            assertThat(scale("w").replicas()).isZero();
            assertThat(daemon.ask("scale", "w", "1", "--hold", "2s").exit()).isZero();
            awaitUp(daemon, "w", 4); // by itself
            assertThat(scale("w").reason()).isNotEqualTo("by_hand");
            assertThat(daemon.ask("scale", "w", "0", "--hold", "1h").exit()).isZero();
            assertThat(daemon.ask("scale", "w", "3").exit()).isZero();

            // A reload keeps the number, within its new bounds.
            awaitUp(daemon, "w", 4);
            Path file = home.resolve("holdfast.yaml");
            Files.writeString(file, Files.readString(file).replace("max: 4", "max: 3"));
            assertThat(daemon.ask("reload").exit()).isZero();
            awaitUp(daemon, "w", 3);

            // What people have stopped stays so.
            assertThat(daemon.ask("stop", "w").exit()).isZero();
            await().atMost(DEADLINE).until(() -> scale("w").reason(), "stopped"::equals);
            assertThat(up("w")).isEmpty();
            assertThat(daemon.ask("start", "w").exit()).isZero();
            assertThat(up("w")).hasSize(3);
        }
    }

    @Test
    void whatDoesNotStayUpIsNotMadeMore() throws IOException {
        Path number = Files.writeString(home.resolve("number"), "35\n");
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                probes:
                  backlog: { exec: { command: [cat, "%s"] }, every: 1s }
                processes:
                  w:
                    command: [sh, -c, "sleep 0.3; exit 3"]
                    restart: { delay: 1s, max_delay: 2s }
                    scale:
                      max: 4
                      by: { probe: backlog, per_replica: 10 }
                      up_cooldown: 3s
                      down_cooldown: 3s
                """.formatted(number))) {
            await().atMost(DEADLINE).until(() -> scale("w").reason(), "ill"::equals);
            assertThat(scale("w")).returns(1, Status.Scale::replicas).returns(4, Status.Scale::wanted);
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(daemon.daemonOutput()).contains("w stays at 1 replica: w/0 "));
            await().atMost(DEADLINE).until(() -> daemon.replica("w/0").restarts() >= 4);
            assertThat(scale("w").replicas()).isOne();
        }
    }
}
