package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** In a JVM of its own: it is loaded once in a JVM's life. */
class NativeLibraryTest {
    @TempDir
    private Path home;

    static final class Main {
        private Main() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) throws Exception {
            Path own = Path.of(args[0]);
            try {
                NativeLibrary.find(own);
            } catch (SQLException e) {
                System.out.println("first " + Trouble.of(e) + ": " + e.getMessage());
            }
            Files.createDirectories(own);
            NativeLibrary.find(own);
            try (var connection = JDBC.createConnection("jdbc:sqlite::memory:", new Properties())) {
                System.out.println("then " + (connection != null));
            }
            Runtime.getRuntime().halt(0); // as one that is killed: nothing is tidied up
        }
    }

    private String run(Path own) throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")),
                        "-cp",
                        System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                        Main.class.getName(),
                        own.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void whatCouldNotBeUnpackedOnceIsTriedAgain() throws Exception {
        Path own = home.resolve("full/own");
        assertThat(run(own))
                .contains("first PASSING: the driver's native half cannot be loaded from " + own)
                .contains("then true");
    }

    @Test
    void itIsUnpackedOnceHoweverManyDaemonsAreKilledAndNotWhereOthersMayWrite() throws Exception {
        Path own = Files.createDirectory(home.resolve("own"));
        Files.write(own.resolve("libsqlitejdbc.so"), new byte[] {1}); // another version's, or torn
        for (int i = 0; i < 2; i++) {
            assertThat(run(own)).contains("then true").doesNotContain("first");
            assertThat(own).isDirectoryContaining("glob:**/libsqlitejdbc.so");
            assertThat(own.toFile().list()).hasSize(1);
            assertThat(home.resolve("tmp")).isEmptyDirectory();
        }
    }
}
