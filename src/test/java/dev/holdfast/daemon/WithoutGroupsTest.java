package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.CgroupHome;
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
            String doctor = daemon.cli("doctor").out();
            assumeTrue(doctor.contains("limits are not enforced here"), "this host has groups that keep limits");
            String expected = "not enforced here: reservations.cpu, limits.memory, limits.pids (";
            assertThat(doctor).contains("limited: ").doesNotContain("free: ");
            assertThat(daemon.daemonOutput().lines().filter(l -> l.contains("limited: not enforced here")))
                    .hasSize(1);
            assertThat(daemon.cli("reload").exit()).isZero();
            assertThat(daemon.daemonOutput().lines().filter(l -> l.contains("not enforced here: ")))
                    .hasSize(1)
                    .allMatch(l -> l.contains(expected));
            assertThat(daemon.cli("status").out()).containsOnlyOnce("limits of limited: " + expected);
            assertThat(daemon.replica("limited/0").enforcedBy()).startsWith(expected);
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
