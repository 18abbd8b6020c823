package dev.holdfast.post;

import dev.holdfast.config.AlertSpec.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Secrets are read when they are needed: a file that is exchanged needs no reload, and none stays in memory. */
final class Secrets {
    private static final int MOST = 65_536;

    private Secrets() {}

    /** @throws IOException when its file cannot be read, or is empty */
    static @Nullable String read(@Nullable Secret secret) throws IOException {
        return switch (secret) {
            case null -> null;
            case Secret.Given(String value) -> value;
            case Secret.InFile(String path) -> {
                try (var in = Files.newInputStream(Path.of(path))) {
                    String text = new String(in.readNBytes(MOST), StandardCharsets.UTF_8).strip();
                    if (text.isEmpty()) {
                        throw new IOException(path + " is empty");
                    }
                    yield text;
                } catch (java.nio.file.NoSuchFileException e) {
                    throw new IOException(path + " does not exist", e);
                }
            }
        };
    }
}
