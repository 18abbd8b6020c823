package dev.holdfast.daemon;

import static dev.holdfast.daemon.Systemctl.UNITS;
import static dev.holdfast.daemon.Systemctl.holdfast;
import static dev.holdfast.daemon.Systemctl.inGroup;
import static dev.holdfast.daemon.Systemctl.shown;
import static dev.holdfast.daemon.Systemctl.systemctl;
import static dev.holdfast.daemon.Systemctl.tried;
import static dev.holdfast.daemon.Systemctl.unit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkernel.OnSystemdKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code holdfast protect} where systemd enforces what it writes. */
@OnSystemdKernel
@Timeout(900)
class ProtectKernelTest {
    @Test
    void limitsARunningUnitAndTakesThemAway() {
        unit("hf-calm.service", "[Service]\nExecStart=/bin/sleep 100000\n");
        systemctl("start", "hf-calm");
        DaemonUnderTest.Ran ran = holdfast(
                "protect",
                "hf-calm",
                "--memory",
                "64Mi",
                "--memory-high",
                "48Mi",
                "--memory-swap",
                "64Mi",
                "--cpu",
                "0.5",
                "--cpu-weight",
                "50",
                "--tasks",
                "20",
                "--io-write-bytes",
                "/dev/vda=5Mi",
                "--reserve-memory",
                "1Mi",
                "--nice",
                "5",
                "--oom-score-adj",
                "100",
                "--timeout",
                "36h");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).as(ran.out()).isZero();
        assertThat(ran.out())
                .contains("+MemoryMax=67108864", "in force", "Nice, OOMScoreAdjust, RuntimeMaxSec from its");
        assertThat(shown("hf-calm", "MemoryMax")).isEqualTo("67108864");
        assertThat(shown("hf-calm", "DropInPaths")).isEqualTo(UNITS + "/hf-calm.service.d/50-holdfast.conf");
        assertThat(inGroup("hf-calm.service", "memory.max")).isEqualTo("67108864");
        assertThat(inGroup("hf-calm.service", "memory.high")).isEqualTo("50331648");
        assertThat(inGroup("hf-calm.service", "memory.swap.max")).isEqualTo("0");
        assertThat(inGroup("hf-calm.service", "memory.low")).isEqualTo("1048576");
        assertThat(inGroup("hf-calm.service", "cpu.max")).isEqualTo("50000 100000");
        assertThat(inGroup("hf-calm.service", "cpu.weight")).isEqualTo("50");
        assertThat(inGroup("hf-calm.service", "pids.max")).isEqualTo("20");
        assertThat(inGroup("hf-calm.service", "io.max")).contains("wbps=5242880");

        assertThat(holdfast("protect", "hf-calm", "--remove").exit()).isZero();
        assertThat(UNITS.resolve("hf-calm.service.d")).doesNotExist();
        assertThat(inGroup("hf-calm.service", "memory.max")).isEqualTo("max");
        // Gone altogether where no unit needs that controller any more.
        assertThat(inGroup("hf-calm.service", "cpu.max")).isIn("", "max 100000");
        systemctl("stop", "hf-calm");
    }

    @Test
    void hogDiesByTheLimitOfItsDropIn() {
        // tail looks for the last line, and keeps it: of /dev/zero it keeps everything.
        unit("hf-hog.service", "[Service]\nType=oneshot\nExecStart=/usr/bin/tail /dev/zero\n");
        DaemonUnderTest.Ran ran = holdfast("protect", "hf-hog", "--memory", "32Mi", "--memory-swap", "32Mi");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("from its next start");
        assertThat(tried("start", "hf-hog").exit()).isNotZero();
        assertThat(shown("hf-hog", "Result")).isEqualTo("oom-kill");
        systemctl("reset-failed", "hf-hog");
    }

    @Test
    void namesWhatOverridesIt() throws IOException {
        unit("hf-over.service", "[Service]\nExecStart=/bin/sleep 100000\nTasksMax=7\n");
        Path other = UNITS.resolve("hf-over.service.d/90-mine.conf");
        Files.createDirectories(UNITS.resolve("hf-over.service.d"));
        Files.writeString(other, "[Service]\nMemoryMax=9M\n");
        DaemonUnderTest.Ran ran = holdfast("protect", "hf-over", "--memory", "64Mi", "--tasks", "20");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .contains("MemoryMax=67108864 is not in force, it is 9437184", other + " is read later")
                .doesNotContain("TasksMax");
        assertThat(holdfast("protect", "hf-over", "--remove").exit()).isZero();
        assertThat(other).exists();
    }

    @Test
    void limitsEveryInstanceOfATemplateAndASlice() {
        unit("hf-many@.service", "[Service]\nExecStart=/bin/sleep 100000\n");
        systemctl("start", "hf-many@a");
        DaemonUnderTest.Ran ran = holdfast("protect", "hf-many@", "--tasks", "9");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("hf-many@a.service: TasksMax=9");
        assertThat(shown("hf-many@a", "TasksMax")).isEqualTo("9");
        systemctl("stop", "hf-many@a");
        assertThat(holdfast("protect", "hf-some.slice", "--memory", "256Mi").exit())
                .isZero();
        assertThat(shown("hf-some.slice", "MemoryMax")).isEqualTo("268435456");
    }

    @Test
    void refusesUnknownAndMaskedUnits() {
        DaemonUnderTest.Ran unknown = holdfast("protect", "systemd-journal", "--tasks", "50");
        assertThat(unknown.exit()).isEqualTo(4);
        assertThat(unknown.err()).contains("no unit systemd-journal.service", "systemd-journald.service");
        systemctl("mask", "systemd-sysext");
        DaemonUnderTest.Ran yes = holdfast("protect", "systemd-sysext", "--tasks", "50");
        assertThat(yes.exit()).isEqualTo(1);
        assertThat(yes.err()).contains("masked", "nothing was written");
    }
}
