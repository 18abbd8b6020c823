package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A writer that is killed at any instant: what it was told is kept is there. */
@Tag("process")
@Timeout(300)
class StoreCrashTest {
    private static final int KILLS = 12;

    @TempDir
    Path home;

    /** Writes attempts and says each that is kept, for ever. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            try (var s = new StoreUnderTest(
                    Path.of(args[0]), Migrations.ALL, new Retention(1_000_000, java.time.Duration.ofDays(36500)))) {
                for (int i = Integer.parseInt(args[1]); ; i++) {
                    int n = i;
                    var kept = s.history.add(StoreUnderTest.attempt("a", n)).thenAccept(_ -> System.out.println(n));
                    if (n % 50 == 0) {
                        kept.get(); // else it would run ahead of the disk
                    }
                }
            }
        }
    }

    @Test
    void everythingThatWasAcknowledgedIsThere() throws Exception {
        Path file = home.resolve("holdfast.db");
        Set<String> told = new HashSet<>();
        for (int round = 0; round < KILLS; round++) {
            told.addAll(writeAndKill(file, round * 1_000_000, 20 + round * 97));
        }
        assertThat(told).hasSizeGreaterThan(KILLS * 20);
        assertThat(StoreUnderTest.ask(file, "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(StoreUnderTest.ask(file, "SELECT run FROM run")).containsAll(told);
        try (var s = new StoreUnderTest(file)) {
            assertThat(s.history.of("a", 10, false)).hasSize(10);
            assertThat(s.said).isEmpty();
        }
    }

    private static Set<String> writeAndKill(Path file, int from, int after) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        Writer.class.getName(),
                        file.toString(),
                        Integer.toString(from)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<String> told = new HashSet<>();
        try (var out = new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                told.add("a-" + line);
                if (told.size() == after) {
                    writer.toHandle().destroyForcibly(); // the process itself would close what we read
                }
            }
        }
        writer.waitFor();
        // The last line may be torn by the kill.
        told.removeIf(t -> !t.matches("a-\\d+") || Integer.parseInt(t.substring(2)) < from);
        return told;
    }

    static String classPath() {
        return String.join(
                File.pathSeparator,
                "target/test-classes",
                "target/classes",
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
    }
}
