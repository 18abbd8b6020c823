package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.named;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static dev.holdfast.daemon.Systemctl.UNITS;
import static dev.holdfast.daemon.Systemctl.holdfast;
import static dev.holdfast.daemon.Systemctl.shown;
import static dev.holdfast.daemon.Systemctl.systemctl;
import static dev.holdfast.daemon.Systemctl.tried;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkernel.OnSystemdKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Our own units, {@code packaging/systemd}, as a real systemd runs them. Few tests with much in each: a daemon takes long
 * to start on an emulated CPU.
 */
@OnSystemdKernel
@Timeout(1200)
class HoldfastServiceTest {
    private static final Duration SOON = Duration.ofMinutes(4);
    private static final Path CONFIG = Path.of("/etc/holdfast/holdfast.yaml");
    private static final Path DROP_IN = UNITS.resolve("holdfast.service.d/10-test.conf");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    /** A shell whose child leaves the session, and whose own end makes that an orphan. */
    private static final String STRAY = "(setsid hf-stray 100000 &); exec hf-one 100000";

    @BeforeEach
    void install() throws IOException {
        Path program = Path.of("/usr/bin/holdfast");
        if (!Files.exists(program)) {
            Files.createSymbolicLink(program, Path.of(System.getProperty("holdfast.test.launcher")));
        }
        for (String name : List.of("hf-one", "hf-two", "hf-three", "hf-stray")) {
            Path named = Path.of("/usr/local/bin", name);
            if (!Files.exists(named)) {
                Files.createSymbolicLink(named, Path.of("/bin/sleep"));
            }
        }
        Files.createDirectories(CONFIG.getParent());
        Files.writeString(CONFIG, yaml("hf-two"));
        Files.createDirectories(DROP_IN.getParent());
        timeouts("");
        for (String unit : List.of("holdfast.service", "holdfast-instances.service")) {
            Files.copy(Path.of("packaging/systemd", unit), UNITS.resolve(unit), StandardCopyOption.REPLACE_EXISTING);
        }
        systemctl("daemon-reload");
        systemctl("start", "holdfast");
        await().atMost(SOON)
                .until(() -> named("hf-one").size() == 1
                        && named("hf-two").size() == 1
                        && named("hf-stray").size() == 1);
    }

    @AfterEach
    void stop() {
        tried("stop", "holdfast", "holdfast-instances");
        tried("reset-failed", "holdfast");
    }

    @Test
    void neitherReloadRestartNorCrashTouchesWhatRunsAndAStopLeavesNobody() throws IOException {
        // start
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "StatusText")).isEqualTo("supervises 2 processes");
        long one = named("hf-one").getFirst();
        assertThat(read(Path.of("/proc/" + one + "/oom_score_adj")).strip()).isEqualTo("0");
        assertThat(read(Path.of("/proc/" + main() + "/oom_score_adj")).strip()).isEqualTo("-900");
        assertThat(read(Path.of("/proc/" + one + "/environ")))
                .doesNotContain("NOTIFY_SOCKET", "INVOCATION_ID", "WATCHDOG", "HOLDFAST_CGROUP");
        String group = group(one);
        assertThat(group).startsWith("/system.slice/holdfast-instances.service/holdfast/hf-one/");
        assertThat(group(named("hf-stray").getFirst())).isEqualTo(group);
        assertThat(group(Long.parseLong(main()))).isEqualTo("/system.slice/holdfast.service");
        assertLimits(group);
        assertThat(holdfast("status").out()).containsPattern(" up .*kernel");

        // reload
        Files.writeString(CONFIG, yaml("hf-three"));
        systemctl("reload", "holdfast");
        await().atMost(SOON)
                .until(() -> named("hf-three").size() == 1 && named("hf-two").isEmpty());
        Files.writeString(CONFIG, "version: 1\nprocesses: {a: {comand: [x]}}\n");
        assertThat(tried("reload", "holdfast").exit()).isNotZero();
        assertThat(shown("holdfast", "StatusText")).contains("supervises 2 processes; the last reload was refused");
        Files.writeString(CONFIG, yaml("hf-three"));
        List<Long> all = running();
        assertThat(all).hasSize(3).contains(one);

        // restart
        String before = main();
        systemctl("restart", "holdfast");
        assertThat(main()).isNotEqualTo(before);
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "NRestarts")).isEqualTo("0");
        assertThat(running()).isEqualTo(all);
        assertThat(group(one)).isEqualTo(group);
        assertLimits(group);
        assertThat(holdfast("status").out()).contains(Long.toString(one));

        // crash
        String restarted = main();
        DaemonUnderTest.runPlain(List.of("kill", "-KILL", restarted));
        await().atMost(SOON)
                .until(() -> shown("holdfast", "ActiveState").equals("active") && !main().equals(restarted));
        assertThat(shown("holdfast", "NRestarts")).isEqualTo("1");
        assertThat(running()).isEqualTo(all);
        assertThat(group(one)).isEqualTo(group);
        assertLimits(group);
        assertThat(holdfast("why", "hf-one").out()).contains("pid " + one);

        // who keeps the group open ends
        DaemonUnderTest.runPlain(List.of("kill", "-KILL", shown("holdfast-instances", "MainPID")));
        await().atMost(SOON).until(() -> shown("holdfast-instances", "SubState").equals("exited"));
        assertThat(running()).isEqualTo(all);
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");

        // stop
        systemctl("stop", "holdfast");
        assertThat(running()).isEmpty();
        assertThat(shown("holdfast", "Result")).isEqualTo("success");
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("inactive");
        assertThat(shown("holdfast-instances", "ActiveState")).isEqualTo("inactive");
        assertThat(CGROUPS.resolve("system.slice/holdfast-instances.service")).doesNotExist();
    }

    @Test
    void aStopLeavesNobodyEvenWhenTheDaemonHangs() throws IOException {
        // A signal that it does not hear: of SIGSTOP systemd would wake it up.
        timeouts("TimeoutStopSec=20\nKillSignal=SIGCONT\n");
        systemctl("daemon-reload");
        systemctl("stop", "holdfast");
        assertThat(running()).isEmpty();
        assertThat(shown("holdfast", "Result")).isEqualTo("timeout");
        assertThat(shown("holdfast-instances", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void whatAnUnsoundConfigurationLeavesUnwatchedEndsWithTheUnitOfTheInstances() throws IOException {
        List<Long> all = running();
        Files.writeString(CONFIG, "version: 1\nprocesses: {a: {comand: [x]}}\n");
        assertThat(tried("restart", "holdfast").exit()).isNotZero();
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("failed");
        assertThat(running()).isEqualTo(all);
        systemctl("stop", "holdfast-instances");
        assertThat(running()).isEmpty();
        assertThat(shown("holdfast-instances", "Result")).isEqualTo("success");

        Files.writeString(CONFIG, yaml("hf-two"));
        systemctl("start", "holdfast");
        await().atMost(SOON).until(() -> running().size() == 3);
        assertThat(holdfast("down").exit()).isZero();
        await().atMost(SOON).until(() -> shown("holdfast", "ActiveState").equals("inactive"));
        assertThat(running()).isEmpty();
    }

    private static void timeouts(String more) throws IOException {
        // An emulated JVM starts slowly.
        Files.writeString(DROP_IN, "[Service]\nTimeoutStartSec=280\nTimeoutStopSec=200\nWatchdogSec=200\n" + more);
    }

    private static String yaml(String second) {
        return """
                version: 1
                processes:
                  hf-one:
                    command: [sh, -c, "%s"]
                    resources: { limits: { memory: 64Mi, cpu: "0.5", pids: 20 } }
                  %s: { command: [%s, "100000"], resources: { limits: { memory: 32Mi } } }
                """.formatted(STRAY, second, second);
    }

    private static void assertLimits(String group) {
        Path dir = CGROUPS.resolve(group.substring(1));
        assertThat(dir.resolve("memory.max")).hasContent("67108864");
        assertThat(dir.resolve("cpu.max")).hasContent("50000 100000");
        assertThat(dir.resolve("pids.max")).hasContent("20");
    }

    private static String group(long pid) {
        return read(Path.of("/proc/" + pid + "/cgroup")).strip().replaceFirst("^0::", "");
    }

    /** Of all programs of these tests. */
    private static List<Long> running() {
        return List.of("hf-one", "hf-two", "hf-three", "hf-stray").stream()
                .flatMap(program -> named(program).stream())
                .toList();
    }

    private static String main() {
        return shown("holdfast", "MainPID");
    }
}
