package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a look allocates under the daemon's own compiler, which removes no object that the source makes. */
@Tag("process")
@Timeout(240)
class AllocationTest {
    @ParameterizedTest
    @ValueSource(strings = {"look", "guard"})
    void aLookAtKnownProcessesAllocatesNothingForThem(String what) throws IOException, InterruptedException {
        int few = bytes(what);
        var sleeps = new ArrayList<Process>();
        try {
            for (int i = 0; i < 150; i++) {
                sleeps.add(new ProcessBuilder("sleep", "200").start());
            }
            // A hundred and fifty more, of 16 bytes at least if each had only one object.
            assertThat(bytes(what)).isLessThan(few + 150 * 16);
        } finally {
            sleeps.forEach(Process::destroyForcibly);
        }
    }

    private static String classPath() {
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        return (modules == null ? classes : modules + ":" + classes) + ":target/test-classes";
    }

    private static int bytes(String what) throws IOException, InterruptedException {
        Path out = Files.createTempFile("census", "");
        Process p = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        "dev.holdfast.patrol.CensusBench",
                        what,
                        "120",
                        "2000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(out.toFile())
                .start();
        assertThat(p.waitFor()).isZero();
        List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
        Files.delete(out);
        return lines.stream()
                .skip(lines.size() / 2)
                .mapToInt(l -> Integer.parseInt(l.split(" ", -1)[2]))
                .min()
                .orElseThrow();
    }
}
