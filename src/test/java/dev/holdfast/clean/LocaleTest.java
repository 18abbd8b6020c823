package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Text;
import dev.holdfast.workdir.Way;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocaleTest {
    /** Cleans below a directory that has a name with more than ASCII. */
    public static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            byte[] name = Text.bytes("b\u00fcro");
            try (Directory root = Way.open(args[0], Way.Demand.ANY, false).directory()) {
                root.make(name, 0755);
                try (Directory inner = root.enter(name)) {
                    inner.make(Text.bytes("old"), 0755);
                }
                var cleaner = new Cleaner(
                        Path.of("/proc"), List.of(), () -> Instant.now().plusSeconds(9000), System::nanoTime);
                Cleaned done = cleaner.clean(
                        new Tree.Spec(args[0] + "/*")
                                .olderThan(Duration.ofHours(2))
                                .made(),
                        false,
                        () -> false);
                System.out.println("deleted " + done.count() + done.problems());
                try (Directory inner = root.enter(name)) {
                    inner.rmdir(Text.bytes("old"));
                }
                root.rmdir(name);
            }
        }
    }

    @Test
    void aNameThatTheLocaleHasNotIsCleanedLikeAnyOther() throws Exception {
        try (var tree = new Tree()) {
            var child = new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                    Main.class.getName(),
                    tree.root.toString());
            child.environment().put("LC_ALL", "C");
            Process cleaning = child.redirectErrorStream(true).start();
            String said = new String(cleaning.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(cleaning.waitFor(60, TimeUnit.SECONDS)).isTrue();

            assertThat(said).contains("deleted 1[]");
        }
    }
}
