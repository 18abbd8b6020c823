package dev.holdfast.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LogsCommandTest {
    @TempDir
    private Path dir;

    private Path logs;
    private Predicate<Path> mayRead = LogFiles::mayRead;

    @BeforeEach
    void make() throws IOException {
        logs = Files.createDirectories(dir.resolve("log"));
    }

    @Test
    void mergesByTimeBehindPrefixes() throws IOException {
        write("web.0.log", "05:50:01 stdout F one", "05:50:03 stdout F three");
        write("worker.0.log", "05:50:02 stderr F two");
        write("worker.1.log", "05:50:04 stdout P fo", "05:50:05 stdout F ur");
        assertThat(run()).isEqualTo(new Run(0, """
                web      | one
                worker/0 | two
                web      | three
                worker/1 | four
                """, ""));
    }

    @Test
    void showsTheLastLinesOfAllTogether() throws IOException {
        write("a.0.log", "05:50:01 stdout F one", "05:50:03 stdout F three");
        write("b.0.log", "05:50:02 stdout F two");
        assertThat(run("-n", "2").out()).isEqualTo("b | two\na | three\n");
        assertThat(run("-n", "0").out()).isEmpty();
    }

    @Test
    void showsOneProcessOrOneReplica() throws IOException {
        write("web.0.log", "05:50:01 stdout F one");
        write("worker.0.log", "05:50:02 stdout F two");
        write("worker.1.log", "05:50:03 stdout F three");
        assertThat(run("worker", "--no-prefix").out()).isEqualTo("two\nthree\n");
        assertThat(run("worker/1", "web").out()).isEqualTo("web      | one\nworker/1 | three\n");
        Run unknown = run("wbe");
        assertThat(unknown.code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
        assertThat(unknown.err()).contains("there is no log of wbe", "holdfast logs without a name");
    }

    @Test
    void showsOneStream() throws IOException {
        write("a.0.log", "05:50:01 stdout F one", "05:50:02 stderr F two", "05:50:03 stdout F three");
        assertThat(run("--stderr", "-n", "1").out()).isEqualTo("a | two\n");
        assertThat(run("--stdout").out()).isEqualTo("a | one\na | three\n");
        assertThat(run("--stdout", "--stderr").code()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void filtersByWhatALineSays() throws IOException {
        write(
                "a.0.log",
                "05:50:01 stdout F:instance=0123abcd:process=a:replica=0:label.env=prod level=info ok",
                "05:50:02 stderr F:instance=0123abcd:process=a:replica=0:label.env=prod ERROR boom",
                "05:50:02 stderr F:c \tat x",
                "05:50:03 stdout F:instance=4567abcd:process=a:replica=0:label.env=a%20b level=warn slow");
        assertThat(run("--level", "warn").out()).isEqualTo("a | ERROR boom\na | \tat x\na | level=warn slow\n");
        assertThat(run("--grep", "(?i)BOOM").out()).isEqualTo("a | ERROR boom\na | \tat x\n");
        assertThat(run("--stream", "stdout", "--grep", "level").out())
                .isEqualTo("a | level=info ok\na | level=warn slow\n");
        assertThat(run("--label", "env=a b").out()).isEqualTo("a | level=warn slow\n");
        assertThat(run("--instance", "0123").out().lines()).hasSize(3);
        assertThat(run("--since", "2026-11-21T05:50:02Z", "--until", "2026-11-21T05:50:03Z")
                        .out()
                        .lines())
                .hasSize(2);
        assertThat(run("--level", "loud").code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run("--grep", "(").code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run("--until", "1m", "-f").code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run("--json", "--level", "error").out()).isEqualTo("""
                {"time":"2026-11-21T05:50:02.000000000Z","process":"a","replica":0,"instance":"0123abcd",\
                "stream":"stderr","level":"error","labels":{"env":"prod"},"text":"ERROR boom"}
                {"time":"2026-11-21T05:50:02.000000000Z","process":"a","replica":0,"instance":"0123abcd",\
                "stream":"stderr","labels":{"env":"prod"},"text":"\\tat x"}
                """);
    }

    @Test
    void showsWhatIsRecentOutOfOlderFilesToo() throws IOException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        line("a.0.log.1", now.minus(Duration.ofHours(2)), "old");
        line("a.0.log.1", now.minus(Duration.ofMinutes(3)), "recent");
        for (int i = 0; i < 30; i++) {
            line("a.0.log", now.minus(Duration.ofMinutes(2)), "line " + i);
        }
        assertThat(run("--since", "10m").out().lines()).hasSize(31).startsWith("a | recent");
        assertThat(run("--since", "10m", "-n", "2").out()).isEqualTo("a | line 28\na | line 29\n");
    }

    @Test
    void writesTheBytesOfProgramsAsTheyAre() throws IOException {
        byte[] odd = {'x', (byte) 0xff, 0, 27, '\n'};
        Files.write(logs.resolve("a.0.log"), "2026-11-21T05:50:00Z stdout F ".getBytes(StandardCharsets.US_ASCII));
        Files.write(logs.resolve("a.0.log"), odd, APPEND);
        var out = new ByteArrayOutputStream();
        execute(out, "--no-prefix");
        assertThat(out.toByteArray()).isEqualTo(odd);
    }

    @Test
    void timestampsHaveAnOffset() throws IOException {
        write("a.0.log", "05:50:01 stdout F one");
        assertThat(run("--timestamps").out())
                .matches("a \\| 2026-11-\\d\\dT\\d\\d:\\d\\d:01\\.000(Z|[+-]\\d\\d:\\d\\d) one\n");
    }

    @Test
    void paintsStderrRedWhenAskedTo() throws IOException {
        write("a.0.log", "05:50:01 stderr F one");
        assertThat(run("--color=always").out()).isEqualTo("\u001b[36ma\u001b[0m \u001b[31m|\u001b[0m one\n");
    }

    @Test
    void readsTheFilesTheDaemonNames() throws IOException {
        Path elsewhere = dir.resolve("elsewhere");
        Files.writeString(elsewhere, "2026-11-21T05:50:00Z stdout F hello\n");
        try (var daemon = new CannedDaemon(dir)) {
            daemon.answers(
                    "GET /api/v1/status", StatusCommandTest.TWO.replace("/var/log/web.0.log", elsewhere.toString()));
            assertThat(run("web").out()).isEqualTo("web | hello\n");
        }
    }

    @Test
    void saysThatNobodyAnswersWhenThereAreNoFilesEither() {
        assertThat(run().code()).isEqualTo(ExitStatus.NO_DAEMON);
    }

    @Test
    void followsThroughRotationsAndEndsSilentlyWithItsReader() throws Exception {
        write("a.0.log", "05:50:01 stdout F one");
        write("b.0.log", "05:50:02 stdout F two");
        var read = new PipedInputStream();
        var out = new PipedOutputStream(read);
        var err = new StringWriter();
        var code = CompletableFuture.supplyAsync(() -> execute(out, err, "-f"));
        assertThat(lines(read, 2)).containsExactly("a | one", "b | two");
        write("a.0.log", "05:50:03 stdout F three");
        assertThat(lines(read, 1)).containsExactly("a | three");
        write("a.0.log", "05:50:04 stdout F four");
        Files.move(logs.resolve("a.0.log"), logs.resolve("a.0.log.1"));
        write("a.0.log", "05:50:05 stdout F five");
        assertThat(lines(read, 2)).containsExactly("a | four", "a | five");
        line("new.0.log", Instant.EPOCH.plusSeconds(1), "of an earlier life");
        line("new.0.log", Instant.now().plusSeconds(1), "six");
        assertThat(lines(read, 1)).containsExactly("new | six");
        read.close();
        await().until(() -> {
            write("b.0.log", "05:50:06 stdout F six");
            return code.isDone();
        });
        assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void followsASchedulesLogThroughItsFilters() throws Exception {
        try (var daemon = new CannedDaemon(dir)) {
            String log = logs.resolve("feed.0.log").toString();
            daemon.answers("GET /api/v1/status", StatusCommandTest.SCHEDULES.replace("/l/f", log));
            write("feed.0.log", "05:50:01 stdout F fine", "05:50:02 stderr F lost");
            var read = new PipedInputStream();
            var out = new PipedOutputStream(read);
            var code = CompletableFuture.supplyAsync(() -> execute(out, "-f", "feed", "--stderr"));
            assertThat(lines(read, 1)).containsExactly("feed | lost");
            write("feed.0.log", "05:50:03 stdout F fine", "05:50:04 stderr F lost again");
            assertThat(lines(read, 1)).containsExactly("feed | lost again");
            read.close();
            await().until(() -> {
                write("feed.0.log", "05:50:06 stderr F six");
                return code.isDone();
            });
        }
    }

    private static String told(int n, String text) {
        return "{\"id\":\"0.a.%d\",\"at\":\"2026-11-21T05:50:0%d.5Z\",\"process\":\"feed\",\"stream\":\"stderr\","
                .concat("\"level\":\"error\",\"text\":\"%s\"}")
                .formatted(n, n, text);
    }

    private static String event(int n, String text) {
        return ": holdfast\nretry: 2000\n\nid: 0.a." + n + "\nevent: line\ndata: " + told(n, text) + "\n\n";
    }

    private static CannedDaemon withFeed(CannedDaemon daemon, Path log) {
        return daemon.answers("GET /api/v1/status", StatusCommandTest.SCHEDULES.replace("/l/f", log.toString()));
    }

    @Test
    void asksTheDaemonForWhatMayNotBeRead() throws Exception {
        write("feed.0.log", "05:50:01 stdout F of the file");
        try (var daemon = withFeed(new CannedDaemon(dir), logs.resolve("feed.0.log"))) {
            daemon.answers(
                    "GET /api/v1/logs/feed?lines=20", "{\"lines\":[" + told(1, "one") + "," + told(2, "größer") + "]}");
            daemon.answers(
                    "GET /api/v1/logs/feed?lines=5000&grep=t%20x&level=warn&stream=stderr",
                    "{\"lines\":[" + told(1, "ERROR at x") + "," + told(2, "\\tat y") + "]}");
            mayRead = _ -> false;
            assertThat(run("feed")).isEqualTo(new Run(0, "feed | one\nfeed | größer\n", ""));
            assertThat(run("feed", "--grep", "t x", "--level", "warn", "--stderr"))
                    .as("what belongs with a line that passes is told with it")
                    .isEqualTo(new Run(0, "feed | ERROR at x\nfeed | \tat y\n", ""));
            assertThat(run("feed", "--since", "2026-11-21T05:50:02Z", "--grep", "t x", "--level", "warn", "--stderr")
                            .out())
                    .isEqualTo("feed | \tat y\n");
            assertThat(run("feed", "--label", "a=b").err()).contains("does not tell instances and labels");
            mayRead = _ -> true;
            assertThat(run("feed").out()).isEqualTo("feed | of the file\n");
        }
    }

    @Test
    void followsWhatMayNotBeReadOverTheDaemonsRestart() throws Exception {
        Path log = logs.resolve("feed.0.log");
        write("feed.0.log", "05:50:01 stdout F of the file");
        mayRead = _ -> false;
        var read = new PipedInputStream();
        var out = new PipedOutputStream(read);
        CompletableFuture<Integer> code;
        try (var daemon = withFeed(new CannedDaemon(dir), log)) {
            daemon.answers("GET /api/v1/logs/feed?lines=20", "{\"lines\":[" + told(1, "one") + "]}");
            daemon.answers("GET /api/v1/logs/feed after 0.a.1", event(2, "two"));
            code = CompletableFuture.supplyAsync(() -> execute(out, "-f", "feed"));
            assertThat(lines(read, 2)).containsExactly("feed | one", "feed | two");
        }
        try (var daemon = withFeed(new CannedDaemon(dir), log)) {
            daemon.answers("GET /api/v1/logs/feed after 0.a.2", event(3, "three"));
            assertThat(lines(read, 1)).containsExactly("feed | three");
            assertThat(daemon.asked()).doesNotContain("GET /api/v1/logs/feed?lines=20");
            read.close();
            daemon.answers("GET /api/v1/logs/feed after 0.a.3", event(3, "again"));
            await().until(code::isDone);
        }
    }

    @Test
    void whatItFollowsWithAFilterBeginsWhereTheLogEnds() throws Exception {
        mayRead = _ -> false;
        try (var daemon = withFeed(new CannedDaemon(dir), logs.resolve("feed.0.log"))) {
            daemon.answers("GET /api/v1/logs/feed?lines=1", "{\"lines\":[" + told(4, "other") + "]}");
            daemon.answers("GET /api/v1/logs/feed?lines=5000&grep=boom", "{\"lines\":[]}");
            daemon.answers("GET /api/v1/logs/feed?grep=boom after 0.a.4", event(4, "boom"));
            var read = new PipedInputStream();
            var out = new PipedOutputStream(read);
            var code = CompletableFuture.supplyAsync(() -> execute(out, "-f", "feed", "--grep", "boom"));
            assertThat(lines(read, 1)).containsExactly("feed | boom");
            read.close();
            await().until(code::isDone);
        }
    }

    @Test
    void saysWhatTheDaemonDidNotLookAtAndFollowsFromThere() throws Exception {
        mayRead = _ -> false;
        try (var daemon = withFeed(new CannedDaemon(dir), logs.resolve("feed.0.log"))) {
            daemon.answers("GET /api/v1/logs/feed?lines=1", "{\"lines\":[" + told(4, "other") + "]}");
            daemon.answers(
                    "GET /api/v1/logs/feed?lines=5000&grep=boom",
                    "{\"lines\":[" + told(1, "boom") + "],\"cut\":\"0.a.2\"}");
            daemon.answers("GET /api/v1/logs/feed?grep=boom after 0.a.2", event(2, "boom"));
            assertThat(run("feed", "--grep", "boom"))
                    .returns("feed | boom\n", Run::out)
                    .extracting(Run::err)
                    .asString()
                    .contains("feed: the search was cut off", "--follow");
            var read = new PipedInputStream();
            var out = new PipedOutputStream(read);
            var code = CompletableFuture.supplyAsync(() -> execute(out, "-f", "feed", "--grep", "boom"));
            assertThat(lines(read, 2)).containsExactly("feed | boom", "feed | boom");
            read.close();
            await().until(code::isDone);
        }
    }

    @Test
    void saysThatTheDaemonToldTheLastOnly() throws Exception {
        mayRead = _ -> false;
        try (var daemon = withFeed(new CannedDaemon(dir), logs.resolve("feed.0.log"))) {
            String page = "{\"lines\":[" + told(4, "one") + "],\"older\":true}";
            for (int n : new int[] {1, 9, 5000}) {
                daemon.answers("GET /api/v1/logs/feed?lines=" + n, page);
            }
            assertThat(run("feed", "-n", "9").err()).contains("feed: there may be more before these");
            assertThat(run("feed", "--since", "2026-11-21T05:00:00Z").err()).contains("there may be more before these");
            assertThat(run("feed", "--since", "2026-11-21T05:50:05Z").err())
                    .as("what it told begins before that")
                    .isEmpty();
            assertThat(run("feed", "-n", "1").err())
                    .as("it told as many as were wanted")
                    .isEmpty();
        }
    }

    @Test
    void whatIsToldAsNobodyKnowsItEndsTheFollowing() throws Exception {
        mayRead = _ -> false;
        try (var daemon = withFeed(new CannedDaemon(dir), logs.resolve("feed.0.log"))) {
            daemon.answers("GET /api/v1/logs/feed?lines=20", "{\"lines\":[" + told(1, "one") + "]}");
            daemon.answers("GET /api/v1/logs/feed after 0.a.1", event(2, "two").replace("2026-", "later-"));
            var err = new StringWriter();
            assertThat(execute(new ByteArrayOutputStream(), err, "-f", "feed")).isNotZero();
            assertThat(err.toString()).contains("feed: the daemon tells lines as this version does not know them");
        }
    }

    private static List<String> lines(PipedInputStream in, int n) throws IOException {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        while (lines.size() < n) {
            int c = in.read();
            if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else {
                line.append((char) c);
            }
        }
        return lines;
    }

    private Run run(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new StringWriter();
        int code = execute(out, err, words);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString());
    }

    private int execute(OutputStream out, String... words) {
        return execute(out, new StringWriter(), words);
    }

    private int execute(OutputStream out, StringWriter err, String... words) {
        var args = new ArrayList<>(List.of("logs", "--dir", dir.toString()));
        args.addAll(List.of(words));
        CommandLine line = Holdfast.commandLine(new Holdfast(Map.of(), 1000, out));
        LogsCommand command =
                Objects.requireNonNull(line.getSubcommands().get("logs")).getCommand();
        command.reading(mayRead);
        return line.setErr(new PrintWriter(err, true)).execute(args.toArray(String[]::new));
    }

    private void write(String file, String... lines) throws IOException {
        for (String line : lines) {
            Files.writeString(logs.resolve(file), "2026-11-21T" + line.replaceFirst(" ", "Z ") + "\n", CREATE, APPEND);
        }
    }

    private void line(String file, Instant at, String text) throws IOException {
        Files.writeString(logs.resolve(file), at + " stdout F " + text + "\n", CREATE, APPEND);
    }
}
