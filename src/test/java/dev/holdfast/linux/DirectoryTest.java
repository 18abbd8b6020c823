package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    @Test
    void oneThatWasRemovedMeanwhileHasNoEntries(@TempDir Path home) throws IOException {
        Path path = Files.createDirectory(home.resolve("gone"));
        Files.createFile(path.resolve("a"));
        NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
        try (Directory directory = Directory.at(path)) {
            assertThat(directory.next(memory)).hasSize(1);
            directory.seek(0);
            Files.delete(path.resolve("a"));
            Files.delete(path);
            assertThat(directory.next(memory)).isEmpty();
        }
    }
}
