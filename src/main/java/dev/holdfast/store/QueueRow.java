package dev.holdfast.store;

import dev.holdfast.store.Jobs.Gate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue's row: its gate, its rate and its numbers. Work that changes jobs of a queue locks its row first, so that of one
 * queue one transaction at a time is under way, on however many hosts.
 *
 * @param waiting delayed ones included
 * @param freeMicros see {@link Pacing}
 */
record QueueRow(
        Gate gate,
        long waiting,
        long delayed,
        long running,
        long succeeded,
        long failed,
        long cancelled,
        int perKey,
        long freeMicros) {
    private static final QueueRow NEW = new QueueRow(Gate.OPEN, 0, 0, 0, 0, 0, 0, 0, 0);
    private static final String READ = """
            SELECT gate, waiting, delayed, running, succeeded, failed, cancelled, per_key, free_us
            FROM job_queue WHERE name = ?""";

    static QueueRow lock(Session s, String queue) throws SQLException {
        s.enter(queue);
        return lockAnother(s, queue);
    }

    /** One of several, which are always locked in the same order. */
    static QueueRow lockAnother(Session s, String queue) throws SQLException {
        String text = s.forUpdate(READ);
        for (int tries = 0; tries < 2; tries++) {
            try (ResultSet r = s.sql(text, queue).executeQuery()) {
                if (r.next()) {
                    return of(r);
                }
            }
            s.change("INSERT INTO job_queue (name) VALUES (?) ON CONFLICT DO NOTHING", queue);
        }
        throw new SQLException("no row for the queue " + queue);
    }

    /** Without locking it. */
    static QueueRow read(Session s, String queue) throws SQLException {
        try (ResultSet r = s.sql(READ, queue).executeQuery()) {
            return r.next() ? of(r) : NEW;
        }
    }

    private static QueueRow of(ResultSet r) throws SQLException {
        return new QueueRow(
                Rows.gate(r.getInt(1)),
                r.getLong(2),
                r.getLong(3),
                r.getLong(4),
                r.getLong(5),
                r.getLong(6),
                r.getLong(7),
                r.getInt(8),
                r.getLong(9));
    }

    long over() {
        return succeeded + failed + cancelled;
    }

    static List<String> names(Session s) throws SQLException {
        var names = new ArrayList<String>();
        try (ResultSet r = s.sql("SELECT name FROM job_queue ORDER BY name").executeQuery()) {
            while (r.next()) {
                names.add(r.getString(1));
            }
        }
        return names;
    }

    /** What changes in a queue's numbers, gathered and written once. */
    static final class Changes {
        private final long[] by = new long[Rows.CANCELLED + 1];

        /** One or several less here, more there; {@code from} or {@code to} below 0: it is new, or gone. */
        Changes move(int from, int to, long many) {
            if (from >= 0) {
                by[from] -= many;
            }
            if (to >= 0) {
                by[to] += many;
            }
            return this;
        }

        Changes move(int from, int to) {
            return move(from, to, 1);
        }

        void write(Session s, String queue) throws SQLException {
            long waiting = by[Rows.DELAYED] + by[Rows.READY] + by[Rows.HELD];
            boolean nothing = waiting == 0;
            for (int state : new int[] {Rows.DELAYED, Rows.RUNNING, Rows.SUCCEEDED, Rows.FAILED, Rows.CANCELLED}) {
                nothing &= by[state] == 0;
            }
            if (by[Rows.DELAYED] > 0 || by[Rows.READY] > 0) {
                s.wake(queue);
            }
            if (!nothing) {
                s.change(
                        """
                        UPDATE job_queue SET waiting = waiting + ?, delayed = delayed + ?, running = running + ?,
                          succeeded = succeeded + ?, failed = failed + ?, cancelled = cancelled + ? WHERE name = ?""",
                        waiting,
                        by[Rows.DELAYED],
                        by[Rows.RUNNING],
                        by[Rows.SUCCEEDED],
                        by[Rows.FAILED],
                        by[Rows.CANCELLED],
                        queue);
            }
        }
    }
}
