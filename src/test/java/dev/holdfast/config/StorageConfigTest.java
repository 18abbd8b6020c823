package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where history is kept, and what is refused. */
class StorageConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String storage) throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"), "version: 1\nglobal: { storage: { " + storage + " } }\n");
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private Config sound(String storage) throws IOException {
        Loaded loaded = load(storage);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return ((Loaded.Sound) loaded).config();
    }

    private List<String> problems(String storage) throws IOException {
        return load(storage) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream().map(Problem::message).toList()
                : List.of();
    }

    @Test
    void aFileAndHowMuchIsKept() throws IOException {
        assertThat(sound("url: \"sqlite:/srv/holdfast.db\", keep_runs: 5, keep_for: 2d, lease: 10s")
                        .global()
                        .storage())
                .isEqualTo(new StorageSpec("/srv/holdfast.db", null, 5, Duration.ofDays(2), Duration.ofSeconds(10)));
        assertThat(sound("keep_runs: 7").global().storage())
                .isEqualTo(new StorageSpec(null, null, 7, StorageSpec.DEFAULT.keepFor(), Duration.ofMinutes(1)));
        assertThat(sound("").global().storage()).isEqualTo(StorageSpec.DEFAULT);
    }

    @Test
    void postgresqlIsAServer() throws IOException {
        Config config = sound("url: \"postgresql://holdfast:geheim@db/holdfast\"");
        assertThat(config.global().storage().server()).isEqualTo("postgresql://holdfast:geheim@db/holdfast");
        assertThat(sound("url: postgres://db/holdfast").global().storage().server())
                .as("as many write it")
                .isEqualTo("postgres://db/holdfast");
        assertThat(config.global().storage().file()).isNull();
    }

    @Test
    void whatIsNoStoreIsRefusedWithoutRepeatingAPassword() throws IOException {
        assertThat(problems("url: \"mysql://holdfast:geheim@db/x\""))
                .singleElement()
                .asString()
                .contains("sqlite:FILE")
                .doesNotContain("geheim");
        assertThat(problems("url: \"postgresql://holdfast:geheim@db:99999/x\""))
                .singleElement()
                .asString()
                .contains("a port is 1 to 65535")
                .doesNotContain("geheim");
        assertThat(problems("url: \"postgresql://db/x?autosave=always\""))
                .singleElement()
                .asString()
                .contains("has no option autosave");
        assertThat(problems("url: \"sqlite:holdfast.db\""))
                .singleElement()
                .asString()
                .contains("absolute path");
        assertThat(problems("url: \"sqlite:/a?mode=ro\"")).hasSize(1);
        assertThat(problems("keep_runs: 0, keep_for: 0s, lease: 4s")).hasSize(3);
    }
}
