package dev.holdfast.imports;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** What an import may look at beside the file's own text; tests give it another. */
public interface Surroundings {
    /** The file's directory, absolute; empty: it came by standard input. */
    String directory();

    boolean isFile(String path);

    /**
     * Paths that fit a pattern of * and ?, absolute; sorted.
     *
     * @throws IOException when a directory cannot be read
     */
    List<String> glob(String pattern) throws IOException;

    /** A path from the file's directory on; as it is, where that is not known, or it is no path. */
    default String beside(String path) {
        try {
            return directory().isEmpty()
                    ? path
                    : Path.of(directory()).resolve(path).normalize().toString();
        } catch (InvalidPathException none) {
            return path;
        }
    }

    /** @throws IOException when it cannot be read, is too large, or is not UTF-8 */
    String read(String path) throws IOException;

    /** Of this host. */
    int processors();
}
