package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static dev.holdfast.daemon.DaemonUnderTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker of docs/queues.md, as it stands there. */
@Tag("process")
@Timeout(120)
class ShellWorkerTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private static String script() throws IOException {
        return Files.readAllLines(Path.of("docs/queues.md")).stream()
                .dropWhile(l -> !l.equals("```sh tested-by=ShellWorkerTest"))
                .skip(1)
                .takeWhile(l -> !l.equals("```"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void takesJobsAndTellsHowTheyEnded() throws Exception {
        for (String program : List.of("bash", "curl", "jq")) {
            assumeTrue(
                    DaemonUnderTest.runPlain(List.of("sh", "-c", "command -v " + program))
                                    .exit()
                            == 0,
                    program + " is not installed");
        }
        String socket = home.resolve("run/holdfast.sock").toString();
        write(home.resolve("worker.sh"), script().replace("/run/holdfast/holdfast.sock", socket));
        Path mailer = Files.createDirectory(home.resolve("bin")).resolve("send-mail");
        write(mailer, """
                #!/bin/sh
                case $1 in
                    *@away) echo "no route to \\"$1\\"" >&2; exit 1 ;;
                esac
                echo "$1" >>%s/sent
                """.formatted(home));
        Files.setPosixFilePermissions(mailer, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                queues:
                  mails:
                    pull: { lease: 1m, max_jobs: 500 }
                    payload: { to: { type: string, required: true } }
                """)) {
            daemon.cli("jobs", "submit", "mails", "--id", "one", "to=anna o'brien@home");
            daemon.cli("jobs", "submit", "mails", "--id", "two", "to=ben@away");
            var worker = new ProcessBuilder("bash", home.resolve("worker.sh").toString());
            worker.environment().merge("PATH", home.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
            Process running = worker.redirectErrorStream(true)
                    .redirectOutput(home.resolve("worker.out").toFile())
                    .start();
            try {
                await().atMost(SOON)
                        .until(() -> daemon.cli("jobs", "show", "two").out().contains("failed"));
                assertThat(daemon.cli("jobs", "show", "one").out()).contains("succeeded");
                assertThat(daemon.cli("jobs", "show", "two").out()).contains("network", "no route to \"ben@away\"");
                assertThat(read(home.resolve("sent"))).isEqualTo("anna o'brien@home\n");
                assertThat(running.isAlive())
                        .as(read(home.resolve("worker.out")))
                        .isTrue();
            } finally {
                running.descendants().forEach(ProcessHandle::destroyForcibly);
                running.destroyForcibly().waitFor();
            }
        }
    }
}
