package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The subtree a daemon finds to be its own, on hosts and in containers of different kinds. */
@OnPlainKernel
@Timeout(300)
class PlacesKernelTest {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int USER = 65534;
    private static final String YAML = """
            version: 1
            processes:
              web:
                command: [sleep, "1000"]
                resources: { limits: { memory: 64Mi } }
            """;

    @TempDir
    Path home;

    private Path box;

    @BeforeEach
    void make() throws IOException {
        Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+cpu +memory +pids +io");
        box = Files.createDirectories(ROOT.resolve("box-" + home.getFileName()));
    }

    @Test
    void ofAContainerInTheHostsNamespace() throws IOException {
        try (var daemon = DaemonUnderTest.up(home, YAML, inBox("exec \"$@\""))) {
            assertThat(place(daemon.pidOf("web")))
                    .matches(box.getFileName() + "/holdfast-[0-9a-f]{8}/web/[0-9a-f]{32}");
            assertThat(group((int) daemon.pid())).endsWith(Path.of("_daemon"));
            assertThat(group(daemon.pidOf("web")).resolve("memory.max")).hasContent("67108864");
        }
    }

    @Test
    void ofAContainerInANamespaceOfItsOwn() throws IOException {
        var daemon = DaemonUnderTest.up(
                home,
                YAML,
                inBox("exec unshare --cgroup --mount sh -c '"
                        + "umount /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; exec \"$@\"' sh \"$@\""));
        try (daemon) {
            assertThat(place(daemon.pidOf("web")))
                    .matches(box.getFileName() + "/holdfast-[0-9a-f]{8}/web/[0-9a-f]{32}");
            assertThat(group(daemon.pidOf("web")).resolve("memory.max")).hasContent("67108864");
            assertThat(daemon.cli("status").out()).containsPattern("web +up .*[KM]i/64.0Mi .*kernel");
        }
    }

    @Test
    void ofAUserInADelegatedSlice() throws IOException {
        Files.setAttribute(home, "unix:uid", USER);
        DaemonUnderTest.runPlain(List.of("chown", "-R", USER + ":" + USER, box.toString()));
        var daemon = DaemonUnderTest.up(
                home, YAML, inBox("exec setpriv --reuid=" + USER + " --regid=" + USER + " --clear-groups \"$@\""));
        try (daemon) {
            assertThat(place(daemon.pidOf("web")))
                    .matches(box.getFileName() + "/holdfast-[0-9a-f]{8}/web/[0-9a-f]{32}");
            assertThat(group(daemon.pidOf("web")).resolve("memory.max")).hasContent("67108864");
        }
    }

    @Test
    void leavesAStrangerWhereItIsAndSaysWhatThatCosts() throws IOException {
        Process stranger = new ProcessBuilder(inBox("exec sleep 1001")).start();
        try (var daemon = DaemonUnderTest.up(home, YAML, inBox("exec \"$@\""))) {
            assertThat(group((int) stranger.pid())).isEqualTo(box);
            assertThat(place(daemon.pidOf("web")))
                    .matches(box.getFileName() + "/holdfast-[0-9a-f]{8}/web/[0-9a-f]{32}");
            String expected = "limits.memory (controller memory: it cannot be handed down";
            assertThat(daemon.daemonOutput())
                    .containsOnlyOnce("web: enforced by watching: " + expected)
                    .contains("others are in it: sleep");
            assertThat(daemon.cli("status").out()).contains(expected);
            assertThat(daemon.cli("doctor").out()).contains(expected);
            assertThat(daemon.cli("stop", "web").exit()).isZero();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void isMissingWhereNothingMayBeWritten() {
        var daemon = DaemonUnderTest.up(
                home,
                YAML,
                inBox("exec unshare --mount sh -c 'mount -o remount,bind,ro /sys/fs/cgroup; exec \"$@\"' sh \"$@\""));
        try (daemon) {
            assertThat(daemon.cli("doctor").out())
                    .contains("read-only file system")
                    .contains("writable /sys/fs/cgroup");
            assertThat(daemon.cli("stop", "web").exit()).isZero();
        }
    }

    private List<String> inBox(String then) {
        return List.of("sh", "-c", "echo $$ > " + box.resolve("cgroup.procs") + "; " + then, "sh");
    }

    private static String place(int pid) {
        return ROOT.relativize(group(pid)).toString();
    }

    /** As the root of the hierarchy sees it, wherever the process sees itself. */
    private static Path group(int pid) {
        return ROOT.resolve(read(Path.of("/proc/" + pid + "/cgroup")).strip().substring("0::/".length()));
    }
}
