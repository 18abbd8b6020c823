package dev.holdfast.daemon;

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

/** Our own unit, {@code packaging/systemd/holdfast.service}, as a real systemd runs it. */
@OnSystemdKernel
@Timeout(900)
class HoldfastServiceTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Path CONFIG = Path.of("/etc/holdfast/holdfast.yaml");
    private static final Path DROP_IN = UNITS.resolve("holdfast.service.d/10-test.conf");

    @BeforeEach
    void install() throws IOException {
        Path program = Path.of("/usr/bin/holdfast");
        if (!Files.exists(program)) {
            Files.createSymbolicLink(program, Path.of(System.getProperty("holdfast.test.launcher")));
            Files.createSymbolicLink(Path.of("/usr/local/bin/hf-one"), Path.of("/bin/sleep"));
            Files.createSymbolicLink(Path.of("/usr/local/bin/hf-two"), Path.of("/bin/sleep"));
            Files.createSymbolicLink(Path.of("/usr/local/bin/hf-three"), Path.of("/bin/sleep"));
        }
        Files.createDirectories(Path.of("/etc/holdfast"));
        Files.writeString(CONFIG, yaml("hf-one", "hf-two"));
        Files.createDirectories(UNITS.resolve("holdfast.service.d"));
        // An emulated JVM starts slowly.
        Files.writeString(DROP_IN, "[Service]\nTimeoutStartSec=300\n");
        Files.copy(
                Path.of("packaging/systemd/holdfast.service"),
                UNITS.resolve("holdfast.service"),
                StandardCopyOption.REPLACE_EXISTING);
        systemctl("daemon-reload");
        systemctl("start", "holdfast");
        await().atMost(SOON)
                .until(() -> running("hf-one").size() == 1 && running("hf-two").size() == 1);
    }

    @AfterEach
    void stop() {
        tried("stop", "holdfast");
    }

    @Test
    void startsReloadsAndStopsWithoutASurvivor() throws IOException {
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "StatusText")).isEqualTo("supervises 2 processes");
        List<Long> before = running("hf-one");
        assertThat(DaemonUnderTest.read(Path.of("/proc/" + before.getFirst() + "/oom_score_adj"))
                        .strip())
                .isEqualTo("0");
        assertThat(DaemonUnderTest.read(Path.of("/proc/" + main() + "/oom_score_adj"))
                        .strip())
                .isEqualTo("-900");
        assertThat(DaemonUnderTest.read(Path.of("/proc/" + before.getFirst() + "/environ")))
                .doesNotContain("NOTIFY_SOCKET", "INVOCATION_ID", "WATCHDOG");

        Files.writeString(CONFIG, yaml("hf-one", "hf-three"));
        systemctl("reload", "holdfast");
        await().atMost(SOON)
                .until(() ->
                        running("hf-three").size() == 1 && running("hf-two").isEmpty());
        assertThat(running("hf-one")).isEqualTo(before);

        Files.writeString(CONFIG, "version: 1\nprocesses: {a: {comand: [x]}}\n");
        assertThat(tried("reload", "holdfast").exit()).isNotZero();
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "StatusText")).contains("supervises 2 processes; the last reload was refused");
        assertThat(running("hf-one")).isEqualTo(before);

        systemctl("stop", "holdfast");
        assertThat(running("hf-one")).isEmpty();
        assertThat(running("hf-three")).isEmpty();
        assertThat(shown("holdfast", "Result")).isEqualTo("success");
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void restartsTheDaemonAndNoneOfItsProcesses() {
        List<Long> one = running("hf-one");
        List<Long> two = running("hf-two");
        String before = main();
        systemctl("restart", "holdfast");
        assertThat(main()).isNotEqualTo(before);
        assertThat(shown("holdfast", "ActiveState")).isEqualTo("active");
        assertThat(shown("holdfast", "NRestarts")).isEqualTo("0");
        assertThat(running("hf-one")).isEqualTo(one);
        assertThat(running("hf-two")).isEqualTo(two);
        assertThat(holdfast("status").out())
                .contains(one.getFirst().toString(), two.getFirst().toString());
        systemctl("stop", "holdfast");
        assertThat(running("hf-one")).isEmpty();
        assertThat(running("hf-two")).isEmpty();
    }

    @Test
    void anotherDaemonAdoptsAfterACrash() {
        List<Long> one = running("hf-one");
        String before = main();
        DaemonUnderTest.runPlain(List.of("kill", "-KILL", before));
        await().atMost(SOON).until(() -> shown("holdfast", "ActiveState").equals("active") && !main().equals(before));
        assertThat(shown("holdfast", "NRestarts")).isEqualTo("1");
        assertThat(running("hf-one")).isEqualTo(one);
        assertThat(holdfast("status").out()).contains(one.getFirst().toString());
    }

    @Test
    void staysDownAfterDown() {
        assertThat(holdfast("down").exit()).isZero();
        await().atMost(SOON).until(() -> shown("holdfast", "ActiveState").equals("inactive"));
        assertThat(running("hf-one")).isEmpty();
    }

    @Test
    void aStopLeavesNobodyEvenWhenTheDaemonHangs() throws IOException {
        // A signal that it does not hear: of SIGSTOP systemd would wake it up.
        Files.writeString(DROP_IN, "[Service]\nTimeoutStartSec=300\nTimeoutStopSec=3\nKillSignal=SIGCONT\n");
        systemctl("daemon-reload");
        systemctl("stop", "holdfast");
        await().atMost(SOON)
                .until(() -> running("hf-one").isEmpty() && running("hf-two").isEmpty());
        assertThat(shown("holdfast", "Result")).isEqualTo("timeout");
        systemctl("reset-failed", "holdfast");
    }

    private static String yaml(String... programs) {
        var text = new StringBuilder("version: 1\nprocesses:\n");
        for (String p : programs) {
            text.append("  ").append(p).append(": { command: [").append(p).append(", \"100000\"] }\n");
        }
        return text.toString();
    }

    private static List<Long> running(String program) {
        return DaemonUnderTest.named(program);
    }

    private static String main() {
        return shown("holdfast", "MainPID");
    }
}
