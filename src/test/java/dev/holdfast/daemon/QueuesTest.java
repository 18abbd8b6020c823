package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Client;
import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues of a real daemon with real programs. */
@Tag("process")
class QueuesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private DaemonUnderTest up(String queues) {
        return DaemonUnderTest.up(home, "version: 1\nqueues:\n" + queues.indent(2));
    }

    private JobReport job(String id) {
        try {
            return new Client(home.resolve("run/holdfast.sock")).get("/api/v1/jobs/" + id, JobReport.class);
        } catch (IOException | dev.holdfast.api.ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    /** What is left of work directories. */
    private List<String> left() throws IOException {
        Path work = home.resolve("state/work");
        if (!Files.exists(work)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(work)) {
            return all.filter(p -> work.relativize(p).getNameCount() > 1 && !p.endsWith(".holdfast-queue"))
                    .map(Path::toString)
                    .toList();
        }
    }

    @Test
    void aJobRunsInADirectoryOfItsOwnAndItsFilesAreDelivered() throws IOException {
        try (var daemon = up("""
                downloads:
                  command: [sh, -c, 'stat -c "%%a %%n" . ; echo "$$1" > "$$HOLDFAST_WORKDIR/$$1.txt"; pwd; echo 50%% done', sh, "{name}"]
                  payload: { name: { type: string, required: true, pattern: "[a-z;. ]+" } }
                  workdir: { ephemeral: true, mode: "0700", max_size: 1Mi }
                  deliver: { files: "{workdir}/*", to: "%1$s/ready/{id}" }
                  progress: '(\\d+)%%'
                """.formatted(home))) {
            var ran = daemon.ask("jobs", "submit", "downloads", "name=a; touch b", "--id", "first", "--wait");
            assertThat(ran.exit()).as(ran.err() + daemon.daemonOutput()).isZero();
            assertThat(home.resolve("ready/first/a; touch b.txt")).hasContent("a; touch b\n");
            JobReport job = job("first");
            assertThat(job.state()).isEqualTo("succeeded");
            assertThat(job.attempts()).singleElement().satisfies(a -> {
                assertThat(a.exitCode()).isZero();
                assertThat(a.output()).contains("700 .", home + "/state/work/downloads/first.1", "50% done");
            });
            assertThat(left()).isEmpty();
            assertThat(daemon.ask("logs", "downloads").out()).contains("50% done");
            assertThat(daemon.ask("status").out()).containsPattern("QUEUE +RUNNING +OF.*\\ndownloads +0 +1");
            assertThat(daemon.ask("stop", "downloads").err()).contains("is a queue");
            // The same id is the same job; another payload under it is refused.
            assertThat(daemon.ask("jobs", "submit", "downloads", "name=a; touch b", "--id", "first")
                            .exit())
                    .isZero();
            assertThat(daemon.ask("jobs", "submit", "downloads", "name=other", "--id", "first")
                            .exit())
                    .isNotZero();
            assertThat(daemon.ask("jobs", "submit", "downloads", "name=UPPER").err())
                    .contains("name");
            assertThat(daemon.ask("jobs", "list").out()).contains("first").doesNotContain("UPPER");
        }
    }

    @Test
    void whatAJobHasPrintedSoFarIsSeenWhileItRuns() throws IOException {
        try (var daemon = up("""
                q: { command: [sh, -c, 'echo half; echo done >&2; until [ -e %s/go ]; do sleep 0.1; done'] }
                """.formatted(home))) {
            daemon.ask("jobs", "submit", "q", "--id", "slow");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(job("slow").output()).isEqualTo("half\ndone"));
            assertThat(daemon.ask("jobs", "show", "slow").out()).contains("attempt 1, so far", "| half", "| done");
            Files.createFile(home.resolve("go"));
            await().atMost(DEADLINE).until(() -> job("slow").over());
            assertThat(job("slow").output()).isNull();
            assertThat(job("slow").attempts().getLast().output()).contains("half", "done");
        }
    }

    @Test
    void aFailureIsTriedAgainByItsClassAndKeptWithItsOutput() {
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'echo "attempt $$HOLDFAST_ATTEMPT"; echo "$$1" >&2; exit 7', sh, "{say}"]
                  payload: { say: { type: string } }
                  retry:
                    max_attempts: 3
                    backoff: { initial: 50ms, max: 100ms }
                    when: [{ class: network, stderr: "(?i)timed out" }]
                """)) {
            assertThat(daemon.ask("jobs", "submit", "q", "say=Connection TIMED OUT", "--id", "net", "--wait")
                            .exit())
                    .isNotZero();
            JobReport net = job("net");
            assertThat(net.state()).isEqualTo("failed");
            assertThat(net.failureClass()).isEqualTo("network");
            assertThat(net.attempts()).hasSize(3);
            assertThat(net.attempts().getLast().output()).contains("attempt 3", "TIMED OUT");
            daemon.ask("jobs", "submit", "q", "say=bad", "--id", "other", "--wait");
            assertThat(job("other").attempts()).hasSize(1);
            assertThat(job("other").failureClass()).isEqualTo("process");
            assertThat(daemon.ask("jobs", "failed", "--class", "network").out())
                    .contains("net")
                    .doesNotContain("other");
            assertThat(daemon.ask("jobs", "show", "net").out()).contains("attempt 3", "exited with 7");
            assertThat(daemon.ask("jobs", "retry", "--all", "--class", "network")
                            .exit())
                    .isZero();
            await().atMost(DEADLINE)
                    .until(() -> job("net").attempts().size() > 3
                            && job("net").state().equals("failed"));
            assertThat(daemon.ask("jobs", "forget", "other").exit()).isZero();
            assertThat(daemon.ask("jobs", "show", "other").err()).contains("no job");
        }
    }

    @Test
    void whatTakesTooLongIsKilledWithAllItStarted() throws IOException {
        try (var daemon = up("""
                slow:
                  command: [sh, -c, 'trap "" TERM; setsid sleep 300.%1$d & echo begun; sleep 300.%1$d', sh]
                  timeout: 1s
                  stop: { timeout: 200ms }
                  workdir: {}
                quiet:
                  command: [sh, -c, 'echo one; sleep 300.%1$d']
                  idle_timeout: 1s
                  stop: { timeout: 200ms }
                """.formatted(ProcessHandle.current().pid()))) {
            String mark = "300." + ProcessHandle.current().pid();
            daemon.ask("jobs", "submit", "slow", "--id", "s", "--wait");
            assertThat(job("s").failureClass()).isEqualTo("timeout");
            assertThat(job("s").attempts().getFirst().output()).contains("begun");
            daemon.ask("jobs", "submit", "quiet", "--id", "i", "--wait");
            assertThat(job("i").failureClass()).isEqualTo("timeout");
            assertThat(job("i").detail()).contains("output");
            assertThat(DaemonUnderTest.carrying(mark)).isEmpty();
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void aJobIsCancelledWhetherItWaitsOrRuns() throws IOException {
        try (var daemon = up("""
                q: { command: [sleep, "600.%d"], workdir: {}, stop: { timeout: 1s } }
                """.formatted(ProcessHandle.current().pid()))) {
            daemon.ask("jobs", "submit", "q", "--id", "runs");
            daemon.ask("jobs", "submit", "q", "--id", "waits");
            await().atMost(DEADLINE).until(() -> job("runs").state().equals("running"));
            assertThat(daemon.ask("jobs", "cancel", "waits").exit()).isZero();
            assertThat(job("waits").state()).isEqualTo("cancelled");
            assertThat(daemon.ask("jobs", "cancel", "runs").exit()).isZero();
            await().atMost(DEADLINE).until(() -> job("runs").state().equals("cancelled"));
            assertThat(DaemonUnderTest.carrying("600." + ProcessHandle.current().pid()))
                    .isEmpty();
            await().atMost(DEADLINE).until(() -> left().isEmpty());
        }
    }

    @Test
    void whatFillsItsDirectoryIsEnded() throws IOException {
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'head -c 20000000 /dev/zero > big; sleep 300']
                  workdir: { max_size: 1Mi }
                """)) {
            daemon.ask("jobs", "submit", "q", "--id", "big", "--wait");
            assertThat(job("big").failureClass()).isEqualTo("size");
            await().atMost(DEADLINE).until(() -> left().isEmpty());
        }
    }

    @Test
    void jobsOutliveTheDaemonAndAreAdopted() throws IOException {
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'echo $$$$ >> %1$s/ran; while [ ! -e %1$s/end ]; do sleep 0.1; done; echo out > $$HOLDFAST_WORKDIR/f']
                  workdir: {}
                  deliver: { files: "{workdir}/f", to: "%1$s/ready/{id}" }
                  concurrency: 2
                """.formatted(home))) {
            daemon.ask("jobs", "submit", "q", "--id", "a");
            daemon.ask("jobs", "submit", "q", "--id", "b");
            daemon.ask("jobs", "submit", "q", "--id", "c");
            Path ran = home.resolve("ran");
            await().atMost(DEADLINE)
                    .until(() -> DaemonUnderTest.read(ran).lines().count() == 2);
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.ask("queue", "list").out()).contains("q");
            DaemonUnderTest.write(home.resolve("end"), "");
            for (String id : List.of("a", "b", "c")) {
                await().atMost(DEADLINE).until(() -> job(id).over());
                assertThat(job(id).state()).as(id).isEqualTo("succeeded");
                assertThat(home.resolve("ready").resolve(id).resolve("f")).hasContent("out\n");
            }
            assertThat(DaemonUnderTest.read(ran).lines().count()).isEqualTo(3);
            await().atMost(DEADLINE).until(() -> left().isEmpty());
        }
    }

    @Test
    void aShutdownGivesRunningJobsBackAndTheNextDaemonRunsThem() throws IOException {
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'echo x >> %1$s/ran; while [ ! -e %1$s/end ]; do sleep 0.1; done']
                  workdir: {}
                """.formatted(home))) {
            daemon.ask("jobs", "submit", "q", "--id", "a");
            await().atMost(DEADLINE).until(() -> Files.exists(home.resolve("ran")));
            assertThat(daemon.ask("down").exit()).isZero();
            daemon.join();
            assertThat(left()).isEmpty();
            DaemonUnderTest.write(home.resolve("end"), "");
            daemon.upAgain();
            await().atMost(DEADLINE).until(() -> job("a").over());
            assertThat(job("a").state()).isEqualTo("succeeded");
            assertThat(job("a").attempts()).hasSize(1);
        }
    }

    @Test
    void manyAreSubmittedFromAFileAndEachRunsOnce() throws IOException {
        Path lines = home.resolve("jobs.jsonl");
        Files.writeString(
                lines,
                IntStream.range(0, 300)
                                .mapToObj(i -> "{\"id\":\"n" + i + "\",\"payload\":{\"n\":" + i + "}}")
                                .collect(Collectors.joining("\n"))
                        + "\n{\"n\":\"x\"}\nnonsense\n");
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'echo $$1 >> %1$s/ran', sh, "{n}"]
                  payload: { n: { type: integer, min: 0, max: 1000 } }
                  concurrency: 4
                """.formatted(home))) {
            var ran = daemon.ask("jobs", "submit", "q", "--from", lines.toString());
            assertThat(ran.exit()).isNotZero();
            assertThat(ran.err()).contains("301", "302");
            await().atMost(DEADLINE)
                    .until(() ->
                            DaemonUnderTest.read(home.resolve("ran")).lines().count() == 300);
            assertThat(DaemonUnderTest.read(home.resolve("ran"))
                            .lines()
                            .distinct()
                            .count())
                    .isEqualTo(300);
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("queue", "health", "q", "--detailed")
                            .out()
                            .contains("300 succeeded"));
        }
    }

    @Test
    void runsAsAnotherUserInADirectoryThatIsItsOwn() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root starts programs of others");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'id -un; stat -c %%U .; touch mine; mkdir d; chmod 000 d']
                  user: nobody
                  workdir: {}
                """.formatted())) {
            daemon.ask("jobs", "submit", "q", "--id", "a", "--wait");
            assertThat(job("a").attempts().getFirst().output()).isEqualTo("nobody\nnobody");
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void pauseResumeAndDrain() {
        try (var daemon = up("""
                q: { command: ["true"] }
                """)) {
            daemon.ask("queue", "pause", "q");
            daemon.ask("jobs", "submit", "q", "--id", "a");
            assertThat(daemon.ask("queue", "list").out()).contains("paused");
            assertThat(job("a").state()).isEqualTo("queued");
            daemon.ask("queue", "resume", "q");
            await().atMost(DEADLINE).until(() -> job("a").state().equals("succeeded"));
            daemon.ask("queue", "drain", "q");
            assertThat(daemon.ask("jobs", "submit", "q", "--id", "b").exit()).isNotZero();
        }
    }

    @Test
    void aQueueThatIsNotConfiguredAnyMoreIsStillKnownByItsName() {
        try (var daemon = up("""
                q: { command: ["true"] }
                old: { command: ["true"] }
                """)) {
            daemon.ask("jobs", "submit", "old", "--id", "a", "--wait");
            DaemonUnderTest.write(
                    home.resolve("holdfast.yaml"), "version: 1\nqueues: { q: { command: [\"true\"] } }\n");
            assertThat(daemon.ask("reload").exit()).isZero();
            assertThat(daemon.ask("jobs", "list", "--queue", "old").out()).contains("a");
            assertThat(daemon.ask("jobs", "list", "--queue", "never").err()).contains("there is no queue never");
            assertThat(daemon.ask("jobs", "submit", "old").err()).contains("there is no queue old");
            assertThat(daemon.ask("jobs", "forget", "--all", "--queue", "old", "--state", "succeeded")
                            .out())
                    .contains("1 job ");
            assertThat(daemon.ask("jobs", "list", "--queue", "old").out()).doesNotContain("a ");
        }
    }

    @Test
    void nothingComesBackIntoADrainedQueue() {
        try (var daemon = up("""
                q: { command: ["false"] }
                """)) {
            daemon.ask("jobs", "submit", "q", "--id", "a", "--wait");
            daemon.ask("queue", "drain", "q");
            for (String[] which : new String[][] {{"a"}, {"--all", "--queue", "q"}}) {
                var ran = daemon.ask(Stream.concat(Stream.of("jobs", "retry"), Stream.of(which))
                        .toArray(String[]::new));
                assertThat(ran.exit()).isNotZero();
                assertThat(ran.err()).contains("the queue q is drained", "holdfast queue resume q");
            }
            assertThat(daemon.ask("jobs", "retry", "--all").out()).contains("0 jobs");
            assertThat(job("a").state()).isEqualTo("failed");
        }
    }

    @Test
    void theEndOfAJobIsToldByCommandUntilThatWorks() throws IOException {
        try (var daemon = up("""
                q:
                  command: [sh, -c, 'exit 3']
                  payload: { who: { type: string } }
                  on_failure: { command: [sh, -c, 'echo "$$HOLDFAST_JOB $$HOLDFAST_STATE $$HOLDFAST_CLASS $$HOLDFAST_PAYLOAD_WHO" > %1$s/told'] }
                """.formatted(home))) {
            daemon.ask("jobs", "submit", "q", "who=me", "--id", "a");
            await().atMost(DEADLINE).until(() -> Files.exists(home.resolve("told")));
            await().atMost(DEADLINE)
                    .until(() -> DaemonUnderTest.read(home.resolve("told")).equals("a failed process me\n"));
        }
    }

    /** As an application's HTTP client would. */
    private String post(String path, String body) {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")))) {
            String request = "POST /api/v1/" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body;
            Channels.newOutputStream(channel).write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String token(String taken) {
        return taken.replaceFirst("(?s).*\"token\":(\\d+).*", "$1");
    }

    @Test
    void aJobWhoseWorkersDieEndsWithItsLastAttempt() {
        try (var daemon = up("""
                q:
                  pull: { lease: 1s }
                  retry: { max_attempts: 2, when: [{ class: network, stderr: x }] }
                """)) {
            daemon.ask("jobs", "submit", "q", "--id", "a");
            assertThat(post("queues/q/take", "{\"worker\":\"v\",\"wait\":10}")).contains("\"attempt\":1");
            assertThat(post("queues/q/take", "{\"worker\":\"w\",\"wait\":30}")).contains("\"attempt\":2");
            await().atMost(DEADLINE).untilAsserted(() -> {
                assertThat(post("queues/q/take", "{\"worker\":\"w\",\"wait\":1}"))
                        .contains("\"jobs\":[]");
                assertThat(job("a").state()).isEqualTo("failed");
            });
            assertThat(job("a").failureClass()).isEqualTo("lost");
            assertThat(job("a").detail()).contains("its 2 attempts are gone");
        }
    }

    @Test
    void anApplicationTakesJobsUntilItIsToldToEnd() {
        try (var daemon = up("""
                q:
                  pull: { lease: 30s, max_jobs: 2 }
                  payload: { n: { type: integer } }
                  retry: { max_attempts: 2, backoff: { initial: 1h, max: 1h }, when: [{ class: network, stderr: x }] }
                """)) {
            daemon.ask("jobs", "submit", "q", "n=1", "--id", "a", "--priority", "5");
            daemon.ask("jobs", "submit", "q", "n=2", "--id", "b");
            String first = post("queues/q/take", "{\"worker\":\"w\"}");
            assertThat(first).contains("\"id\":\"a\"", "\"leaseSeconds\":30.0");
            assertThat(daemon.ask("queue", "health", "q", "--detailed", "--json")
                            .out())
                    .contains("\"holds\":1");
            assertThat(post("jobs/a/heartbeat", "{\"token\":" + token(first) + ",\"progress\":40}"))
                    .contains("\"cancelled\":false");
            assertThat(job("a").progress()).isEqualTo(40.0);
            assertThat(post("jobs/a/complete", "{\"token\":1}")).contains(" 409 ");
            assertThat(post("jobs/a/complete", "{\"token\":" + token(first) + ",\"output\":\"done\"}"))
                    .contains("succeeded");
            String second = post("queues/q/take", "{\"worker\":\"w\"}");
            assertThat(post("jobs/b/fail", "{\"token\":" + token(second) + ",\"class\":\"network\"}"))
                    .contains("queued");
            assertThat(job("b").failureClass()).isEqualTo("network");
            assertThat(post("queues/q/take", "{\"worker\":\"w\"}")).contains("\"recycle\":true");
            assertThat(post("queues/q/take", "{\"worker\":\"w\"}")).contains("\"recycle\":false", "\"jobs\":[]");
        }
    }
}
