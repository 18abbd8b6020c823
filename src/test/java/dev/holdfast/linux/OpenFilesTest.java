package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    /** Says how many processes could not be looked at. */
    public static final class Main {
        private Main() {}

        public static void main(String[] args) throws IOException {
            System.out.println("unseen " + (OpenFiles.of(Path.of("/proc")).unseen() > 0));
        }
    }

    /** As in every container that was not given more: root may list the descriptors of others, but not follow them. */
    @Test
    void rootWithoutTheRightToTraceDoesNotKnowWhatOthersHaveOpen() throws Exception {
        assumeTrue(Handles.user() == 0, "only root is bereft of a capability");
        assumeTrue(Files.isExecutable(SETPRIV), "no setpriv here");
        Process other = new ProcessBuilder(
                        SETPRIV.toString(), "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "60")
                .start();
        try {
            Process looking = new ProcessBuilder(
                            SETPRIV.toString(),
                            "--bounding-set=-sys_ptrace",
                            ProcessHandle.current().info().command().orElseThrow(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                            Main.class.getName())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(looking.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(looking.waitFor(60, TimeUnit.SECONDS)).isTrue();

            assertThat(said).contains("unseen true");
        } finally {
            other.destroyForcibly().waitFor();
        }
    }
}
