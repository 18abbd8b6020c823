package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Host;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
@Timeout(60)
class KernelLauncherTest {
    @TempDir
    private Path run;

    private LauncherUnderTest it;

    @BeforeEach
    void start() throws Exception {
        it = new LauncherUnderTest(run);
    }

    @AfterEach
    void stop() {
        it.stop();
    }

    @Test
    void tellsTheExitCode() {
        InstanceId id = it.launch("sh", "-c", "echo hello; exit 42");
        it.until(() -> it.emptied(id));
        assertThat(it.events).hasSize(3);
        assertThat(it.events.get(0)).isInstanceOf(ProcessEvent.Started.class);
        assertThat(((ProcessEvent.Exited) it.events.get(1)).outcome()).isEqualTo(new Outcome.Exited(42));
        assertThat(it.output(id)).isEqualTo("hello\n");
    }

    @Test
    void takesASignalFromWhoeverHearsOfTheStart() {
        it.onEvent = e -> {
            if (e instanceof ProcessEvent.Started(InstanceId started, var _)) {
                it.launcher.signal(started, Signal.TERM);
            }
        };
        it.launch("sleep", "1000");
        it.until(() -> it.events.size() == 3);
        assertThat(((ProcessEvent.Exited) it.events.get(1)).outcome()).isEqualTo(new Outcome.Signalled(15, false));
    }

    @Test
    void raisesItsOwnLimitOfOpenFilesButNotItsProgramsOne() throws Exception {
        var host = new Host(LauncherUnderTest.PROC, () -> new MonoTime(System.nanoTime()));
        long hard = host.raiseOpenFiles(); // this JVM's, which raised it by itself
        assertThat(hard).isGreaterThan(1000);
        lowerOwnLimit(1000, hard);
        it.relaunch();
        assertThat(host.raiseOpenFiles()).isEqualTo(hard);
        InstanceId id = it.launch("sh", "-c", "ulimit -Sn; ulimit -Hn");
        it.until(() -> it.emptied(id));
        assertThat(it.output(id)).isEqualTo("1000\n" + hard + "\n");
    }

    private static void lowerOwnLimit(long soft, long hard) {
        try {
            Process prlimit = new ProcessBuilder(
                            "prlimit", "--pid=" + ProcessHandle.current().pid(), "--nofile=" + soft + ":" + hard)
                    .start();
            assertThat(prlimit.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysWhyAProgramCannotBeRun() {
        it.launch("no-such-program");
        it.until(() -> !it.events.isEmpty());
        assertThat(((ProcessEvent.LaunchFailed) it.events.getFirst()).why()).contains("no-such-program: not found");
    }

    @Test
    void launchesManyAtOnce() {
        long start = System.nanoTime();
        var ids = new ArrayList<InstanceId>();
        for (int i = 0; i < 300; i++) {
            ids.add(it.launch("sleep", "1000"));
        }
        it.until(() -> it.events.size() == 300);
        long up = System.nanoTime();
        ids.forEach(it.launcher::kill);
        it.until(() -> it.events.size() == 900);
        System.out.printf("300 up %.1f ms, gone %.1f ms%n", (up - start) / 1e6, (System.nanoTime() - up) / 1e6);
        assertThat(it.events.stream().filter(ProcessEvent.Emptied.class::isInstance))
                .hasSize(300);
    }

    @Test
    void runsAsAnotherUserWithItsGroupsUmaskNiceAndLimits() throws Exception {
        assumeTrue(new Host(LauncherUnderTest.PROC, () -> new MonoTime(0)).uid() == 0, "needs root");
        var id = InstanceId.fresh();
        it.launcher.launch(new Launch(
                id,
                "test",
                Map.of(),
                List.of("sh", "-c", "id -u; id -g; id -G; umask; nice; ulimit -n; pwd; cat /proc/self/oom_score_adj"),
                Map.of("PATH", "/usr/bin:/bin"),
                "/usr",
                new Identity(65534, 65534, List.of(65534, 4)),
                027,
                7,
                new Launch.IoPriority(2, 7),
                List.of(new Launch.Rlimit(7, 123, 123)),
                List.of(0),
                500,
                null,
                new Launch.Output.Captured(),
                null,
                false));
        it.until(() -> it.emptied(id) || it.events.stream().anyMatch(ProcessEvent.LaunchFailed.class::isInstance));
        assertThat(it.output(id).lines())
                .as("%s", it.events)
                .containsExactly("65534", "65534", "65534 4", "0027", "7", "123", "/usr", "500");
    }

    @Test
    void adoptsWhatAnEarlierLauncherLeftAndTellsItsEnd() throws Exception {
        InstanceId id = it.launch("sleep", "300");
        it.until(() -> !it.events.isEmpty());
        var started = (ProcessEvent.Started) it.events.getFirst();
        it.crash();
        it.events.clear();
        it.start();
        List<KernelLauncher.Adopted> adopted = it.launcher.adopt();
        assertThat(adopted).hasSize(1);
        assertThat(adopted.getFirst().leader()).isEqualTo(started.leader());
        assertThat(adopted.getFirst().alive()).isTrue();
        it.launcher.kill(id);
        it.until(() -> it.emptied(id));
    }
}
