package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.CleanList;
import dev.holdfast.api.CleanReport;
import dev.holdfast.api.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cleanups of a real daemon, and without one. */
@Tag("process")
@Timeout(120)
class CleanupTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private Path old(String path) throws IOException {
        Path file = home.resolve("temp").resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[5000]);
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(5)));
        Files.setLastModifiedTime(file, then);
        Files.setLastModifiedTime(file.getParent(), then);
        return file;
    }

    private String yaml(String more) {
        return """
                version: 1
                cleanup:
                  temp:
                    path: %s
                    match: { type: directory, older_than: 2h }
                %s
                """.formatted(home.resolve("temp"), more);
    }

    @Test
    void cleansByHandAndCountsThroughARestart() throws IOException {
        Path file = old("job/data");
        try (var daemon = DaemonUnderTest.up(home, yaml(""))) {
            DaemonUnderTest.Ran dry = daemon.cli("clean", "temp", "--dry-run");
            assertThat(dry.exit()).as(dry.err()).isZero();
            assertThat(dry.out()).contains(home.resolve("temp/job").toString(), "would delete 1 (2 files and");
            assertThat(file).exists();

            DaemonUnderTest.Ran ran = daemon.cli("clean", "temp", "--json");
            assertThat(ran.exit()).as(ran.err()).isZero();
            CleanReport report = Client.read(ran.out(), CleanReport.class);
            assertThat(report.count()).isEqualTo(1);
            assertThat(report.bytes()).isGreaterThanOrEqualTo(5000);
            assertThat(file.getParent()).doesNotExist();
            assertThat(home.resolve("temp")).isDirectory();

            daemon.kill9();
            daemon.upAgain();
            CleanList.Standing standing = Client.read(
                            daemon.cli("clean", "list", "--json").out(), CleanList.class)
                    .cleanups()
                    .getFirst();
            assertThat(standing.runs()).isEqualTo(1);
            assertThat(standing.count()).isEqualTo(1);
            assertThat(standing.entries()).isEqualTo(2);
            assertThat(standing.next()).isNull();
            assertThat(daemon.cli("clean", "list").out()).contains("temp", "idle");
            assertThat(daemon.cli("clean", "tmep").exit()).isEqualTo(4);
            assertThat(daemon.cli("clean", "tmep").err()).contains("did you mean temp?");
        }
    }

    @Test
    void cleansAtItsPeriodAndAsAReloadSays() throws IOException {
        Path first = old("one/data");
        try (var daemon = DaemonUnderTest.up(home, yaml("    every: 1s"))) {
            await().atMost(SOON).until(() -> !Files.exists(first.getParent()));
            Path second = old("two/data");
            await().atMost(SOON).until(() -> !Files.exists(second.getParent()));
            assertThat(daemon.daemonOutput()).contains("cleanup temp: deleted 1 (2 files and directories, ");

            DaemonUnderTest.write(home.resolve("holdfast.yaml"), "version: 1\n");
            assertThat(daemon.cli("plan").out()).contains("cleanup.temp");
            assertThat(daemon.cli("reload").exit()).isZero();
            assertThat(daemon.cli("clean", "list").out()).contains("no cleanups");
        }
    }

    @Test
    void cleansWithoutADaemon() throws IOException {
        Path file = old("job/data");
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml(""));
        String config = home.resolve("holdfast.yaml").toString();

        DaemonUnderTest.Ran dry = DaemonUnderTest.command(home, "clean", "temp", "--dry-run", "--config", config);
        assertThat(dry.exit()).as(dry.err()).isZero();
        assertThat(file).exists();
        DaemonUnderTest.Ran ran = DaemonUnderTest.command(home, "clean", "temp", "--config", config);
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("deleted 1 (2 files and directories, ");
        assertThat(file.getParent()).doesNotExist();
        assertThat(DaemonUnderTest.command(home, "clean", "none", "--config", config)
                        .exit())
                .isEqualTo(4);
    }

    @Test
    void aFailureIsToldAndTriedAgain() throws IOException {
        Path link = Files.createSymbolicLink(home.resolve("etc"), Path.of("/etc"));
        Path temp = Files.createDirectory(home.resolve("temp"));
        try (var daemon = DaemonUnderTest.up(home, yaml("    every: 1s\n    retry: 2"))) {
            await().atMost(SOON).until(() -> daemon.cli("clean", "list").out().contains("idle"));
            Files.delete(temp);
            Files.createSymbolicLink(temp, link); // after the check of the file
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("system directory /etc"));
            assertThat(daemon.cli("clean", "list").out()).contains("failed");
            assertThat(daemon.cli("clean", "temp", "--dry-run").exit()).isEqualTo(1);
        }
        assertThat(Path.of("/etc/passwd")).exists();
    }
}
