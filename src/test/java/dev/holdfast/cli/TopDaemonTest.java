package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.api.Client;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopDaemonTest {
    @TempDir
    private Path dir;

    /** No file is there: whoever may ask may not be who may read them. */
    @Test
    void linesOfALogAreTheDaemonsAnswer() throws Exception {
        try (var daemon = new CannedDaemon(dir)) {
            daemon.answers("GET /api/v1/logs/web%2F1?lines=200", """
                    {"lines":[{"id":"1.1.1","process":"web/1","stream":"stdout","text":"one"},
                     {"id":"1.2.1","process":"web/1","stream":"stderr","text":"two"}]}""")
                    .answers("GET /api/v1/logs/gone?lines=200", 404, """
                            {"detail":"\\"gone\\" is no process here"}""")
                    .answers("GET /api/v1/logs/db?lines=200", 503, """
                            {"detail":"the logs are asked for by too many"}""");
            var top = new TopDaemon(new Client(dir.resolve("run/holdfast.sock")));
            assertThat(top.log("web/1", 200)).containsExactly("one", "two");
            assertThat(top.log("gone", 200)).isEmpty();
            assertThatThrownBy(() -> top.log("db", 200))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("too many");
        }
    }
}
