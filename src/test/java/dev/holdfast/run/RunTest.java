package dev.holdfast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.run.RunUnderTest.Ran;
import dev.holdfast.testbed.Pids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class RunTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource({
        "0, exit 0",
        "7, exit 7",
        "137, kill -KILL $$",
        "143, kill -TERM $$",
        "130, kill -INT $$",
    })
    void endsAsItsCommandEnded(int code, String script) throws Exception {
        assertThat(RunUnderTest.ran(home, "sh", "-c", script)).isEqualTo(new Ran(code, "", ""));
    }

    @Test
    void tellsWhatCannotBeRun() throws Exception {
        Ran none = RunUnderTest.ran(home, "holdfast-no-such-command");
        assertThat(none.exit()).isEqualTo(127);
        assertThat(none.err()).contains("holdfast-no-such-command: not found in PATH=");
        Path file = Files.writeString(home.resolve("plain"), "no program");
        Ran refused = RunUnderTest.ran(home, file.toString());
        assertThat(refused.exit()).isEqualTo(126);
        assertThat(refused.err()).contains("permission denied");
        Ran misuse = RunUnderTest.ran(home, "--memory", "much", "true");
        assertThat(misuse.exit()).isEqualTo(125);
        assertThat(misuse.err()).contains("--memory");
    }

    @Test
    void killsAtTheTimeoutWhatIgnoresTermAndLeftItsSession() throws Exception {
        Path pids = home.resolve("pids");
        Ran ran = RunUnderTest.ran(
                home,
                "--timeout",
                "2s",
                "--grace",
                "300ms",
                "sh",
                "-c",
                "(trap '' TERM; env -i setsid sh -c 'trap \"\" TERM; echo $$ > pids; while :; do sleep 1; done') & wait");
        assertThat(ran.exit()).isEqualTo(124); // the shell itself ended by TERM
        assertThat(ran.err()).contains("timeout after 2s: SIGTERM").contains("of grace, killed: ");
        assertThat(Pids.ended(Long.parseLong(Files.readString(pids).strip()))).isTrue();
    }

    @Test
    void saysThatTheCommandItselfHadToBeKilledAtTheTimeout() throws Exception {
        Ran ran = RunUnderTest.ran(
                home, "--timeout", "1s", "--grace", "200ms", "sh", "-c", "trap '' TERM; while :; do sleep 1; done");
        assertThat(ran.exit()).isEqualTo(137);
    }

    @Test
    void endsWhatTheCommandLeftBehind() throws Exception {
        Ran ran = RunUnderTest.ran(home, "sh", "-c", "setsid sleep 1000 > /dev/null & echo $!; exit 3");
        assertThat(ran.exit()).isEqualTo(3);
        assertThat(ran.err())
                .contains("left behind, ended now: sleep (" + ran.out().strip() + ")");
        assertThat(Pids.ended(Long.parseLong(ran.out().strip()))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void handsSignalsOn(String signal, int code) throws Exception {
        RunUnderTest run = RunUnderTest.start(home, "sh", "-c", "echo > there; sleep 1000; exit 1");
        await().atMost(SOON).until(() -> Files.exists(home.resolve("there")));
        signal(signal, run.process().pid());
        assertThat(run.end().exit()).isEqualTo(code);
    }

    @Test
    void givesTheCommandItsCallersInputOutputAndDescriptors() throws Exception {
        RunUnderTest run = RunUnderTest.start(home, "sh", "-c", "cat; echo on stderr >&2; ls -l /proc/self/fd/0");
        run.process().getOutputStream().write("through the pipe\n".getBytes(StandardCharsets.UTF_8));
        Ran ran = run.end();
        assertThat(ran.out()).startsWith("through the pipe\n").contains("pipe:");
        assertThat(ran.err()).isEqualTo("on stderr\n");
        Ran inherited = RunUnderTest.start(
                        home,
                        List.of("sh", "-c", "exec 7>seven; exec \"$@\"", "sh"),
                        List.of(),
                        "sh",
                        "-c",
                        "echo kept >&7; readlink /proc/self/fd/*")
                .end();
        assertThat(home.resolve("seven")).hasContent("kept");
        assertThat(inherited.out()).doesNotContain(".jar").doesNotContain("/modules");
    }

    @Test
    void handsOnEachByteInTheLocaleThatCronHas() throws Exception {
        Ran ran = RunUnderTest.start(
                        home,
                        List.of(),
                        List.of("LC_ALL=C"),
                        "--env",
                        "NAME=Zoë",
                        "sh",
                        "-c",
                        "echo \"$1 $NAME\"",
                        "sh",
                        "grün")
                .end();
        assertThat(ran.out()).isEqualTo("grün Zoë\n");
    }

    @Test
    void leavesIgnoredWhatTheCallerHadIgnored() throws Exception {
        Ran ran = RunUnderTest.start(
                        home,
                        List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"),
                        List.of(),
                        "grep",
                        "SigIgn",
                        "/proc/self/status")
                .end();
        assertThat(ran.out()).matches("SigIgn:\t00000000[08]0000001\n"); // 32, of glibc's own
    }

    @Test
    void appliesWhatTimeoutNiceAndIoniceWould() throws Exception {
        Ran ran = RunUnderTest.ran(
                home,
                "--nice",
                "10",
                "--io",
                "best-effort:7",
                "--umask",
                "027",
                "--rlimit",
                "nofile=64:128",
                "--cwd",
                "/",
                "sh",
                "-c",
                "nice; ionice; umask; ulimit -n; ulimit -Hn; pwd");
        assertThat(ran.out()).isEqualTo("10\nbest-effort: prio 7\n0027\n64\n128\n/\n");
    }

    @Test
    void runsAsAnotherUserWithItsGroupsAndHome() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "needs root");
        Ran ran = RunUnderTest.ran(home, "--user", "nobody", "--cwd", "/", "sh", "-c", "id -u; id -G; echo $USER");
        assertThat(ran.out()).isEqualTo("65534\n65534\nnobody\n");
        Ran none = RunUnderTest.ran(home, "--user", "holdfast-nobody", "true");
        assertThat(none.exit()).isEqualTo(125);
        assertThat(none.err()).contains("is no user of this host");
    }

    @Test
    void closesTheNetworkAndTheSystem() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "needs root");
        String script = "ls /sys/class/net > /dev/null; wc -l < /proc/net/dev; touch /usr/x 2>/dev/null || echo closed";
        Ran ran = RunUnderTest.ran(
                home, "--private-network", "--protect-system", "full", "--no-new-privileges", "sh", "-c", script);
        assumeTrue(ran.exit() != 125, ran.err());
        assertThat(ran.out()).isEqualTo("3\nclosed\n");
    }

    @Test
    void refusesToRunWhatTheKernelWouldNotLimit() throws Exception {
        Ran ran = RunUnderTest.ran(home, "--strict", "--memory", "64Mi", "touch", "ran");
        assumeTrue(ran.exit() != 0, "this host has cgroup v2 for us");
        assertThat(ran.exit()).isEqualTo(125);
        assertThat(ran.err()).contains("--strict: the kernel does not keep --memory");
        assertThat(home.resolve("ran")).doesNotExist();
    }

    @Test
    void killsByWatchingWhatExceedsItsMemory() throws Exception {
        String hog = "x=a; while :; do x=$x$x; done";
        Ran ran = RunUnderTest.ran(home, "--memory", "64Mi", "--timeout", "1m", "sh", "-c", hog);
        assumeTrue(ran.err().contains("kept by watching"), "this host has cgroup v2 for us");
        assertThat(ran.exit()).isEqualTo(137);
        assertThat(ran.err()).contains("memory limit 64Mi: ").contains("killed");
    }

    @Test
    void killsByWatchingWhatLeftItsSessionItsParentAndItsEnvironment() throws Exception {
        String hog = "(env -i setsid sh -c 'x=a; while :; do x=$x$x; done' &); sleep 1000";
        Ran ran = RunUnderTest.ran(home, "--memory", "64Mi", "--timeout", "1m", "sh", "-c", hog);
        assumeTrue(ran.err().contains("kept by watching"), "this host has cgroup v2 for us");
        assertThat(ran.exit()).isEqualTo(137);
        assertThat(ran.err()).contains("memory limit 64Mi: ").contains("killed");
    }

    @Test
    void killsByWatchingWhatHasTooManyProcesses() throws Exception {
        String fork = "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait";
        Ran ran = RunUnderTest.ran(home, "--pids", "5", "--timeout", "1m", "sh", "-c", fork);
        assumeTrue(ran.err().contains("kept by watching"), "this host has cgroup v2 for us");
        assertThat(ran.exit()).isEqualTo(137);
        assertThat(ran.err()).contains("limit of 5 processes and threads: ");
    }

    @Test
    void leavesNothingRunningWhenItIsKilledItself() throws Exception {
        RunUnderTest run = RunUnderTest.start(
                home, "sh", "-c", "setsid sh -c 'echo $$ > inner; exec sleep 1000' & echo $$ > outer; wait");
        await().atMost(SOON).until(() -> RunUnderTest.named(home, "inner") && RunUnderTest.named(home, "outer"));
        run.process().destroyForcibly();
        await().atMost(SOON).until(() -> RunUnderTest.gone(home, "inner") && RunUnderTest.gone(home, "outer"));
    }

    @Test
    void saysNothingWhenItIsToBeQuiet() throws Exception {
        assertThat(RunUnderTest.ran(home, "--quiet", "--cpu", "0.5", "--timeout", "500ms", "sleep", "1000"))
                .isEqualTo(new Ran(124, "", ""));
    }

    /** The terminal gives Ctrl-C to the command itself, once; script(1) makes the terminal. */
    @Test
    void leavesCtrlCToTheTerminal() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is missing");
        String counting =
                "n=0; trap 'n=$((n+1))' INT; echo > ready; while [ ! -e enough ]; do sleep 0.1; done; echo $n > count";
        Files.writeString(home.resolve("counting"), counting);
        RunUnderTest run = RunUnderTest.onTerminal(home, "sh", "counting");
        await().atMost(SOON).until(() -> Files.exists(home.resolve("ready")));
        run.process().getOutputStream().write(3);
        run.process().getOutputStream().flush();
        await().atMost(SOON).until(() -> run.outSoFar().contains("^C"));
        Files.createFile(home.resolve("enough"));
        await().atMost(SOON).until(() -> RunUnderTest.named(home, "count"));
        run.process().waitFor();
        assertThat(home.resolve("count")).hasContent("1");
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
