package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Output that no line reader expects, from the program to the reader of {@code holdfast logs}. */
@Tag("process")
@Timeout(150)
class OutputTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int TEN_MEGABYTES = 10_000_000;

    @TempDir
    Path home;

    @Test
    void tenMegabytesWithoutALineEndArriveWhole() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  long:
                    type: oneshot
                    command: [sh, -c, "head -c %d /dev/zero | tr '\\\\0' x; echo; echo after"]
                """.formatted(TEN_MEGABYTES));
        try (daemon) {
            daemon.awaitState("long", "completed");
            await().atMost(SOON).until(() -> daemon.logged("long.0.log").contains("after"));
            // The file has it in pieces, the reader gets the line back.
            var logs = daemon.cli("logs", "long", "--no-prefix", "-n", "1000000");
            assertThat(logs.exit()).as(logs.err()).isZero();
            List<String> lines = logs.out().lines().toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst()).hasSize(TEN_MEGABYTES).matches("x+");
            assertThat(lines.getLast()).isEqualTo("after");
        }
    }

    @Test
    void bytesThatAreNoTextArriveAsTheyAre() throws IOException {
        byte[] bytes = new byte[255];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i < 10 ? i : i + 1); // every byte but the line's end
        }
        Files.write(home.resolve("bytes"), bytes);
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  raw: { type: oneshot, command: [cat, %s/bytes] }
                """.formatted(home));
        try (daemon) {
            daemon.awaitState("raw", "completed");
            await().atMost(SOON).until(() -> Files.size(home.resolve("log/raw.0.log")) > bytes.length);
            String file = DaemonUnderTest.read(home.resolve("log/raw.0.log"));
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            assertThat(file).contains(" stdout F:instance=").endsWith(":process=raw:replica=0 " + text + "\n");
            assertThat(daemon.cli("logs", "raw", "--no-prefix").out()).isEqualTo(text + "\n");
            var why = daemon.cli("why", "raw");
            assertThat(why.exit()).as(why.err()).isZero();
            assertThat(why.out()).doesNotContain("\u001b"); // what a terminal would obey
        }
    }

    @Test
    void aTerminalDoesNotObeyWhatProgramsPrint() {
        assumeTrue(Files.exists(Path.of("/usr/bin/script")), "no script(1) to make a terminal");
        Path file = home.resolve("holdfast.yaml");
        DaemonUnderTest.write(file, """
                version: 1
                global: { exit: { when: all-stopped } }
                processes:
                  evil: { type: oneshot, command: [printf, 'a\\033[2Jb \\033[31mred\\n'] }
                """);
        String shown = "a^[[2Jb \u001b[31mred\u001b[0m\r\n";
        assertThat(onTerminal("--dir", home.toString(), "up", file.toString())).contains("evil | " + shown);
        assertThat(onTerminal("--dir", home.toString(), "logs", "--no-prefix")).isEqualTo(shown);
        // Nobody to obey it: a pipe gets what the program wrote.
        var piped = DaemonUnderTest.runPlain(
                DaemonUnderTest.command(List.of(), "--dir", home.toString(), "logs", "--no-prefix"));
        assertThat(piped.out()).isEqualTo("a\u001b[2Jb \u001b[31mred\n");
    }

    private static String onTerminal(String... args) {
        String command = DaemonUnderTest.command(List.of(), args).stream()
                .map(a -> "'" + a + "'")
                .collect(java.util.stream.Collectors.joining(" "));
        return DaemonUnderTest.runPlain(List.of("script", "-qefc", command, "/dev/null"))
                .out();
    }

    @Test
    void followingEndsWithItsReader() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  ticks: { command: [bash, -c, 'while :; do echo tick; sleep 0.05; done'] }
                """);
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("ticks.0.log").contains("tick"));
            var command = new ArrayList<String>();
            command.addAll(List.of("bash", "-c", "set -o pipefail; \"$@\" | head -n 1", "-"));
            command.addAll(DaemonUnderTest.command(List.of(), "--dir", home.toString(), "logs", "-f", "--no-prefix"));
            var ran = DaemonUnderTest.runPlain(command);
            assertThat(ran.out()).isEqualTo("tick\n");
            assertThat(ran.err()).isEmpty();
            assertThat(ran.exit()).isZero();
        }
    }

    @Test
    void followingGoesThroughRotations() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  counter:
                    command:
                      - bash
                      - -c
                      - |
                        until [ -e %s/go ]; do sleep 0.1; done
                        for i in $$(seq 500); do echo "count $$i"; sleep 0.002; done
                        exec sleep 1000
                    logging: { file: { rotation: { max_size: 4Ki, max_backups: 20 } } }
                """.formatted(home));
        try (daemon) {
            daemon.awaitState("counter", "up");
            Process follow = new ProcessBuilder(DaemonUnderTest.command(
                            List.of(), "--dir", home.toString(), "logs", "-f", "-n", "1000", "--no-prefix", "counter"))
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader out = follow.inputReader(StandardCharsets.UTF_8)) {
                DaemonUnderTest.write(home.resolve("go"), "");
                var seen = new ArrayList<String>();
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    seen.add(line);
                    if (line.equals("count 500")) {
                        break;
                    }
                }
                var expected = new ArrayList<String>();
                for (int i = 1; i <= 500; i++) {
                    expected.add("count " + i);
                }
                assertThat(seen).isEqualTo(expected);
            } finally {
                follow.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
            assertThat(home.resolve("log/counter.0.log.3")).exists();
        }
    }
}
