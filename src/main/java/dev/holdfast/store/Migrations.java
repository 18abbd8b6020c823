package dev.holdfast.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * The schema, step by step: each in a transaction of its own, in which user_version becomes its number. A step that was
 * published is never changed; its digest is kept in the store, and another text under the same number is refused.
 *
 * @param names files beside this class, in order, the first is number 1
 */
record Migrations(List<String> names) {
    static final Migrations ALL = new Migrations(List.of("0001-runs.sql", "0002-claims.sql", "0003-jobs.sql"));

    /** Holdfast's number in the header of its files: "HOLD". */
    static final int APPLICATION = 0x484f4c44;

    int newest() {
        return names.size();
    }

    static int version(Session s) throws SQLException {
        try (var rows = s.sql("PRAGMA user_version").executeQuery()) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    /**
     * Brings it up to date.
     *
     * @throws StoreException when it is newer than this program, or was made by other steps; nothing is changed then
     */
    void apply(Session s, String file, Instant now) throws SQLException, StoreException {
        int is = version(s);
        refuse(is, file);
        if (is > 0) {
            check(s, Math.min(is, newest()), file);
        }
        for (int next = is + 1; next <= newest(); next++) {
            String text = text(names.get(next - 1));
            s.run("BEGIN IMMEDIATE");
            try {
                if (version(s) == next - 1) { // else another daemon was here meanwhile
                    if (next == 1) {
                        s.run("PRAGMA application_id = " + APPLICATION);
                        s.run("CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                                + " sha256 TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT");
                    }
                    s.run(text);
                    s.run("INSERT INTO migration VALUES (" + next + ", '" + names.get(next - 1) + "', '" + digest(text)
                            + "', " + Time.micros(now) + ")");
                    s.run("PRAGMA user_version = " + next);
                }
                s.run("COMMIT");
            } catch (SQLException e) {
                s.run("ROLLBACK");
                throw e;
            }
        }
    }

    void refuse(int version, String file) throws StoreException {
        if (version > newest()) {
            throw new StoreException(file + " has schema " + version + ", of a later Holdfast; this one knows up to "
                    + newest() + ", and leaves it as it is");
        }
    }

    private void check(Session s, int upTo, String file) throws SQLException, StoreException {
        try (var rows =
                s.sql("SELECT number, sha256 FROM migration ORDER BY number").executeQuery()) {
            int seen = 0;
            while (rows.next() && ++seen <= upTo) {
                String name = names.get(seen - 1);
                if (rows.getInt(1) != seen || !digest(text(name)).equals(rows.getString(2))) {
                    throw new StoreException(file + " was made by another " + name + " than this Holdfast has, and is"
                            + " left as it is");
                }
            }
        }
    }

    static String text(String name) {
        try (InputStream in = Migrations.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no " + name + " in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String digest(String text) {
        try {
            byte[] of = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(of));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
