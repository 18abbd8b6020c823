package dev.holdfast.store;

import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Health;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How queues are: from their rows, the ends of indexes, and counts by minute; as cheap with millions of jobs as with ten. */
final class QueueHealth {
    /**
     * Of what has come due and nobody claimed since: more of them still count as delayed. Of what waits behind others of its
     * key: more of them count as if they could run.
     */
    private static final int COUNTED = 10_000;

    private QueueHealth() {}

    static boolean gate(Session s, String queue, Gate gate, String by) throws SQLException {
        QueueRow.lock(s, queue);
        s.wake(queue);
        return s.change(
                        "UPDATE job_queue SET gate = ?, gate_by = ? WHERE name = ?",
                        Rows.number(gate),
                        Rows.words(by),
                        queue)
                > 0;
    }

    static List<Health> of(Session s, Moment now, List<String> queues, Duration window) throws SQLException {
        var all = new ArrayList<Health>();
        for (String queue : queues) {
            all.add(one(s, now, queue, window));
        }
        return all;
    }

    private static Health one(Session s, Moment now, String queue, Duration window) throws SQLException {
        QueueRow row = QueueRow.read(s, queue);
        long due = row.delayed() == 0 ? 0 : s.number("""
                        SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = ? AND state = 0 AND due_us <= ? LIMIT ?) due""", queue, now.wall(), COUNTED);
        long heldBack = row.perKey() == 0 || row.waiting() <= row.delayed() ? 0 : s.number("""
                        SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = ? AND state = 2 LIMIT ?) held""", queue, COUNTED);
        Long oldest = null;
        for (int state : new int[] {Rows.DELAYED, Rows.READY, Rows.HELD}) {
            oldest = earlier(oldest, s, queue, state, now);
        }
        try (ResultSet r = s.sql("""
                        SELECT sum(succeeded), sum(failed), sum(attempts) FROM job_minute
                        WHERE queue = ? AND minute >= ? AND minute <= ?""", queue, Steps.minute(now.wall() - Moment.micros(window)), Steps.minute(now.wall()))
                .executeQuery()) {
            boolean any = r.next();
            return new Health(
                    queue,
                    row.gate(),
                    row.waiting(),
                    row.delayed() - due,
                    heldBack,
                    row.running(),
                    oldest == null ? null : now.own(oldest),
                    any ? r.getLong(1) : 0,
                    any ? r.getLong(2) : 0,
                    any ? r.getLong(3) : 0,
                    row.failed());
        }
    }

    private static @Nullable Long earlier(@Nullable Long than, Session s, String queue, int state, Moment now)
            throws SQLException {
        long first = s.number(
                "SELECT min(due_us) FROM job WHERE queue = ? AND state = ? AND due_us <= ?", queue, state, now.wall());
        return first > 0 && (than == null || first < than) ? (Long) first : than;
    }
}
