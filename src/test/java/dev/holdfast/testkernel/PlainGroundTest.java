package dev.holdfast.testkernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the kernel keeps what it promises here, so that a failure elsewhere is the product's. */
@OnPlainKernel
@Timeout(180)
class PlainGroundTest {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final Duration SOON = Duration.ofMinutes(2);

    private final Path group = ROOT.resolve("ground");

    @BeforeEach
    void makeGroup() throws IOException {
        Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+cpu +memory +pids +io");
        Files.createDirectory(group);
    }

    @AfterEach
    void removeGroup() throws IOException {
        Files.writeString(group.resolve("cgroup.kill"), "1");
        await().atMost(SOON)
                .until(() -> Files.readString(group.resolve("cgroup.events")).contains("populated 0"));
        Files.delete(group);
    }

    @Test
    void mountsCgroupV2WithItsControllers() throws IOException {
        assertThat(Files.getFileStore(ROOT).type()).isEqualTo("cgroup2");
        assertThat(List.of(Files.readString(group.resolve("cgroup.controllers"))
                        .strip()
                        .split(" ", -1)))
                .contains("cpu", "memory", "pids", "io");
    }

    @Test
    void tellsOfPressureOfTheHostAndOfAGroup() throws IOException {
        for (String resource : List.of("cpu", "memory", "io")) {
            assertThat(Files.readString(Path.of("/proc/pressure", resource))).contains("some avg10=");
            assertThat(Files.readString(group.resolve(resource + ".pressure"))).contains("some avg10=");
        }
    }

    @Test
    void killsAHogByItsOwnLimitAndCountsIt() throws Exception {
        Files.writeString(group.resolve("memory.max"), "32M");
        Files.writeString(group.resolve("memory.swap.max"), "0");
        // tail looks for the last line, and keeps it: of /dev/zero it keeps everything.
        Process hog = inGroup("tail /dev/zero");
        assertThat(hog.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(hog.exitValue()).isEqualTo(128 + 9);
        assertThat(Files.readString(group.resolve("memory.events")).lines()).contains("oom_kill 1");
    }

    @Test
    void refusesOneProcessMoreThanAllowed() throws Exception {
        Files.writeString(group.resolve("pids.max"), "2");
        Process forks = inGroup("sleep 1000 & sleep 1000 & wait");
        await().atMost(SOON)
                .until(() -> Files.readString(group.resolve("pids.events"))
                        .lines()
                        .anyMatch(l -> l.matches("max [1-9]\\d*")));
        assertThat(Files.readAllLines(group.resolve("cgroup.procs"))).hasSizeLessThanOrEqualTo(2);
        forks.destroyForcibly();
    }

    @Test
    void takesLimitsForTheScratchDisk() throws IOException {
        String device = Files.readString(Path.of("/sys/block/vda/dev")).strip();
        Files.writeString(group.resolve("io.max"), device + " wbps=1048576 riops=100");
        assertThat(Files.readString(group.resolve("io.max")))
                .isEqualTo(device + " rbps=max wbps=1048576 riops=100 wiops=max\n");
    }

    @Test
    void endsAWholeGroupAtOnce() throws Exception {
        Process parent = inGroup("setsid sleep 1000 & sleep 1000 & wait");
        await().atMost(SOON)
                .until(() -> Files.readAllLines(group.resolve("cgroup.procs")).size() == 3);
        Files.writeString(group.resolve("cgroup.kill"), "1");
        await().atMost(SOON)
                .until(() -> Files.readAllLines(group.resolve("cgroup.procs")).isEmpty());
        assertThat(parent.waitFor()).isEqualTo(128 + 9);
    }

    @Test
    void keepsTheGuestsWritesFromTheHost() throws IOException {
        Path written = Files.writeString(Path.of("/etc/holdfast-test-kernel"), "only here");
        assertThat(Path.of("/testkernel/host").resolve("etc/holdfast-test-kernel"))
                .doesNotExist();
        Files.delete(written);
        assertThatThrownBy(() -> Files.createFile(Path.of("target/written"))).hasMessageContaining("Read-only");
    }

    @Test
    void seesTheDevicesADaemonNeeds() throws IOException {
        try (Stream<Path> dev = Files.list(Path.of("/dev"))) {
            assertThat(dev.map(p -> p.getFileName().toString())).contains("null", "zero", "pts", "shm", "fd", "vda");
        }
        assertThatThrownBy(() -> Files.readString(Path.of("/dev/none"))).isInstanceOf(NoSuchFileException.class);
    }

    private Process inGroup(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", "echo $$ >" + group.resolve("cgroup.procs") + "; " + script).start();
    }
}
