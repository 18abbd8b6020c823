package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
    static Stream<Path> examples() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("examples"))) {
            return all.filter(p -> p.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsSound(Path example) {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(example);

        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
    }

    /** What is shown is what was agreed, to the byte. */
    @ParameterizedTest
    @ValueSource(strings = {"mautic-n8n", "media-bot", "analytics-workers", "gateway-host", "container"})
    void theContractIsAnExample(String name) throws IOException {
        String example = Files.readString(Path.of("examples", name, "holdfast.yaml"));

        assertThat(example).isEqualTo(Files.readString(Path.of("src/test/resources/contract", name + ".yaml")));
        Path shared = Path.of("../shared/contract", name + ".yaml");
        if (Files.exists(shared)) {
            assertThat(example).isEqualTo(Files.readString(shared));
        }
        assertThat(Path.of("examples", name, "README.md")).isNotEmptyFile();
    }
}
