package dev.holdfast.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The schema {@code holdfast} in a server's database, brought up to date step by step as {@link Migrations} does for
 * files; by one host at a time, whoever connects first.
 */
final class ServerSchema {
    /** Holdfast's number, as in its files. */
    private static final long LOCK = Migrations.APPLICATION;

    static final List<String> STEPS = List.of("server-0001.sql", "server-0002.sql");

    private ServerSchema() {}

    /**
     * The session's settings, and the schema.
     *
     * @throws StoreException when the database cannot be used; nothing is changed then
     */
    static void prepare(Connection connection, Session s) throws SQLException, StoreException {
        prepare(connection, s, STEPS);
    }

    /** @param steps files beside this class, in order, the first is number 1 */
    static void prepare(Connection connection, Session s, List<String> steps) throws SQLException, StoreException {
        s.run("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
        s.run("SET client_min_messages = warning");
        s.run("SET lock_timeout = '5s'");
        s.run("SET statement_timeout = '20s'");
        // A host that stops in the middle of its transaction does not keep the others waiting.
        s.run("SET idle_in_transaction_session_timeout = '5s'");
        if (!word(s, "SHOW server_encoding").equals("UTF8")) {
            throw new StoreException("the database's encoding is " + word(s, "SHOW server_encoding") + ", not UTF8");
        }
        if (word(s, "SHOW synchronous_commit").equals("off")) {
            s.run("SET synchronous_commit = on"); // what is told as done is on disk
        }
        connection.setAutoCommit(false);
        s.number("SELECT 1 FROM (SELECT pg_advisory_xact_lock(?)) locked", LOCK);
        // Asked for first: who may not make a schema may have been given one.
        if (s.number("SELECT count(*) FROM pg_namespace WHERE nspname = 'holdfast'") == 0) {
            s.run("CREATE SCHEMA holdfast");
        }
        s.run("SET search_path = holdfast");
        if (s.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'holdfast' AND tablename = 'migration'") == 0) {
            s.run("CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                    + " sha256 TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now())");
        }
        int is = check(s, steps);
        for (int next = is + 1; next <= steps.size(); next++) {
            String name = steps.get(next - 1);
            String text = Migrations.text(name);
            s.run(text);
            s.change(
                    "INSERT INTO migration (number, name, sha256) VALUES (?, ?, ?)",
                    next,
                    name,
                    Migrations.digest(text));
        }
        connection.commit();
    }

    private static int check(Session s, List<String> steps) throws SQLException, StoreException {
        int seen = 0;
        try (ResultSet r =
                s.sql("SELECT number, sha256 FROM migration ORDER BY number").executeQuery()) {
            while (r.next()) {
                seen++;
                if (seen > steps.size()) {
                    throw new StoreException("the database has schema " + r.getInt(1)
                            + ", of a later Holdfast; this one knows up to " + steps.size());
                }
                if (r.getInt(1) != seen
                        || !Migrations.digest(Migrations.text(steps.get(seen - 1)))
                                .equals(r.getString(2))) {
                    throw new StoreException("the database was made by another " + steps.get(seen - 1)
                            + " than this Holdfast has, and is left as it is");
                }
            }
        }
        return seen;
    }

    private static String word(Session s, String show) throws SQLException {
        try (ResultSet r = s.sql(show).executeQuery()) {
            return r.next() ? r.getString(1) : "";
        }
    }
}
