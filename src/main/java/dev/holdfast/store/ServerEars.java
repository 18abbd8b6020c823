package dev.holdfast.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears of what other hosts have committed, on a connection of its own. What is missed while that is broken is not told
 * later: whoever waits asks now and then all the same.
 */
final class ServerEars {
    private static final int HEARD_WITHIN_MS = 10_000;
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    interface Connecting {
        Connection connect() throws SQLException;
    }

    private final Connecting connecting;
    private final Consumer<String> wake;
    private final Thread thread =
            Thread.ofPlatform().name("holdfast-ears").daemon().unstarted(this::run);
    private volatile boolean closing;
    private volatile @Nullable Connection connection;

    ServerEars(Connecting connecting, Consumer<String> wake) {
        this.connecting = connecting;
        this.wake = wake;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closing) {
            try (Connection c = connecting.connect();
                    var statement = c.createStatement()) {
                connection = c;
                statement.execute("LISTEN holdfast");
                listen(c);
            } catch (SQLException | RuntimeException lost) { // the store's own connection says so
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void listen(Connection c) throws SQLException {
        PGConnection server = c.unwrap(PGConnection.class);
        while (!closing) {
            PGNotification[] heard = server.getNotifications(HEARD_WITHIN_MS);
            if (heard == null || heard.length == 0) {
                if (!c.isValid(5)) { // seconds; a partition is silent
                    throw new SQLException("no answer", "08006");
                }
                continue;
            }
            for (PGNotification n : heard) {
                wake.accept(n.getParameter());
            }
        }
    }

    void end() throws InterruptedException {
        closing = true;
        Connection c = connection;
        if (c != null) {
            try {
                c.abort(Runnable::run);
            } catch (SQLException gone) {
                LockSupport.unpark(thread);
            }
        }
        LockSupport.unpark(thread);
        thread.join(LAST_WAIT);
    }
}
