package dev.holdfast.cli;

import dev.holdfast.imports.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** This host, beside a file that is imported. */
final class ImportSurroundings implements Surroundings {
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_FOUND = 2_000;
    private static final int DEEPEST = 6;

    private final @Nullable Path file;

    /** @param file null: standard input */
    ImportSurroundings(@Nullable Path file) {
        this.file = file;
    }

    @Override
    public String directory() {
        Path parent = file == null ? null : file.toAbsolutePath().normalize().getParent();
        return parent == null ? "" : parent.toString();
    }

    @Override
    public boolean isFile(String path) {
        try {
            return Files.isRegularFile(Path.of(path));
        } catch (InvalidPathException none) {
            return false;
        }
    }

    @Override
    public List<String> glob(String pattern) throws IOException {
        String fixed = pattern.replaceFirst("[*?\\[{].*", "");
        Path root;
        PathMatcher fits;
        try {
            root = Path.of(fixed.isEmpty() ? "/" : fixed.substring(0, fixed.lastIndexOf('/') + 1));
            fits = FileSystems.getDefault()
                    .getPathMatcher("glob:" + Path.of(pattern).normalize());
        } catch (IllegalArgumentException none) {
            return List.of();
        }
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        int depth = Math.min(DEEPEST, Path.of(pattern).getNameCount() - root.getNameCount());
        try (Stream<Path> all = Files.walk(root.normalize(), Math.max(1, depth))) {
            return all.filter(fits::matches)
                    .filter(Files::isRegularFile)
                    .limit(MOST_FOUND)
                    .map(Path::toString)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException unreadable) {
            throw Objects.requireNonNull(unreadable.getCause());
        }
    }

    @Override
    public String read(String path) throws IOException {
        try (var in = Files.newInputStream(Path.of(path))) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it has more than 4 MiB");
            }
            return text(bytes);
        }
    }

    /** @throws CharacterCodingException when they are not UTF-8 */
    static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    @Override
    public int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
