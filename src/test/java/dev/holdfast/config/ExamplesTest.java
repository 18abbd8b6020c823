package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples are what this version reads. */
class ExamplesTest {
    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "scaling"})
    void anExampleIsSound(String name) {
        Loaded loaded = new ConfigLoader(Map.of(), true).load(Path.of("examples/" + name + ".yaml"));
        assertThat(loaded).as("%s", loaded).isInstanceOf(Loaded.Sound.class);
    }
}
