package dev.holdfast.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Where the driver finds its native half. The image has it beside the JVM's own libraries; else it is unpacked, not where
 * others may write, since what lies there is loaded. We do so ourselves: the driver would leave another one behind with
 * each daemon that is killed. Thread-safe.
 */
final class NativeLibrary {
    private static final String NAME = "libsqlitejdbc.so";

    private static final int CANTOPEN = 14;

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    private NativeLibrary() {}

    /**
     * Before the driver's use. Loaded by the driver itself, what could not be unpacked once, as the disk was full, would be
     * missing for the rest of this JVM's life.
     *
     * @param own a directory that only the daemon may write
     * @throws SQLException when it is not there, or cannot be unpacked for now
     */
    static synchronized void find(Path own) throws SQLException {
        if (LOADED.get()) {
            return;
        }
        Path linked = Path.of(System.getProperty("java.home"), "lib");
        boolean image = Files.exists(linked.resolve(NAME));
        Path from = image ? linked : own;
        try {
            if (!image) {
                unpack(own.resolve(NAME));
            }
            System.setProperty("org.sqlite.lib.path", from.toString());
            System.setProperty("org.sqlite.lib.name", NAME);
            System.setProperty("org.sqlite.tmpdir", own.toString()); // where it unpacks what it does not find there
            LOADED.set(SQLiteJDBCLoader.initialize());
        } catch (Exception e) {
            throw new SQLException(
                    "the driver's native half cannot be loaded from " + from + ": " + e.getMessage(), "", CANTOPEN, e);
        }
    }

    private static void unpack(Path to) throws IOException {
        byte[] library = packed();
        if (Files.exists(to) && Arrays.equals(Files.readAllBytes(to), library)) {
            return; // an earlier daemon's; a full disk is no harm
        }
        Path fresh = to.resolveSibling(NAME + ".new");
        try {
            Files.write(fresh, library);
            Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static byte[] packed() throws IOException {
        String path = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
        try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("the driver has none for this machine: " + path);
            }
            return in.readAllBytes();
        }
    }
}
