package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page on the configuration says what the loader does. */
class ReferenceTest {
    @Test
    void thePageIsUpToDate() throws IOException {
        assertThat(Files.readString(Path.of("docs/configuration.md")))
                .as("./holdfast schema --markdown > docs/configuration.md")
                .isEqualTo(Reference.markdown());
    }
}
