package dev.holdfast.testkernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a real systemd runs the guest, so that a failure elsewhere is the product's. */
@OnSystemdKernel
@Timeout(180)
class SystemdGroundTest {
    @Test
    void isPidOneAndHasBooted() throws Exception {
        assertThat(Files.readString(Path.of("/proc/1/comm"))).isEqualTo("systemd\n");
        assertThat(out("systemctl", "is-system-running").strip()).isIn("running", "degraded");
    }

    @Test
    void runsUsAsAUnit() throws Exception {
        assertThat(Files.readString(Path.of("/proc/self/cgroup"))).isEqualTo("0::/system.slice/testkernel.service\n");
    }

    @Test
    void delegatesAGroupWithControllers() throws Exception {
        String script = """
                group=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
                cat $group/cgroup.controllers
                mkdir $group/mine $group/leaf
                echo 0 >$group/mine/cgroup.procs
                echo '+memory +pids' >$group/cgroup.subtree_control
                echo 64M >$group/leaf/memory.max
                cat $group/leaf/memory.max""";
        String[] lines = out("systemd-run", "--quiet", "--wait", "--pipe", "-p", "Delegate=yes", "sh", "-ec", script)
                .split("\n", -1);
        assertThat(lines[0].split(" ", -1)).contains("cpu", "memory", "pids", "io");
        assertThat(lines[1]).isEqualTo("67108864");
    }

    @Test
    void takesAUnitFileThatATestWrites() throws Exception {
        Path unit = Path.of("/etc/systemd/system/holdfast-try.service");
        Files.writeString(unit, """
                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/bin/true
                """);
        out("systemctl", "daemon-reload");
        out("systemctl", "start", "holdfast-try");
        assertThat(out("systemctl", "is-active", "holdfast-try")).isEqualTo("active\n");
        out("systemctl", "stop", "holdfast-try");
        Files.delete(unit);
        out("systemctl", "daemon-reload");
    }

    private static String out(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
