package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.process.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFormatTest {
    private static final String LATER = "format=2\nversion=9.1.0\nboot_id=b\n";

    @TempDir
    private Path run;

    @Test
    void whatALaterVersionRunsIsLeftToIt() {
        assertThat(refusal(LATER, true))
                .hasValue(
                        "what runs there was started by Holdfast 9.1.0, in a form that 1.0.0 does not know: it runs on;"
                                + " start 9.1.0 or a later one, which adopts it and by holdfast down ends it; under systemd,"
                                + " systemctl stop holdfast-instances ends it, too");
        assertThat(refusal("no format\n", true).orElse("")).contains("an unknown version");
    }

    @Test
    void nobodyIsHarmedWhereNothingRuns() {
        assertThat(refusal(LATER, false)).isEmpty();
        assertThat(refusal(LATER.replace("=b", "=another"), true)).isEmpty();
    }

    @Test
    void ownAndEarlierFormsAndWordsOfLaterVersionsAreRead() {
        assertThat(refusal("format=1\nversion=9.1.0\nboot_id=b\nshade=blue\n", true))
                .isEmpty();
        assertThat(refusal("format=0\n", true)).isEmpty();
    }

    @Test
    void aDirectoryOfBeforeTheFileIsTakenOver() throws IOException {
        Files.createDirectories(run.resolve("instances/0123456789abcdef0123456789abcdef"));
        var format = new RunFormat(new RunFiles(run, Path.of("/proc")), "b", "1.0.0");
        assertThat(format.refusal()).isEmpty();
        format.claim();
        assertThat(run.resolve("format")).hasContent("format=1\nversion=1.0.0\nboot_id=b\n");
        Files.writeString(run.resolve("format"), LATER);
        assertThat(format.refusal()).isPresent();
        Files.delete(run.resolve("instances/0123456789abcdef0123456789abcdef"));
        assertThat(format.refusal()).isEmpty();
    }

    private static Optional<String> refusal(String written, boolean occupied) {
        return RunFormat.refusal(written, "b", "1.0.0", occupied);
    }
}
