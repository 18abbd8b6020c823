package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next daemon makes of records that it cannot read. */
class InstanceFilesTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path run;

    private final List<String> warned = new ArrayList<>();
    private InstanceFiles files;
    private Path dir;

    @BeforeEach
    void open() throws IOException {
        files = new InstanceFiles(run);
        dir = Files.createDirectories(run.resolve("instances/" + ID));
        Files.createFile(dir.resolve("out"));
    }

    @AfterEach
    void close() {
        files.close();
    }

    @Test
    void oneThatCannotBeReadNowStays() throws IOException {
        Files.createDirectory(dir.resolve("record")); // an error of reading that root has, too
        assertThat(files.records(warned::add)).isEmpty();
        assertThat(warned).singleElement().asString().contains(ID, "it is left as it is");
        assertThat(dir.resolve("out")).exists();
    }

    @Test
    void aDamagedOneStays() throws IOException {
        Files.writeString(dir.resolve("record"), "label=\\u12zz\nend=true\n");
        assertThat(files.records(warned::add)).isEmpty();
        assertThat(warned).singleElement().asString().contains(ID + ": damaged record: ");
        assertThat(dir.resolve("record")).exists();
    }

    @Test
    void aTornOneIsNobodys() throws IOException {
        Files.writeString(dir.resolve("record"), "label=web\npid=1");
        assertThat(files.records(warned::add)).isEmpty();
        assertThat(warned).isEmpty();
        assertThat(dir).doesNotExist();
    }

    @Test
    void neitherIsNone() throws IOException {
        assertThat(files.records(warned::add)).isEmpty();
        assertThat(warned).isEmpty();
        assertThat(dir).doesNotExist();
    }
}
