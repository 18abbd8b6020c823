package dev.holdfast.store;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the driver finds its native half. The image has it beside the JVM's own libraries; else the driver unpacks it, which
 * it must not do where others may write: what lies there is loaded.
 */
final class NativeLibrary {
    private static final String NAME = "libsqlitejdbc.so";

    private NativeLibrary() {}

    /**
     * Before the driver's first use.
     *
     * @param own a directory that only the daemon may write
     */
    static void find(Path own) {
        Path linked = Path.of(System.getProperty("java.home"), "lib");
        if (Files.exists(linked.resolve(NAME))) {
            System.setProperty("org.sqlite.lib.path", linked.toString());
            System.setProperty("org.sqlite.lib.name", NAME);
        } else {
            System.setProperty("org.sqlite.tmpdir", own.toString());
        }
    }
}
