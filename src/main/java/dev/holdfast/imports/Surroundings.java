package dev.holdfast.imports;

import java.io.IOException;
import java.util.List;

/** What an import may look at beside the file's own text; tests give it another. */
public interface Surroundings {
    /** The file's directory, absolute; empty: it came by standard input. */
    String directory();

    boolean isFile(String path);

    /** Paths that fit a pattern of * and ?, absolute; sorted. */
    List<String> glob(String pattern);

    /** @throws IOException when it cannot be read, or is too large */
    String read(String path) throws IOException;

    /** Of this host. */
    int processors();
}
