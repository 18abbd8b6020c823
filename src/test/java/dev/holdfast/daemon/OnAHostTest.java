package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.Directories;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.process.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the command line does on a bare host: before the first up, in a real bash, on a real terminal. */
@Tag("process")
@Timeout(120)
class OnAHostTest {
    @TempDir
    Path home;

    @Test
    void doctorNeedsNoDaemon() {
        var doctor = run("--dir", home.resolve("none").toString(), "doctor");
        assertThat(doctor.exit()).isZero();
        assertThat(doctor.out())
                .contains("kernel", "cgroup v2", "does not exist yet; holdfast up makes it", "no daemon answers at");
        DaemonUnderTest.write(home.resolve("log"), "");
        var broken = run("--dir", home.toString(), "doctor");
        assertThat(broken.exit()).isEqualTo(1);
        assertThat(broken.out()).contains(home.resolve("log") + ": is no directory");
        assertThat(run("--dir", home.toString(), "doctor", "--json").out()).startsWith("{\"findings\":[");
    }

    @Test
    void whatAKilledDaemonLeavesIsNamedUntilTheNextOneEndsIt() {
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  web: { command: [sleep, "1000"] }
                """)) {
            daemon.awaitState("web", "up");
            int web = daemon.pidOf("web");
            var files = new RunFiles(home.resolve("run"), Daemon.PROC);
            await().atMost(Duration.ofMinutes(1)).until(() -> files.running().size() == 2);
            daemon.kill9();
            var doctor = run("--dir", home.toString(), "doctor");
            assertThat(doctor.exit()).isZero();
            assertThat(doctor.out())
                    .containsPattern(
                            "left behind +a daemon that was killed has left keeper of output \\(pid \\d+\\), web")
                    .contains("(pid " + web + ")", "holdfast up FILE adopts them");
            var down = run("--dir", home.toString(), "down");
            assertThat(down.exit()).isEqualTo(3);
            assertThat(down.err()).contains("keeper of output", "(pid " + web + ")", "no daemon answers at");

            daemon.upAgain();
            assertThat(daemon.pidOf("web")).isEqualTo(web);
            assertThat(daemon.cli("down").exit()).isZero();
            daemon.join();
            assertThat(files.running()).isEmpty();
            assertThat(run("--dir", home.toString(), "doctor").out()).doesNotContain("left behind");
        }
    }

    @Test
    void ofManyThatAreLeftSomeAreNamed() {
        List<RunFiles.Running> many = IntStream.range(0, 12)
                .mapToObj(i -> new RunFiles.Running("w/" + i, new ProcessRef(100 + i, 1)))
                .toList();
        assertThat(HostFindings.leftBehind(many).orElseThrow().detail())
                .contains("w/0 (pid 100), w/1 (pid 101)", "w/9 (pid 109) and 2 more: holdfast up FILE");
        assertThat(HostFindings.leftBehind(List.of())).isEmpty();
    }

    @Test
    void aReadOnlyDirectoryIsCalledThat() throws IOException {
        Path readOnly = Files.readAllLines(Path.of("/proc/mounts")).stream()
                .map(l -> l.split(" ", -1))
                .filter(f -> List.of(f[3].split(",", -1)).contains("ro"))
                .map(f -> Path.of(f[1]))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(null);
        assumeTrue(readOnly != null, "nothing is mounted read-only here");
        assertThat(HostFindings.space(new Directories(home, home, readOnly)).toString())
                .contains("broken", readOnly + ": is on a file system that is mounted read-only")
                .doesNotContain("only 0 MiB", "only 1 MiB");
    }

    @Test
    void aFileInPlaceOfADirectoryIsCalledThat() {
        DaemonUnderTest.write(home.resolve("log"), "");
        assertThatThrownBy(() -> UpCommand.make(
                        new Directories(home.resolve("run"), home.resolve("state"), home.resolve("log")), 0))
                .hasMessageContaining("log cannot be used: it is no directory; --dir DIR names another");
    }

    @Test
    void bashCompletesVerbsValuesNamesAndSignals() throws IOException {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  web: { command: [sleep, "1000"], replicas: 2, manual: true }
                  worker: { command: [sleep, "1000"], manual: true }
                """);
        try (daemon) {
            DaemonUnderTest.write(
                    home.resolve("complete.bash"), run("completion").out());
            Path holdfast = home.resolve("holdfast");
            DaemonUnderTest.write(
                    holdfast, "#!/bin/sh\nexec " + String.join(" ", DaemonUnderTest.command(List.of())) + " \"$@\"\n");
            assertThat(holdfast.toFile().setExecutable(true)).isTrue();
            String dir = "--dir " + home;
            assertThat(completed("res")).containsExactly("restart");
            assertThat(completed("--color a")).containsExactlyInAnyOrder("auto", "always");
            assertThat(completed("completion ")).contains("bash", "zsh");
            // A daemon that takes long to answer completes nothing: a busy host may need another key.
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(completed(dir + " stop w"))
                            .containsExactlyInAnyOrder("web", "worker", "web/0", "web/1"));
            assertThat(completed(dir + " stop web wor")).containsExactly("worker");
            assertThat(completed(dir + " stop --a")).containsExactly("--all");
            assertThat(completed(dir + " signal US")).containsExactlyInAnyOrder("USR1", "USR2");
            assertThat(completed(dir + " signal HUP wo")).containsExactly("worker");
            assertThat(completed("--dir " + home.resolve("none") + " stop w")).isEmpty();
        }
    }

    /** What a real bash offers for a line whose last word is being typed. */
    private List<String> completed(String typed) {
        String script = "source " + home.resolve("complete.bash") + "; COMP_WORDS=(" + home.resolve("holdfast") + " "
                + typed + (typed.endsWith(" ") ? "''" : "")
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE='x'; "
                + "f=$(complete -p holdfast | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f; "
                + "[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\"";
        var ran = DaemonUnderTest.runPlain(List.of("bash", "--norc", "-c", script));
        // Called by hand it is in no completion, of which bash's own compopt complains.
        assertThat(ran.err().lines().filter(l -> !l.contains("compopt: not currently executing")))
                .isEmpty();
        return ran.out().lines().map(String::strip).toList();
    }

    @Test
    void aTerminalIsColouredAndAPipeIsNot() {
        assumeTrue(Files.exists(Path.of("/usr/bin/script")), "script(1) is not installed");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  talker: { command: [sh, -c, "echo here; exec sleep 1000"] }
                """);
        try (daemon) {
            daemon.awaitState("talker", "up");
            for (String verb : List.of("logs", "status")) {
                String command = String.join(" ", DaemonUnderTest.command(List.of(), "--dir", home.toString(), verb));
                var onTerminal = DaemonUnderTest.runPlain(
                        List.of("env", "TERM=xterm", "NO_COLOR=", "script", "-qefc", command, "/dev/null"));
                assertThat(onTerminal.exit()).isZero();
                assertThat(onTerminal.out()).as(verb).contains("\u001b[", "talker");
                assertThat(daemon.cli(verb).out()).as(verb).contains("talker").doesNotContain("\u001b[");
                var plain = DaemonUnderTest.runPlain(
                        List.of("env", "TERM=xterm", "NO_COLOR=1", "script", "-qefc", command, "/dev/null"));
                assertThat(plain.out()).as(verb).contains("talker").doesNotContain("\u001b[");
            }
        }
    }

    @Test
    void upOnATerminalIsColoured() {
        assumeTrue(Files.exists(Path.of("/usr/bin/script")), "script(1) is not installed");
        DaemonUnderTest.write(home.resolve("one.yaml"), """
                version: 1
                global: { exit: { when: all-stopped } }
                processes:
                  talker: { command: [sh, -c, 'printf "\\033[31mred\\033[0m \\007bell\\n"'], restart: never }
                """);
        String command = String.join(
                " ",
                DaemonUnderTest.command(
                        List.of(),
                        "--dir",
                        home.toString(),
                        "up",
                        home.resolve("one.yaml").toString()));
        var up = DaemonUnderTest.runPlain(
                List.of("env", "TERM=xterm", "NO_COLOR=", "script", "-qefc", command, "/dev/null"));
        assertThat(up.out()).contains("\u001b[31mred", "talker").doesNotContain("\u0007");
    }

    @Test
    void aRealTimeSignalStops() {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  rt:
                    command: [bash, -c, "trap 'echo heard; exit 0' RTMIN+3; echo ready; while :; do sleep 0.05; done"]
                    stop: { signal: RTMIN+3 }
                """);
        try (daemon) {
            await().until(() -> daemon.logged("rt.0.log").contains("ready"));
            assertThat(daemon.cli("stop", "rt").exit()).isZero();
            assertThat(daemon.logged("rt.0.log")).contains("heard");
        }
    }

    @Test
    void aChildDoesNotInheritWhatTheDaemonsShellNoted() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  all: { type: oneshot, command: [/usr/bin/env] }
                  some: { type: oneshot, command: [/usr/bin/env], env: { clean: true, pass: [KEPT], set: { OWN: a } } }
                """);
        var daemon = DaemonUnderTest.startAs(
                home,
                List.of("env", "OLDPWD=/old", "SHLVL=3", "_=/bin/x", "KEPT=k", "MY_TOKEN=t"),
                DaemonUnderTest.classPath());
        try (daemon) {
            daemon.awaitState("all", "completed");
            daemon.awaitState("some", "completed");
            assertThat(daemon.logged("all.0.log"))
                    .contains("KEPT=k", "MY_TOKEN=t")
                    .noneMatch(l -> l.matches("(OLDPWD|PWD|SHLVL|_)=.*"));
            assertThat(daemon.logged("some.0.log"))
                    .contains("KEPT=k", "OWN=a")
                    .noneMatch(l -> l.startsWith("MY_TOKEN="));
        }
    }

    private static DaemonUnderTest.Ran run(String... args) {
        return DaemonUnderTest.runPlain(DaemonUnderTest.command(List.of(), args));
    }
}
