package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtectCommandTest {
    @TempDir
    private Path root;

    @Test
    void writesIntoAnImage() throws IOException {
        Run run = image(
                "web",
                "--memory",
                "1Gi",
                "--memory-high",
                "768Mi",
                "--memory-swap",
                "1Gi",
                "--reserve-memory",
                "64Mi",
                "--cpu",
                "0.5",
                "--reserve-cpu",
                "0.25",
                "--tasks",
                "50",
                "--io-read-bytes",
                "/dev/sda=10Mi",
                "--io-write-ops",
                "100",
                "--io-weight",
                "50",
                "--nice",
                "5",
                "--oom-score-adj",
                "-100",
                "--timeout",
                "1h30m");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(Files.readString(root.resolve("etc/systemd/system/web.service.d/50-holdfast.conf")))
                .endsWith("""
                        [Service]
                        MemoryMax=1073741824
                        MemoryHigh=805306368
                        MemorySwapMax=0
                        MemoryLow=67108864
                        CPUQuota=50%
                        CPUWeight=25
                        TasksMax=50
                        IOWeight=50
                        IOReadBandwidthMax=/dev/sda 10485760
                        IOWriteIOPSMax=/ 100
                        Nice=5
                        OOMScoreAdjust=-100
                        RuntimeMaxSec=1h30m
                        """);
        assertThat(image("--remove", "web").code()).isZero();
        assertThat(root.resolve("etc/systemd/system/web.service.d")).doesNotExist();
    }

    @Test
    void tellsAllContradictionsWithNumbers() throws IOException {
        Run run = image(
                "web",
                "--memory",
                "1G",
                "--memory-high",
                "1Gi",
                "--memory-swap",
                "500M",
                "--nice",
                "20",
                "--cpu-weight",
                "5",
                "--reserve-cpu",
                "1");
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err())
                .contains("--memory-high 1Gi (1073741824 bytes) is above --memory 1000000000 bytes")
                .contains("--memory-swap 500000000 bytes is below --memory 1000000000 bytes")
                .contains("--nice is -20 to 19, not 20", "--reserve-cpu and --cpu-weight");
        assertThat(root.resolve("etc/systemd")).doesNotExist();
    }

    @Test
    void refusesWhatAUnitDoesNotHave() throws IOException {
        assertThat(image("user.slice", "--memory", "1G", "--nice", "5").err()).contains("--nice: a slice has no such");
        assertThat(image("x.timer", "--memory", "1G").err()).contains("protect what it starts, such as x.service");
        assertThat(image("web", "--memory", "1Q").err()).contains("--memory", "powers of 1024");
        assertThat(image("web", "--io-read-bytes", "sda=1M").err()).contains("absolute path");
        assertThat(image("web").err()).contains("a limit is missing");
        assertThat(image("web", "--remove", "--tasks", "5").code()).isEqualTo(ExitStatus.USAGE);
        assertThat(Run.of("protect", "--root", root.resolve("no").toString(), "web", "--tasks", "5")
                        .err())
                .contains("no root of a system");
    }

    @Test
    void anUnknownUnitHasACodeOfItsOwn() throws IOException {
        Run run = image("wbe", "--memory", "1G");
        assertThat(run.code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
        assertThat(run.err()).contains("no unit wbe.service, did you mean web.service");
    }

    @Test
    void composeIsPrintedToPaste() throws IOException {
        Path file = Files.writeString(root.resolve("compose.yaml"), "services:\n  web: {image: nginx}\n");
        Run run = Run.of("protect", "--compose", file.toString(), "web", "--memory", "1Gi", "--memory-swap", "1Gi");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("          memory: 1g\n", "    memswap_limit: 1g\n");
        Run none = Run.of("protect", "--compose", file.toString(), "wbe", "--memory", "1Gi");
        assertThat(none.code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
        assertThat(Run.of("protect", "--compose", file.toString(), "web", "--nice", "3")
                        .err())
                .contains("no key for it");
        assertThat(Run.of("protect", "--compose", file.toString(), "web", "--tasks", "3", "--dry-run")
                        .code())
                .isEqualTo(ExitStatus.USAGE);
    }

    private Run image(String... args) throws IOException {
        Path units = Files.createDirectories(root.resolve("usr/lib/systemd/system"));
        Files.writeString(units.resolve("web.service"), "[Service]\n");
        Files.createDirectories(root.resolve("etc"));
        var all = new java.util.ArrayList<>(java.util.List.of("protect", "--root", root.toString()));
        all.addAll(java.util.List.of(args));
        return Run.of(all.toArray(String[]::new));
    }
}
