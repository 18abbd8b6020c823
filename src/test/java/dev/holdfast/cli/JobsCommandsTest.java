package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobsCommandsTest extends AgainstADaemon {
    private static final String SUBMIT = "POST /api/v1/queues/downloads/jobs";
    private static final String NEW =
            "{\"status\":201,\"id\":\"j1\",\"state\":\"queued\",\"error\":\"\",\"problems\":[]}";
    private static final Instant NOW = Instant.parse("2026-11-21T06:00:00Z");

    private static String job(String state, String more) {
        return "{\"id\":\"j1\",\"queue\":\"downloads\",\"state\":\"" + state
                + "\",\"payload\":{\"url\":\"u\"},\"priority\":0,"
                + "\"submitted\":\"2026-11-21T05:50:00Z\",\"attempt\":1," + more + "\"detail\":\"\"}";
    }

    @Test
    void submitSendsFieldsAsTheyAre() {
        daemon.answers(SUBMIT, 201, NEW);
        assertThat(run("jobs", "submit", "downloads", "url=https://e.org/?a=b&c", "title=-x \"y\"", "empty="))
                .isEqualTo(new Run(0, "j1 accepted\n", ""));
        assertThat(daemon.asked())
                .containsExactly(SUBMIT + " {\"payload\":{\"empty\":\"\",\"title\":\"-x \\\"y\\\"\","
                        + "\"url\":\"https://e.org/?a=b&c\"},\"priority\":0}");
    }

    @Test
    void submitSaysWhatWasKnownBefore() {
        daemon.answers(SUBMIT, NEW.replace("201", "200").replace("queued", "succeeded"));
        assertThat(run("jobs", "submit", "downloads", "url=u", "--id", "j1", "--delay", "90s", "--priority", "-3"))
                .isEqualTo(new Run(0, "j1 was accepted before; it is succeeded\n", ""));
        assertThat(daemon.asked())
                .containsExactly(
                        SUBMIT + " {\"payload\":{\"url\":\"u\"},\"id\":\"j1\",\"delay\":\"1m30s\",\"priority\":-3}");
        assertThat(run("jobs", "submit", "downloads", "url=u", "--json").out()).startsWith("{\"status\":200,");
    }

    @Test
    void submitTellsAllProblemsOfAPayload() {
        daemon.answers(
                SUBMIT,
                422,
                "{\"detail\":\"the payload is not what downloads takes\",\"problems\":[\"url: is missing\",\"n: is"
                        + " 11\"],\"fields\":[{\"field\":\"url\",\"problem\":\"is"
                        + " missing\"},{\"field\":\"n\",\"problem\":\"is 11\"}]}");
        assertThat(run("jobs", "submit", "downloads", "n=11")).isEqualTo(new Run(ExitStatus.USAGE, "", """
            url: is missing
            n: is 11
            holdfast: the payload is not what downloads takes
            """));
    }

    @Test
    void refusalsSpeakOfTheNextStep() {
        daemon.answers(
                SUBMIT, 503, "{\"detail\":\"the store cannot be asked\",\"problems\":[],\"retryAfterSeconds\":7}");
        assertThat(run("jobs", "submit", "downloads", "url=u"))
                .isEqualTo(new Run(1, "", "holdfast: the store cannot be asked; try again in 7s\n"));
        daemon.answers("POST /api/v1/queues/x/jobs", 404, "{\"detail\":\"there is no queue x\",\"problems\":[]}");
        assertThat(run("jobs", "submit", "x", "url=u").code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
        daemon.answers("GET /api/v1/queues/x", 404, "{\"detail\":\"there is no queue x\",\"problems\":[]}");
        assertThat(run("queue", "health", "x"))
                .isEqualTo(new Run(4, "", "holdfast: there is no queue x\nholdfast queue list lists what there is\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobs",
                "jobs submit",
                "jobs submit q url",
                "jobs submit q =x",
                "jobs submit q a=1 a=2",
                "jobs submit q a=1 --id ../x",
                "jobs submit q a=1 --delay 5",
                "jobs submit q a=1 --priority 101",
                "jobs submit q a=1 --wait=soon",
                "jobs submit q a=1 --from -",
                "jobs submit q --from - --wait",
                "jobs submit q --from - --id x",
                "jobs list --state broken",
                "jobs list -n 0",
                "jobs show",
                "jobs cancel",
                "jobs retry",
                "jobs retry j1 --all",
                "jobs retry j1 --class network",
                "jobs forget j1 --state failed",
                "queue",
                "queue explode",
                "queue pause"
            })
    void misuseAsksNothing(String line) {
        Run run = run(line.split(" ", -1));
        assertThat(run.code()).as(run.err()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("--help says more");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void waitEndsAsTheJobDoes() {
        daemon.answers(SUBMIT, 201, NEW);
        daemon.answers("GET /api/v1/jobs/j1?wait=60", job("succeeded", ""));
        assertThat(run("jobs", "submit", "downloads", "--wait", "url=u")).isEqualTo(new Run(0, "j1 succeeded\n", ""));
        assertThat(run("jobs", "submit", "downloads", "url=u", "--wait").code()).isZero();
        daemon.answers("GET /api/v1/jobs/j1?wait=60", job("failed", "\"failureClass\":\"timeout\","));
        assertThat(run("jobs", "submit", "downloads", "url=u", "--wait=2m"))
                .isEqualTo(new Run(1, "j1 failed, timeout; holdfast jobs show j1\n", ""));
        assertThat(run("jobs", "submit", "downloads", "url=u", "--wait", "--json")
                        .out())
                .startsWith("{\"id\":\"j1\"");
    }

    @Test
    void aWaitThatRunsOutSaysHowToGoOn() {
        daemon.answers(SUBMIT, 201, NEW);
        daemon.answers("GET /api/v1/jobs/j1?wait=1", job("running", ""));
        daemon.answers("GET /api/v1/jobs/j1", job("running", "")); // when no time is left
        Run run = run("jobs", "submit", "downloads", "url=u", "--wait=10ms");
        assertThat(run.code()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(run.out()).isEqualTo("j1 running\n");
        assertThat(run.err()).contains("the job goes on: holdfast jobs show j1");
    }

    @Test
    void linesOfAFileAreSubmittedTogetherAndTheRefusedTold() throws IOException {
        daemon.answers(
                SUBMIT,
                "{\"jobs\":[" + NEW + ",{\"status\":200,\"id\":\"k\",\"state\":\"running\"},"
                        + "{\"status\":422,\"id\":\"\",\"state\":\"\",\"error\":\"bad\",\"problems\":"
                        + "[{\"field\":\"url\",\"problem\":\"is missing\"},{\"field\":\"n\",\"problem\":\"is 11\"}]},"
                        + "{\"status\":429,\"id\":\"\",\"state\":\"\",\"error\":\"the queue is full\"}]}");
        Path file = Files.writeString(dir.resolve("jobs.jsonl"), """
            {"url": "a", "n": 1}
            {"payload": {"url": "b"}, "id": "k", "delay": "5m"}

            {"n": 11}
            {"url": "d"}
            {"url": ["e"]}
            """);
        Run run = run("jobs", "submit", "downloads", "--from", file.toString());
        assertThat(run.out()).isEqualTo("1 accepted, 1 known from before, 3 refused\n");
        assertThat(run.err())
                .isEqualTo(file + ":4: url: is missing; n: is 11\n" + file + ":5: the queue is full\n" + file
                        + ":6: url is a list; values are texts, numbers or truth values\n");
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(daemon.asked())
                .containsExactly(SUBMIT + " {\"jobs\":[{\"payload\":{\"n\":\"1\",\"url\":\"a\"},\"priority\":0},"
                        + "{\"payload\":{\"url\":\"b\"},\"id\":\"k\",\"delay\":\"5m\",\"priority\":0},"
                        + "{\"payload\":{\"n\":\"11\"},\"priority\":0},{\"payload\":{\"url\":\"d\"},\"priority\":0}]}");
        Run json = run("jobs", "submit", "downloads", "--json", "--from", file.toString());
        assertThat(json.out().lines()).hasSize(5).allMatch(l -> l.startsWith("{\"status\":"));
    }

    @Test
    void aLongFileIsSentInPieces() throws IOException {
        String answers = IntStream.range(0, 500).mapToObj(_ -> NEW).collect(Collectors.joining(","));
        daemon.answers(SUBMIT, "{\"jobs\":[" + answers + "]}");
        Path file = Files.writeString(dir.resolve("jobs.jsonl"), "{\"url\":\"u\"}\n".repeat(1500));
        assertThat(run("jobs", "submit", "downloads", "--from", file.toString()))
                .isEqualTo(new Run(0, "1500 accepted\n", ""));
        assertThat(daemon.asked()).hasSize(3);
    }

    @Test
    void aFileThatCannotBeGoneOnWithSaysWhere() throws IOException {
        daemon.answers(SUBMIT, 404, "{\"detail\":\"there is no queue downloads\",\"problems\":[]}");
        Path file = Files.writeString(dir.resolve("jobs.jsonl"), "\n{\"url\":\"u\"}\n");
        Run run = run("jobs", "submit", "downloads", "--from", file.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
        assertThat(run.err()).contains("0 accepted; " + file + " from line 2 on was not submitted");
        assertThat(run("jobs", "submit", "downloads", "--from", "/no/such").err())
                .contains("/no/such: no such file");
    }

    @Test
    void noLineTakesMoreMemoryThanItsBound() throws IOException {
        Path file = Files.writeString(dir.resolve("jobs.jsonl"), "x".repeat(1_000_000) + "\n");
        Run run = run("jobs", "submit", "downloads", "--from", file.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).isEqualTo(file + ":1: the line is longer than 400000 bytes\n");
        Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
        assertThat(run("jobs", "submit", "downloads", "--from", file.toString()).err())
                .contains("line 1 is not UTF-8");
    }

    @Test
    void theBarShowsHowFarItIs() {
        assertThat(FeedProgress.bar(200, 100)).isEqualTo("[###############               ] 50%  ");
        assertThat(FeedProgress.bar(0, 100)).isEmpty();
        var err = new StringWriter();
        var progress = new FeedProgress(new PrintWriter(err), true);
        progress.of(200);
        progress.at(50, 3, 0);
        progress.at(51, 4, 0); // too soon to be drawn
        progress.aside("jobs.jsonl:5: why");
        progress.at(200, 9, 1);
        progress.done();
        assertThat(err.toString().replace("\r\u001b[K", "\n")).isEqualTo("""

            [#######                       ] 25%  3 lines
            jobs.jsonl:5: why

            [##############################] 100%  9 lines, 1 refused
            """);
    }

    @Test
    void listAndFailedAskForWhatIsWanted() {
        String all = "{\"jobs\":[" + job("running", "\"progress\":42.4,") + "],\"more\":true}";
        daemon.answers("GET /api/v1/jobs?queue=a%20b&class=network&state=running&n=7&after=x", all);
        Run run = run(
                "jobs", "list", "--queue", "a b", "--state", "running", "--class", "network", "-n", "7", "--after",
                "x");
        assertThat(run.code()).isZero();
        assertThat(run.out()).matches("""
            ID  QUEUE      STATE    TRY  SUBMITTED *CLASS  DETAIL
            j1  downloads  running  1    .* ago *-      42%
            """);
        assertThat(run.err()).isEqualTo("there are more: --after j1\n");
        daemon.answers("GET /api/v1/jobs?state=failed&n=50", "{\"jobs\":[],\"more\":false}");
        assertThat(run("jobs", "failed")).isEqualTo(new Run(0, "no jobs\n", ""));
        assertThat(run("jobs", "failed", "--json").out()).isEqualTo("{\"jobs\":[],\"more\":false}\n");
    }

    @Test
    void showTellsEachAttempt() {
        var attempt = new JobReport.Attempt(
                1,
                "db7",
                "2026-11-21T05:50:01Z",
                "2026-11-21T05:51:01Z",
                "timeout",
                "no end within 1m",
                null,
                15,
                0.5,
                12897485L,
                null,
                2048L,
                "50%\nstuck\u001b[2J\n");
        var report = new JobReport(
                "j1",
                "downloads",
                "queued",
                new TreeMap<>(Map.of("url", "https://e.org/\u001b[2J", "n", "5")),
                7,
                "alice",
                "2026-11-21T05:50:00Z",
                "2026-11-21T06:02:00Z",
                null,
                1,
                "db7",
                "timeout",
                "tried again",
                null,
                "10%\nasking",
                List.of(attempt));
        assertThat(String.join("\n", JobText.full(report, NOW, ZoneOffset.UTC, new Style(false))))
                .isEqualTo("""
                    j1  downloads  queued: in 2m, tried again
                      submitted 2026-11-21 05:50:00 (10m ago), priority 7, key alice, host db7
                      n    5
                      url  https://e.org/\ufffd[2J

                      attempt 1  2026-11-21 05:50:01  timeout  no end within 1m
                        on db7, took 1m, signal 15, 0.50s of CPU, 12.3Mi of memory, 2.0Ki written
                        | 50%
                        | stuck\ufffd[2J

                      attempt 1, so far
                        | 10%
                        | asking\
                    """);
        daemon.answers("GET /api/v1/jobs/j1", job("failed", ""));
        assertThat(run("jobs", "show", "j1").out()).contains("j1  downloads  failed", "no attempt has ended yet");
        assertThat(run("jobs", "show", "j1", "--json").out()).startsWith("{\"id\":\"j1\"");
    }

    @Test
    void cancelGoesOnBehindOneThatIsUnknown() {
        daemon.answers("POST /api/v1/jobs/a/cancel", 404, "{\"detail\":\"there is no job a\",\"problems\":[]}");
        daemon.answers("POST /api/v1/jobs/b/cancel", "{\"id\":\"b\",\"state\":\"cancelled\",\"detail\":\"\"}");
        daemon.answers("POST /api/v1/jobs/c/cancel", "{\"id\":\"c\",\"state\":\"running\",\"detail\":\"\"}");
        assertThat(run("jobs", "cancel", "a", "b", "c"))
                .isEqualTo(new Run(4, "b cancelled\nc is asked to end\n", "holdfast: a: there is no job a\n"));
    }

    @Test
    void retryAndForgetTakeNamesOrKinds() {
        daemon.answers("POST /api/v1/jobs/a/retry", "{\"id\":\"a\",\"state\":\"queued\",\"detail\":\"\"}");
        daemon.answers("POST /api/v1/jobs/b/retry", 409, "{\"detail\":\"it runs\",\"problems\":[]}");
        assertThat(run("jobs", "retry", "a", "b")).isEqualTo(new Run(1, "a queued again\n", "holdfast: b: it runs\n"));
        daemon.answers("POST /api/v1/jobs/retry", "{\"count\":3}");
        assertThat(run("jobs", "retry", "--all", "--class", "network", "--queue", "q"))
                .isEqualTo(new Run(0, "3 jobs queued again\n", ""));
        daemon.answers("POST /api/v1/jobs/forget", "{\"count\":1}");
        assertThat(run("jobs", "forget", "--all", "--state", "succeeded").out()).isEqualTo("1 job forgotten\n");
        assertThat(daemon.asked())
                .endsWith(
                        "POST /api/v1/jobs/retry {\"queue\":\"q\",\"state\":\"failed\",\"class\":\"network\"}",
                        "POST /api/v1/jobs/forget {\"state\":\"succeeded\"}");
    }

    private static String queue(String alerts, String details) {
        return "{\"name\":\"downloads\",\"state\":\"open\",\"pull\":false,\"concurrency\":2,\"maxLength\":1000,"
                + "\"waiting\":250,\"delayed\":3,\"running\":2,\"oldestSeconds\":754.2,\"windowSeconds\":900,"
                + "\"succeeded\":27,\"failed\":3,\"attempts\":36,\"failureRate\":0.1,\"failedKept\":12,\"workers\":2,"
                + "\"memoryBytes\":104857600,\"alerts\":[" + alerts + "]" + details + "}";
    }

    @Test
    void queueListAndHealthShowQueues() {
        daemon.answers("GET /api/v1/queues", "{\"queues\":[" + queue("", "") + "]}");
        assertThat(run("queue", "list")).isEqualTo(new Run(0, """
            QUEUE      STATE  WAITING  RUNNING  FAILED
            downloads  open   250      2/2      12
            """, ""));
        assertThat(run("queue", "health")).isEqualTo(new Run(0, """
            QUEUE      STATE  WAITING   DELAYED  RUNNING  OLDEST  DONE/MIN  FAILED   WORKERS  MEMORY
            downloads  open   250/1000  3        2/2      12m34s  2.0       3 (10%)  2        100.0Mi
            """, ""));
        assertThat(run("queue", "list", "--json").out()).startsWith("{\"queues\":[");
        daemon.answers("GET /api/v1/queues", "{\"queues\":[]}");
        assertThat(run("queue", "health").out()).isEqualTo("no queues\n");
    }

    @Test
    void healthFailsWhenAThresholdIsPassed() {
        daemon.answers("GET /api/v1/queues/downloads", queue("\"250 wait, > 200\"", ""));
        Run run = run("queue", "health", "downloads");
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.out()).endsWith("alert  downloads: 250 wait, > 200\n");
        assertThat(run("queue", "health", "downloads", "--json").code()).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void detailedHealthTellsOfKindsWorkersAndWhatRuns() {
        String details =
                ",\"details\":{\"running\":[" + job("running", "") + "],\"failures\":{\"network\":9,\"timeout\":3},"
                        + "\"workers\":[{\"name\":\"php-1\",\"taken\":7,\"holds\":1,\"since\":\"2026-11-21T05:00:00Z\","
                        + "\"lastHeard\":\"2026-11-21T05:59:00Z\",\"recycle\":true}]}";
        daemon.answers("GET /api/v1/queues", "{\"queues\":[" + queue("", "") + "]}");
        daemon.answers("GET /api/v1/queues/downloads?detailed=1", queue("", details));
        Run run = run("queue", "health", "--detailed");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains(
                        "downloads: of the last 15m 27 succeeded, 3 failed, in 36 attempts; 12 failed ones are kept\n",
                        "  network: 9\n  timeout: 3\n",
                        "  worker php-1: holds 1, took 7 in ",
                        ", is to end\n",
                        "  ID  QUEUE      STATE    TRY  SUBMITTED");
    }

    @Test
    void queuesAreSteered() {
        for (String verb : List.of("pause", "resume", "drain")) {
            daemon.answers("POST /api/v1/queues/downloads/" + verb, queue("", ""));
            assertThat(run("queue", verb, "downloads"))
                    .isEqualTo(new Run(0, "downloads is open: 250 waiting, 2 running\n", ""));
        }
    }

    @Test
    void namesOfQueuesAreCompleted() throws IOException {
        daemon.answers("GET /api/v1/queues", "{\"queues\":[" + queue("", "") + "]}");
        assertThat(run("completion", "--queues").out()).isEqualTo("downloads\n");
        daemon.close();
        assertThat(run("completion", "--queues")).isEqualTo(new Run(0, "", ""));
    }

    private Run run(String... words) {
        var args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--dir", dir.toString()));
        return Run.of(args.toArray(String[]::new));
    }
}
