package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    @TempDir
    private Path dir;

    private Path write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void whatComesOutPassesCheck() throws IOException {
        write("conf.d/b.conf", "[program:b]\ncommand=b\n");
        write("conf.d/.hidden", "[program:c]\ncommand=c\n");
        Path file = write("s.conf", "[program:a]\ncommand=a\nodd=1\n[include]\nfiles=conf.d/*.conf\n");
        Run run = Run.of("import", "supervisord", file.toString());
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEqualTo(file + ":3: odd: 1: not carried over\n");
        Path imported = write("holdfast.yaml", run.out());
        assertThat(Run.of("check", imported.toString()).out()).isEqualTo(imported + ": sound: 2 processes\n");
    }

    @Test
    void whatDoesNotRunMakesTheExitCodeOne() throws IOException {
        Path file = write("compose.yaml", "services: { a: { image: x } }\n");
        Run run = Run.of("import", "compose", file.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.out()).contains("enabled: false");
    }

    @Test
    void aBrokenFileIsOneErrorAndNothingElse() throws IOException {
        Path file = write("Procfile", "web: x\nnonsense\n");
        Run run = Run.of("import", "procfile", file.toString());
        assertThat(run)
                .isEqualTo(new Run(
                        ExitStatus.FAILED, "", file + ":2:1: \"nonsense\" is no entry: NAME: COMMAND is expected\n"));
    }

    @Test
    void optionsCountForTheirKindOnly() throws IOException {
        Path file = write("Procfile", "web: x\n");
        assertThat(Run.of("import", "procfile", file.toString(), "--formation", "web=2")
                        .out())
                .contains("replicas: 2");
        Run env = Run.of("import", "procfile", file.toString(), "--env", "production");
        assertThat(env.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(env.err()).contains("--env counts only for pm2");
        assertThat(Run.of("import", "procfile", file.toString(), "--formation", "web=-1")
                        .code())
                .isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void kindsAreNamedWhereOneIsNone() {
        Run run = Run.of("import", "runit", "x");
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("supervisord, procfile, crontab, compose, pm2, cbox-init");
    }

    @Test
    void crontabsStandBesideTheOthers() throws IOException {
        Path file = write("tab", "# tidy\n0 3 * * * /bin/tidy > /dev/null\n");
        Run run = Run.of("import", "crontab", file.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("  tidy:\n    # " + file + ":2: output to /dev/null is kept by holdfast instead");
    }

    @Test
    void theSystemsCrontabsAreKnownByTheirPlace() {
        assertThat(List.of("/etc/crontab", "/etc/cron.d/php", "/etc/cron.d/../crontab"))
                .allMatch(file -> ImportCommand.isSystems(Path.of(file)));
        assertThat(List.of("/etc/cron.daily/man-db", "crontab", "-", "/srv/etc/crontab"))
                .noneMatch(file -> ImportCommand.isSystems(Path.of(file)));
    }

    @Test
    void completionKnowsTheKinds() {
        assertThat(Run.of("completion", "bash").out()).contains("cbox-init");
    }

    @Test
    void bytesThatAreNoTextAreOneErrorWithTheirLine() throws IOException {
        Path file = dir.resolve("Procfile");
        Files.write(file, new byte[] {'a', ':', 'x', '\n', 'b', ':', (byte) 0xe9, '\n'});
        Run run = Run.of("import", "procfile", file.toString());
        assertThat(run).isEqualTo(new Run(ExitStatus.FAILED, "", file + ":2:1: there are bytes that are not UTF-8\n"));
    }
}
