package dev.holdfast.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What changing a job needs to know of it. Its queue, key and order never change. */
record JobRow(
        long seq,
        String id,
        String queue,
        int state,
        @Nullable String key,
        long order,
        int attempt,
        long token,
        @Nullable String host,
        @Nullable Long started,
        boolean cancel,
        @Nullable String failure) {
    static final String COLUMNS =
            "SELECT seq, id, queue, state, key, order_us, attempt, token, host, started_us, cancel, failure FROM job";

    /** With its queue's row locked; null: there is none. */
    static @Nullable JobRow locked(Session s, String id) throws SQLException {
        JobRow found = byId(s, id);
        if (found == null || !s.shared()) {
            return found;
        }
        QueueRow.lock(s, found.queue);
        return byId(s, id); // it may have changed before that
    }

    private static @Nullable JobRow byId(Session s, String id) throws SQLException {
        try (ResultSet r = s.sql(COLUMNS + " WHERE id = ?", id).executeQuery()) {
            return r.next() ? of(r) : null;
        }
    }

    static JobRow of(ResultSet r) throws SQLException {
        return new JobRow(
                r.getLong(1),
                r.getString(2),
                r.getString(3),
                r.getInt(4),
                r.getString(5),
                r.getLong(6),
                r.getInt(7),
                r.getLong(8),
                r.getString(9),
                Rows.whole(r, "started_us"),
                r.getInt(11) != 0,
                r.getString(12));
    }

    boolean waits() {
        return state < Rows.RUNNING;
    }

    /** Out of the line, if it stands there. */
    void leave(Keys keys) throws SQLException {
        if (state == Rows.READY) {
            keys.left(key);
        }
    }
}
