package dev.holdfast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.run.RunUnderTest.Ran;
import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel keeps, where it can. */
@OnPlainKernel
@Timeout(400)
class RunKernelTest {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup/holdfast");
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path home;

    @Test
    void hasItsLimitsFromItsFirstInstructionAndLeavesNoGroup() throws Exception {
        Ran ran = RunUnderTest.ran(
                home,
                "--strict",
                "--memory",
                "64Mi",
                "--cpu",
                "0.5",
                "--pids",
                "20",
                "sh",
                "-c",
                "g=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup); cat $g/memory.max $g/cpu.max $g/pids.max");
        assertThat(ran).isEqualTo(new Ran(0, "67108864\n50000 100000\n20\n", ""));
        assertThat(GROUPS).doesNotExist();
    }

    @Test
    void tellsAKillByItsOwnMemoryLimit() throws Exception {
        Ran ran = RunUnderTest.ran(
                home, "--memory", "32Mi", "--memory-swap", "32Mi", "sh", "-c", "x=a; while :; do x=$x$x; done");
        assertThat(ran.exit()).isEqualTo(137);
        assertThat(ran.err()).contains("memory limit 32Mi").contains("killed by the kernel");
        assertThat(GROUPS).doesNotExist();
    }

    @Test
    void tellsThatProcessesWereRefused() throws Exception {
        Ran ran = RunUnderTest.ran(
                home,
                "--pids",
                "5",
                "--grace",
                "1s",
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7 8 9; do sleep 3 & done; wait");
        assertThat(ran.err()).contains("limit of 5 processes and threads: ");
        assertThat(GROUPS).doesNotExist();
    }

    @Test
    void leavesNothingWhenItIsKilledItself() throws Exception {
        RunUnderTest run = RunUnderTest.start(
                home, "--memory", "64Mi", "sh", "-c", "env -i setsid sh -c 'echo $$ > inner; exec sleep 1000' & wait");
        await().atMost(SOON).until(() -> RunUnderTest.named(home, "inner"));
        run.process().destroyForcibly();
        await().atMost(SOON).until(() -> RunUnderTest.gone(home, "inner"));
        await().atMost(SOON).until(() -> groups().isEmpty());
        RunUnderTest.ran(home, "true");
        assertThat(GROUPS).doesNotExist();
    }

    private static List<Path> groups() throws IOException {
        try (var groups = Files.list(GROUPS.resolve("_run"))) {
            return groups.filter(Files::isDirectory).toList();
        }
    }
}
