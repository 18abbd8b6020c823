package dev.holdfast.store;

import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Gate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Taking jobs in. */
final class Submission {
    private static final String INSERT = """
            INSERT INTO job (id, queue, state, payload, priority, key, order_us, submitted_us, due_us, noted_us)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq""";

    /** unique_violation (PostgreSQL, Appendix A): looked at again, its job is there. */
    private static final String TAKEN = "23505";

    /** A delay that is none. */
    private static final long AT_ONCE = TimeUnit.MILLISECONDS.toMicros(500);

    /** One queue, while jobs come into it. */
    private static final class Line {
        final Gate gate;
        long waiting;
        final Steps steps;

        Line(Session s, Moment now, String queue) throws SQLException {
            QueueRow row = QueueRow.lockAnother(s, queue);
            gate = row.gate();
            waiting = row.waiting();
            steps = new Steps(s, now, queue);
        }
    }

    private Submission() {}

    static List<Accepted> submit(Session s, Moment now, List<Fresh> jobs, int mostWaiting) throws SQLException {
        Map<String, Line> lines = new HashMap<>();
        var names = new TreeSet<String>(); // always in the same order: two that wait for one another's would wait long
        jobs.forEach(job -> names.add(job.queue()));
        s.enter(String.join("\n", names));
        for (String name : names) {
            lines.put(name, new Line(s, now, name));
        }
        var accepted = new ArrayList<Accepted>();
        for (Fresh job : jobs) {
            Line line = lines.get(job.queue());
            if (line == null) {
                throw new SQLException("no row for the queue " + job.queue());
            }
            accepted.add(one(s, now, job, line, mostWaiting));
        }
        for (Line line : lines.values()) {
            line.steps.write();
        }
        return accepted;
    }

    private static Accepted one(Session s, Moment now, Fresh job, Line line, int mostWaiting) throws SQLException {
        String payload = PayloadText.write(job.payload());
        boolean full = mostWaiting > 0 && line.waiting >= mostWaiting;
        // Most are new: what is inserted need not be looked for first. A key's line would be changed before that.
        boolean insert = job.key() == null && line.gate != Gate.DRAINED && !full;
        if (insert && insert(s, now, job, line, payload)) {
            return new Accepted.New(job.id());
        }
        try (ResultSet r = s.sql("SELECT queue, payload, state FROM job WHERE id = ?", job.id())
                .executeQuery()) {
            if (r.next()) {
                boolean same =
                        r.getString(1).equals(job.queue()) && r.getString(2).equals(payload);
                return same
                        ? new Accepted.Known(job.id(), Rows.state(r.getInt(3)))
                        : new Accepted.Refused(
                                job.id(),
                                "another job has the id " + job.id()
                                        + (r.getString(1).equals(job.queue())
                                                ? ", with another payload"
                                                : ", in the queue " + r.getString(1)),
                                true);
            }
        }
        if (line.gate == Gate.DRAINED) {
            return new Accepted.Refused(job.id(), "the queue " + job.queue() + " is drained: it takes no jobs", false);
        }
        if (full) {
            return new Accepted.Refused(
                    job.id(), "the queue " + job.queue() + " is full: " + line.waiting + " jobs wait", false);
        }
        if (insert || !insert(s, now, job, line, payload)) {
            throw new SQLException("the job " + job.id() + " was taken in by another host just now", TAKEN);
        }
        return new Accepted.New(job.id());
    }

    /** @return false when there is one of that id */
    private static boolean insert(Session s, Moment now, Fresh job, Line line, String payload) throws SQLException {
        long wanted = now.kept(job.notBefore());
        boolean delayed = wanted > now.wall() + AT_ONCE; // it may have come when its transaction had begun
        long due = delayed ? wanted : now.wall();
        long order = now.kept(job.order());
        int state = delayed ? Rows.DELAYED : line.steps.keys.admit(job.key(), order, Long.MAX_VALUE);
        long seq = s.number(
                INSERT,
                job.id(),
                job.queue(),
                state,
                payload,
                job.priority(),
                job.key(),
                order,
                now.wall(),
                due,
                delayed ? (Long) now.wall() : null);
        if (seq == 0) {
            return false;
        }
        if (state == Rows.READY) {
            line.steps.keys.stands(job.key(), order, seq);
        }
        line.waiting++;
        line.steps.changes.move(-1, state);
        return true;
    }
}
