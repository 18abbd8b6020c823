package dev.holdfast.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/**
 * The file: made, opened, checked, set aside. What is no store of ours, or a damaged one, keeps its bytes under another
 * name.
 */
final class Database {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    /** Of the header (sqlite.org/fileformat2.html). */
    private static final int HEADER = 100;

    private static final int USER_VERSION = 60;
    private static final int APPLICATION_ID = 68;
    /** Larger ones are not read through at each start; damage is met where it is. */
    private static final long CHECKED_BYTES = 32L << 20;

    private final Path file;
    private final Path own;
    private final Migrations migrations;

    /** @param own a directory that only we may write, for the driver's native half where no image has it */
    Database(Path file, Path own, Migrations migrations) {
        this.file = file;
        this.own = own;
        this.migrations = migrations;
    }

    /** It is not ours, or damaged: {@code getMessage} says why. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String why) {
            super(why);
        }
    }

    /**
     * Opens it, made and brought up to date if need be.
     *
     * @throws StoreException when it is to be left alone
     * @throws Unusable when it is to be set aside
     */
    Session open(Instant now) throws SQLException, StoreException, Unusable {
        String name = file.toString();
        if (name.contains("?")) { // what follows would be read as options
            throw new StoreException(name + ": a store's file cannot have ? in its name");
        }
        look();
        make();
        NativeLibrary.find(own);
        Connection connection = JDBC.createConnection("jdbc:sqlite:" + name, new Properties());
        if (connection == null) {
            throw new StoreException("no driver for " + name);
        }
        var session = new Session(connection);
        boolean opened = false;
        try {
            session.run("PRAGMA busy_timeout = 10000");
            ours(session);
            settings(session); // only now: they change the file
            migrations.apply(session, name, now);
            session.run("PRAGMA wal_checkpoint(TRUNCATE)"); // so that the header tells the version
            opened = true;
            return session;
        } finally {
            if (!opened) {
                session.close();
            }
        }
    }

    /** What the header tells, without a byte being changed. */
    private void look() throws StoreException, Unusable {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (header.hasRemaining() && in.read(header) >= 0) {}
        } catch (java.nio.file.NoSuchFileException none) {
            return;
        } catch (IOException e) {
            throw new StoreException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (header.position() == 0) {
            return; // nothing was ever in it
        }
        boolean sqlite = header.position() == HEADER
                && java.util.Arrays.equals(header.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length);
        if (!sqlite) {
            throw new Unusable("it is no SQLite database");
        }
        int application = header.getInt(APPLICATION_ID);
        if (application == Migrations.APPLICATION) {
            migrations.refuse(header.getInt(USER_VERSION), file.toString());
        } else if (application != 0) {
            throw new Unusable("it is the database of another program");
        }
    }

    private void make() throws StoreException, SQLException {
        var only = PosixFilePermissions.fromString("rw-------");
        try {
            if (Files.exists(file)) {
                Files.setPosixFilePermissions(file, only);
            } else {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(only));
            }
        } catch (IOException e) {
            // Passes, as a full disk does.
            throw new SQLException(file + " cannot be made: " + e.getMessage(), "", 14, e);
        }
    }

    private static void settings(Session s) throws SQLException {
        s.run("PRAGMA auto_vacuum = INCREMENTAL"); // counts only before the first table
        s.run("PRAGMA journal_mode = WAL");
        s.run("PRAGMA synchronous = FULL");
        s.run("PRAGMA foreign_keys = ON");
        s.run("PRAGMA cache_size = -512");
        s.run("PRAGMA journal_size_limit = 4194304");
    }

    private void ours(Session s) throws SQLException, Unusable {
        if (s.number("PRAGMA application_id") != Migrations.APPLICATION
                && s.number("SELECT count(*) FROM sqlite_schema") > 0) {
            throw new Unusable("it is the database of another program");
        }
        long bytes = s.number("PRAGMA page_count") * s.number("PRAGMA page_size");
        String damage = bytes > CHECKED_BYTES ? null : damage(s);
        if (damage != null) {
            throw new Unusable("it is damaged: " + damage);
        }
    }

    static @Nullable String damage(Session s) throws SQLException {
        try (var rows = s.sql("PRAGMA quick_check(1)").executeQuery()) {
            String said = rows.next() ? rows.getString(1) : "no answer";
            return said.equals("ok") ? null : said;
        }
    }

    /**
     * Gives it another name, with what belongs to it.
     *
     * @return the new name
     * @throws StoreException when that cannot be: then it stays, and nothing is written over it
     */
    Path setAside(Instant now) throws StoreException {
        String stem = file.getFileName() + ".damaged-" + STAMP.format(now);
        Path aside = file.resolveSibling(stem);
        for (int n = 2; Files.exists(aside); n++) {
            aside = file.resolveSibling(stem + "-" + n);
        }
        try {
            for (String suffix : List.of("-wal", "-shm", "")) {
                Path part = Path.of(file + suffix);
                if (Files.exists(part)) {
                    Files.move(part, Path.of(aside + suffix));
                }
            }
        } catch (IOException e) {
            throw new StoreException(file + " is unusable and cannot be renamed: " + e.getMessage(), e);
        }
        return aside;
    }
}
