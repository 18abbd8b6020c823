package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An editor that only knows the schema agrees with the loader. */
class SchemaTest {
    private final Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(dev.holdfast.config.Schema.json());

    @Test
    void acceptsTheContract() throws IOException {
        int files = 0;
        try (DirectoryStream<Path> contract = Files.newDirectoryStream(Path.of("src/test/resources/contract"))) {
            for (Path file : contract) {
                assertThat(errors(Files.readString(file))).as(file.toString()).isEmpty();
                files++;
            }
        }
        assertThat(files).isEqualTo(5);
    }

    @Test
    void refusesUnknownKeysWrongTypesAndMissingOnes() {
        assertThat(errors("version: 1\nproceses: {}")).isNotEmpty();
        assertThat(errors("version: 1\nprocesses: {a: {command: [x], type: once}}"))
                .isNotEmpty();
        assertThat(errors("version: 1\nprocesses: {a: {nice: 5}}")).isNotEmpty();
        assertThat(errors("processes: {}")).isNotEmpty();
    }

    private List<Error> errors(String yaml) {
        return schema.validate(yaml, InputFormat.YAML);
    }
}
