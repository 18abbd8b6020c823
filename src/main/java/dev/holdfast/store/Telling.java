package dev.holdfast.store;

import dev.holdfast.store.Jobs.Notice;
import dev.holdfast.store.Jobs.Seen;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends that somebody is to be told of: noted in the transaction of the end, and kept until that is done. */
final class Telling {
    private static final long BACKWARDS = TimeUnit.SECONDS.toMicros(5);

    private record Due(long id, long seq, long token, int tries) {}

    private Telling() {}

    static void note(Session s, Moment now, JobRow job, int state, @Nullable String failure, String detail)
            throws SQLException {
        s.change(
                """
                INSERT INTO job_notice (job, token, state, attempt, ended_us, failure, detail, due_us, noted_us, tries)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""", job.seq(), job.token(), state, job.attempt(), now.wall(), failure, detail, now.wall(), now.wall());
    }

    static List<Notice> due(Session s, Moment now, int most, Duration lease) throws SQLException {
        s.change(
                "UPDATE job_notice SET due_us = due_us - noted_us + ?, noted_us = ? WHERE noted_us > ?",
                now.wall(),
                now.wall(),
                now.wall() + BACKWARDS);
        var due = new ArrayList<Due>();
        String text = s.skipLocked(
                "SELECT id, job, token, tries FROM job_notice WHERE due_us <= ? ORDER BY due_us, id LIMIT ?");
        try (ResultSet r = s.sql(text, now.wall(), most).executeQuery()) {
            while (r.next()) {
                due.add(new Due(r.getLong(1), r.getLong(2), r.getLong(3), r.getInt(4)));
            }
        }
        var notices = new ArrayList<Notice>();
        for (Due notice : due) {
            s.change(
                    "UPDATE job_notice SET due_us = ?, noted_us = ?, tries = tries + 1 WHERE id = ?",
                    now.wall() + Moment.micros(lease),
                    now.wall(),
                    notice.id);
            notices.add(new Notice(notice.id, asItWas(s, notice), notice.tries));
        }
        return notices;
    }

    /** As it was when it ended: it may have been asked for again since. */
    private static Seen asItWas(Session s, Due notice) throws SQLException {
        try (ResultSet r = s.sql("""
                        SELECT job.id AS id, job.queue AS queue, n.state AS state, job.payload AS payload,
                          job.priority AS priority, job.key AS key, job.submitted_us AS submitted_us, NULL AS due_us,
                          n.ended_us AS ended_us, n.attempt AS attempt, job.host AS host, n.failure AS failure,
                          n.detail AS detail, NULL AS progress
                        FROM job_notice n JOIN job ON job.seq = n.job WHERE n.id = ?""", notice.id).executeQuery()) {
            if (!r.next()) {
                throw new SQLException("notice " + notice.id + " is of no job");
            }
            return Looking.seen(r, Looking.attempts(s, notice.seq, notice.token));
        }
    }

    static boolean told(Session s, Moment now, long id, @Nullable Instant again) throws SQLException {
        if (again == null) {
            return s.change("DELETE FROM job_notice WHERE id = ?", id) > 0;
        }
        return s.change("UPDATE job_notice SET due_us = ?, noted_us = ? WHERE id = ?", now.kept(again), now.wall(), id)
                > 0;
    }
}
