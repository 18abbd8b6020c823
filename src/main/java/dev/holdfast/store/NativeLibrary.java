package dev.holdfast.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Where the driver finds its native half. The image has it beside the JVM's own libraries; else the driver unpacks it, which
 * it must not do where others may write: what lies there is loaded.
 */
final class NativeLibrary {
    private static final String NAME = "libsqlitejdbc.so";

    private static final int CANTOPEN = 14;

    private NativeLibrary() {}

    /**
     * Before the driver's use. Loaded by the driver itself, what could not be unpacked once, as the disk was full, would be
     * missing for the rest of this JVM's life.
     *
     * @param own a directory that only the daemon may write
     * @throws SQLException when it is not there, or cannot be unpacked for now
     */
    static void find(Path own) throws SQLException {
        Path linked = Path.of(System.getProperty("java.home"), "lib");
        if (Files.exists(linked.resolve(NAME))) {
            System.setProperty("org.sqlite.lib.path", linked.toString());
            System.setProperty("org.sqlite.lib.name", NAME);
        } else {
            System.setProperty("org.sqlite.tmpdir", own.toString());
        }
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception e) {
            throw new SQLException(
                    "the driver's native half cannot be loaded from "
                            + (Files.exists(linked.resolve(NAME)) ? linked : own) + ": " + e.getMessage(),
                    "",
                    CANTOPEN,
                    e);
        }
    }
}
