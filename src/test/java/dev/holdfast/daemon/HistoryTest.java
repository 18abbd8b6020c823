package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.ledger.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What schedules did, in the store of a real daemon. */
@Tag("process")
@Timeout(300)
class HistoryTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @Test
    void tellsHowARunEndedWhatItUsedAndPrinted() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { schedule: { cron: "@yearly", logging: { redact: ["token=\\\\S+"] } } }
                schedules:
                  fails: { command: [sh, -c, 'echo "begin"; echo "token=abc sent"; echo "cannot" >&2; exit 3'] }
                  dies: { command: [sh, -c, 'kill -SEGV $$$$'] }
                  absent: { command: [/does/not/exist] }
                  loud: { command: [sh, -c, 'seq 100000'] }
                """);
        try (daemon) {
            for (String name : List.of("fails", "dies", "absent", "loud")) {
                daemon.ask("cron", "run", name, "--wait");
            }
            assertThat(daemon.ask("cron", "history", "fails").out())
                    .containsPattern(
                            "failed: exited with 3; took \\S+, \\S+ of CPU, \\S+ of memory, \\S+ read, \\S+ written");
            await().atMost(SOON)
                    .until(() -> history(daemon, "fails", "--output").contains("  | cannot"));
            assertThat(history(daemon, "fails", "--output"))
                    .contains("  | begin\n")
                    .contains(" sent\n")
                    .doesNotContain("abc");
            assertThat(history(daemon, "fails", "--lines", "1").lines().filter(l -> l.startsWith("  | ")))
                    .hasSize(1);
            assertThat(history(daemon, "fails", "--json"))
                    .contains("\"result\":\"failed\"", "\"resultClass\":\"exit\"", "\"exitCode\":3", "\"attempt\":1");
            assertThat(history(daemon, "dies", "--json")).contains("\"resultClass\":\"signal\"", "\"signal\":11");
            assertThat(history(daemon, "absent", "--json")).contains("\"resultClass\":\"spawn\"");
            assertThat(history(daemon, "absent")).contains("- of CPU, - of memory, - read, - written");
            await().atMost(SOON).until(() -> history(daemon, "loud", "--output").contains("  | 100000\n"));
            assertThat(history(daemon, "loud", "--output").lines().filter(l -> l.startsWith("  | ")))
                    .hasSize(History.OUTPUT_LINES)
                    .first()
                    .isEqualTo("  | 99901");
            assertThat(daemon.ask("cron", "list", "--json").out()).contains("\"name\":\"fails\"", "\"p95Seconds\":");
            assertThat(daemon.ask("cron", "next", "fails", "--json").err()).contains("--json is for");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("state/holdfast.db"))))
                    .isEqualTo("rw-------");
        }
    }

    private static String history(DaemonUnderTest daemon, String... more) {
        var args = new String[more.length + 2];
        args[0] = "cron";
        args[1] = "history";
        System.arraycopy(more, 0, args, 2, more.length);
        return daemon.ask(args).out();
    }

    @Test
    void bringsInWhatVersionsBeforeTheStoreHaveWritten() throws IOException {
        Files.createDirectories(home.resolve("state"));
        DaemonUnderTest.write(home.resolve("state/runs.jsonl"), """
                {"run":"r1","schedule":"old","due":"2026-01-02T00:00:00Z","cause":"DUE","attempt":1,"result":"success",\
                "last":true,"detail":"exited with 0","started":"2026-11-02T00:00:00.010Z",\
                "ended":"2026-11-02T00:00:05.010Z","cpuSeconds":1.5,"peakBytes":4096,"times":1}
                {"run":"r2","schedule":"old","due":"2026-11-03T00:00:00Z","cause":"CATCH_UP","attempt":1,\
                "result":"missed","last":true,"detail":"nobody looked at that time","times":7}
                {"run":"r3","sched
                """);
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  old: { cron: "@yearly", command: ["true"] }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> history(daemon, "old").contains("missed 7 times"));
            assertThat(history(daemon, "old"))
                    .contains("success: exited with 0; took 5.0s, 1.5s of CPU, 4.0Ki of memory, - read, - written");
            assertThat(daemon.ask("cron", "list").out()).containsPattern("old .* success +5.0s +5.0s +1");
            assertThat(daemon.ask("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
            assertThat(home.resolve("state/runs.jsonl")).doesNotExist();
            daemon.upAgain();
            assertThat(history(daemon, "old").lines()).hasSize(2);
        }
    }

    @Test
    void whatWasToldIsThereAfterADaemonIsKilled() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  one: { cron: "@yearly", command: ["true"] }
                """);
        try (daemon) {
            for (int i = 1; i <= 5; i++) {
                assertThat(daemon.ask("cron", "run", "one", "--wait").exit()).isZero();
                daemon.kill9();
                daemon.upAgain();
                int runs = i;
                await().atMost(SOON)
                        .until(() -> history(daemon, "one", "-n", "100").lines().count() == runs);
            }
        }
    }

    @Test
    void withoutSchedulesThereIsNoStoreInTheDaemon() throws IOException {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  stays: { command: [sleep, "1000"] }
                """);
        try (daemon) {
            daemon.awaitState("stays", "up");
            assertThat(daemon.ask("cron", "list").out()).contains("no schedules");
            assertThat(daemon.ask("cron", "overlaps").exit()).isZero();
            assertThat(home.resolve("state/holdfast.db")).doesNotExist();
            assertThat(DaemonUnderTest.read(Path.of("/proc/" + daemon.pid() + "/maps")))
                    .doesNotContain("sqlite");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                    version: 1
                    schedules:
                      comes: { cron: "@yearly", command: ["true"] }
                    """);
            assertThat(daemon.ask("reload").exit()).isZero();
            assertThat(daemon.ask("cron", "run", "comes", "--wait").exit()).isZero();
            assertThat(history(daemon, "comes")).contains("success");
        }
    }

    @Test
    void twoDaemonsOfOneStoreRunEachDueTimeOnce() throws IOException {
        String yaml = """
                version: 1
                global: { storage: { url: "sqlite:%1$s/shared.db", keep_runs: 50, keep_for: 1d } }
                schedules:
                  shared: { every: 1s, one_server: true, command: [sh, -c, 'echo $$HOLDFAST_DUE >> %1$s/runs'] }
                """.formatted(home);
        var one = DaemonUnderTest.up(Files.createDirectory(home.resolve("one")), yaml);
        try (one) {
            var two = DaemonUnderTest.up(Files.createDirectory(home.resolve("two")), yaml);
            try (two) {
                awaitRuns(6);
                one.kill9();
                awaitRuns(runs().size() + 2);
                one.upAgain();
                awaitRuns(runs().size() + 4);
            }
        }
        assertThat(new HashSet<>(runs())).as("no due time twice").hasSameSizeAs(runs());
    }

    private void awaitRuns(int n) {
        await().atMost(SOON).until(() -> runs().size() >= n);
    }

    private List<String> runs() {
        return DaemonUnderTest.read(home.resolve("runs")).lines().toList();
    }

    @Test
    void aStoreOfALaterVersionIsLeftAloneAndTheDaemonRunsOn() throws IOException {
        Path file = Files.createDirectories(home.resolve("state")).resolve("holdfast.db");
        var header = java.nio.ByteBuffer.allocate(4096);
        header.put("SQLite format 3\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        header.putInt(60, 77).putInt(68, 0x484f4c44);
        Files.write(file, header.array());
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  one: { cron: "@yearly", command: ["true"] }
                """);
        try (daemon) {
            assertThat(daemon.ask("cron", "run", "one", "--wait").exit()).isZero();
            assertThat(daemon.daemonOutput()).contains("has schema 77, of a later Holdfast");
            assertThat(daemon.ask("cron", "history", "one").err()).contains("schema 77");
            assertThat(daemon.ask("doctor").out()).contains("the store of schedules is not written");
            assertThat(daemon.ask("down").exit()).isZero();
            daemon.join();
            assertThat(Files.readAllBytes(file)).isEqualTo(header.array());
            // What ran meanwhile waits beside it for whoever can bring it in.
            Files.delete(file);
            daemon.upAgain();
            await().atMost(SOON).until(() -> history(daemon, "one").contains("success"));
        }
    }
}
