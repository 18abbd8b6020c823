package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.holdfast.linux.CgroupHome;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits where the kernel has no groups that could keep them: nobody is left in the belief that they hold. */
@Tag("process")
@Timeout(120)
class WithoutGroupsTest {
    @TempDir
    Path home;

    @Test
    void saysOnceForEachProcessThatItsLimitsAreNotEnforced() {
        assumeFalse(
                Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")),
                "this host may have groups that keep limits");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  limited:
                    command: [sleep, "1000"]
                    replicas: 2
                    resources: { limits: { memory: 64Mi, pids: 5 }, reservations: { cpu: 1 } }
                  free: { command: [sleep, "1000"] }
                """);
        try (daemon) {
            assertThat(daemon.cli("doctor").out()).contains("limited: ").doesNotContain("free: ");
            assertThat(daemon.daemonOutput().lines().filter(l -> l.contains("limited: enforced by watching: ")))
                    .hasSize(1);
            assertThat(daemon.cli("reload").exit()).isZero();
            assertThat(daemon.daemonOutput().lines().filter(l -> l.contains("not enforced here: ")))
                    .hasSize(1)
                    .allMatch(l -> l.matches(".*enforced by watching: limits.memory.*limits.pids.*"
                            + "; not enforced here: reservations.cpu \\(.*"));
            assertThat(daemon.cli("status").out())
                    .containsOnlyOnce("limits of limited: enforced by watching: ")
                    .containsPattern("limited/0 +up .*/64.0Mi +1/5 +- +watch");
            assertThat(daemon.replica("limited/0").enforcedBy()).isEqualTo("watch");
            assertThat(daemon.cli("why", "limited/0").out())
                    .contains("of 64Mi memory", "1 of 5 processes and threads", "limits enforced by: watch");
            assertThat(daemon.replica("free").enforcedBy()).isNull();
            assertThat(daemon.cli("stop", "limited").exit()).isZero();
        }
    }

    @Test
    void isNeverThrownAtWhoeverAsks() {
        CgroupHome home = CgroupHome.open(Path.of("/proc/no/such"), 1, "holdfast");
        assertThat(home)
                .isInstanceOfSatisfying(
                        CgroupHome.None.class, none -> assertThat(none.why()).contains("cannot be found out"));
    }
}
