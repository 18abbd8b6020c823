package dev.holdfast.store;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store with the real clock, and what it said. */
final class StoreUnderTest implements AutoCloseable {
    static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    final List<String> said = new CopyOnWriteArrayList<>();
    final Store store;
    final RunHistory history;

    StoreUnderTest(Path file) {
        this(file, Migrations.ALL, new Retention(1000, Duration.ofDays(36500)));
    }

    StoreUnderTest(Path file, Migrations migrations, Retention retention) {
        store = new Store(
                file,
                Objects.requireNonNull(file.toAbsolutePath().getParent()),
                StoreUnderTest::now,
                said::add,
                migrations);
        history = new RunHistory(store, retention, StoreUnderTest::now);
    }

    static Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime()));
    }

    static Attempt attempt(String schedule, int n) {
        Instant at = THEN.plusSeconds(n);
        return new Attempt(
                schedule + "-" + n,
                1,
                schedule,
                at,
                "due",
                "failed",
                "exit",
                true,
                "exited with 3",
                at.plusMillis(3),
                at.plusMillis(1503),
                new Attempt.Ending(3, null, 0.25, 4096L, 0L, null),
                1,
                null);
    }

    /** Asks the file itself, as a program beside the daemon would. */
    static List<String> ask(Path file, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var all = new ArrayList<String>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    static void change(Path file, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
