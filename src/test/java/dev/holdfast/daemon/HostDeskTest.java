package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Client;
import dev.holdfast.api.HealthReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The host's thresholds of a real daemon, and holdfast health over all of it. */
@Tag("process")
@Timeout(180)
class HostDeskTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private static HealthReport health(DaemonUnderTest daemon) {
        try {
            return Client.read(daemon.cli("health", "--json").out(), HealthReport.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static HealthReport.Item item(HealthReport report, String kind, String name) {
        return report.items().stream()
                .filter(i -> i.kind().equals(kind) && i.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(kind + " " + name + " is not in " + report));
    }

    @Test
    void healthShowsAllOfItAndEndsByTheWorst() throws IOException {
        Path mended = home.resolve("mended");
        Path temp = Files.createDirectory(home.resolve("temp"));
        Path old = Files.createDirectory(temp.resolve("old"));
        String yaml = """
                version: 1
                processes:
                  web: { command: [sleep, "1000"] }
                schedules:
                  never: { cron: "0 0 1 1 *", command: ["true"] }
                cleanup:
                  temp: { path: %1$s, match: { older_than: 0 } }
                probes:
                  note: { file: { path: %2$s/holdfast.yaml }, warning: age > 100d }
                host:
                  interval: 1s
                  memory: { warning: "> 99.9%%", critical: available < 1Ki }
                  cpu: { critical: "> 1000%%" }
                  load: { critical: "> 100000" }
                  swap: { critical: "> 99.9%%" }
                  swap_in: { critical: "> 100Gi" }
                  disk: { /: { warning: "%3$s" } }
                  inodes: { /: { warning: free < 1 } }
                  open_files: { critical: "> 99%%" }
                  recover:
                    - { when: disk warning, do: exec, command: [touch, %4$s], settle: 100ms }
                    - { when: disk warning, do: run-cleanup, names: [temp], settle: 100ms }
                """;
        try (var daemon = DaemonUnderTest.up(home, yaml.formatted(temp, home, "> 99.99%", mended))) {
            daemon.awaitState("web", "up");
            await().atMost(SOON)
                    .until(() -> health(daemon).items().stream()
                            .noneMatch(i -> i.level().equals("unknown")
                                    && !i.name().startsWith("inodes") // which not every file system has
                                    && !i.name().equals("open_files"))); // which a container may hide
            HealthReport well = health(daemon);
            assertThat(well.level()).as(well.toString()).isEqualTo("ok");
            assertThat(item(well, "host", "memory").value()).contains("% (");
            assertThat(item(well, "host", "cpu").value()).contains("%");
            assertThat(item(well, "process", "web").value()).isEqualTo("up");
            assertThat(item(well, "probe", "note").value()).startsWith("up, age ");
            assertThat(item(well, "cleanup", "temp").level()).isEqualTo("ok");
            DaemonUnderTest.Ran shown = daemon.cli("health");
            assertThat(shown.exit()).as(shown.out() + shown.err()).isZero();
            assertThat(shown.out()).contains("disk /", "schedule", "all together: ok");

            // Now there is too little of it, and what is told to be done is done, in order.
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml.formatted(temp, home, "> 0.001%", mended));
            assertThat(daemon.cli("plan").out()).contains("host");
            assertThat(daemon.cli("reload").exit()).isZero();
            await().atMost(SOON).until(() -> Files.exists(mended) && !Files.exists(old));
            assertThat(daemon.cli("health").exit()).isEqualTo(1);
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("host: run-cleanup temp did not help"));
            assertThat(daemon.daemonOutput())
                    .containsSubsequence(
                            "host warning: disk / is",
                            "host recovers, disk warning: exec touch",
                            "host: exec touch " + mended + " did not help",
                            "host recovers, disk warning: run-cleanup temp");

            DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                    version: 1
                    processes:
                      web: { command: [sh, -c, exit 3], restart: { policy: on-failure, limit: 1, delay: 10ms } }
                    """);
            assertThat(daemon.cli("reload").exit()).isZero();
            daemon.awaitState("web", "failed");
            DaemonUnderTest.Ran critical = daemon.cli("health");
            assertThat(critical.exit()).as(critical.out()).isEqualTo(2);
            assertThat(critical.out()).contains("critical").doesNotContain("disk /");
        }
        assertThat(DaemonUnderTest.command(home, "health").exit()).isEqualTo(3);
    }

    @Test
    void theKernelTellsOfPressureAtOnce() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/proc/pressure/cpu")), "no pressure files here, or not for us");
        String yaml = """
                version: 1
                host:
                  interval: 1h
                  pressure: { cpu: { critical: some > 50ms / 1s } }
                """;
        try (var daemon = DaemonUnderTest.up(home, yaml)) {
            assumeTrue(
                    !daemon.daemonOutput().contains("does not tell of pressure"), "the kernel lets us set no triggers");
            var burners = new ArrayList<Process>();
            try {
                for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                    burners.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
                }
                await().atMost(SOON).until(() -> daemon.daemonOutput().contains("host critical: pressure cpu is"));
            } finally {
                for (Process p : burners) {
                    p.destroyForcibly();
                }
            }
        }
    }

    @Test
    void aDaemonWithoutTheseSectionsLoadsNothingOfThem() throws IOException {
        Path log = home.resolve("classes.log");
        Path bare = Files.writeString(
                home.resolve("bare.yaml"), "version: 1\nprocesses: {web: {command: [sleep, '1000']}}\n");
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                DaemonUnderTest.classPath(),
                "dev.holdfast.daemon.Main",
                "--dir",
                home.toString(),
                "up",
                bare.toString());
        Process daemon = new ProcessBuilder(java)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
        try {
            await().atMost(SOON)
                    .until(() -> DaemonUnderTest.read(home.resolve("out")).contains("web started"));
            assertThat(Files.readAllLines(log))
                    .noneMatch(l -> l.contains("dev.holdfast.clean.")
                            || l.contains("dev.holdfast.probe.")
                            || l.contains("dev.holdfast.host.")
                            || l.contains("dev.holdfast.heal."));
        } finally {
            DaemonUnderTest.command(home, "down");
            daemon.destroy();
        }
    }
}
