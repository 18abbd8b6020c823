package dev.holdfast.store;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The steps a job takes from one state to another; each is part of a transaction that has the queue's row. */
final class Steps {
    /** Attempts kept of one job; somebody may ask for it again and again. */
    private static final int MOST_ATTEMPTS = 100;

    private final Session s;
    private final Moment now;
    private final String queue;
    final Keys keys;
    final QueueRow.Changes changes = new QueueRow.Changes();
    private int succeeded;
    private int failed;
    private int attempts;

    Steps(Session s, Moment now, String queue) {
        this.s = s;
        this.now = now;
        this.queue = queue;
        this.keys = new Keys(s, queue);
    }

    /** Once, when all steps are taken. */
    void write() throws SQLException {
        changes.write(s, queue);
        if (succeeded + failed + attempts > 0) {
            s.change("""
                    INSERT INTO job_minute (queue, minute, succeeded, failed, attempts) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (queue, minute) DO UPDATE SET succeeded = job_minute.succeeded + excluded.succeeded,
                      failed = job_minute.failed + excluded.failed, attempts = job_minute.attempts + excluded.attempts""", queue, minute(now.wall()), succeeded, failed, attempts);
        }
    }

    static long minute(long micros) {
        return Math.floorDiv(micros, TimeUnit.MINUTES.toMicros(1));
    }

    /**
     * It ran, or was over, and waits again; one that ran has been taken from its key.
     *
     * @param attempt those made
     * @param token what the next claim's grows from
     */
    void waits(JobRow job, long due, int attempt, long token, @Nullable String failure, String detail)
            throws SQLException {
        boolean delayed = due > now.wall();
        int state = delayed ? Rows.DELAYED : keys.admit(job.key(), job.order(), job.seq());
        s.change("""
                UPDATE job SET state = ?, due_us = ?, noted_us = ?, attempt = ?, token = ?, failure = ?, detail = ?,
                  lease_us = NULL, ended_us = NULL, cancel = 0, progress = NULL WHERE seq = ?""", state, due, delayed ? (Long) now.wall() : null, attempt, token, failure, detail, job.seq());
        if (state == Rows.READY) {
            keys.stands(job.key(), job.order(), job.seq());
        }
        changes.move(job.state(), state);
    }

    /** It comes to its end. */
    void over(JobRow job, int state, int attempt, long token, @Nullable String failure, String detail)
            throws SQLException {
        s.change("""
                UPDATE job SET state = ?, due_us = NULL, noted_us = NULL, lease_us = NULL, ended_us = ?, attempt = ?,
                  token = ?, failure = ?, detail = ? WHERE seq = ?""", state, now.wall(), attempt, token, failure, detail, job.seq());
        changes.move(job.state(), state);
        succeeded += state == Rows.SUCCEEDED ? 1 : 0;
        failed += state == Rows.FAILED ? 1 : 0;
    }

    void attempted(JobRow job, Attempt a) throws SQLException {
        attempts++;
        s.change(
                """
                INSERT INTO job_attempt (job, token, number, lost, host, started_us, ended_us, failure, detail, exit_code,
                  signal, cpu_seconds, peak_bytes, read_bytes, written_bytes, output)
                VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                job.seq(),
                job.token(),
                a.number(),
                Rows.words(a.host()),
                Time.microsOrNull(a.started()),
                Time.microsOrNull(a.ended()),
                a.failure(),
                Rows.words(a.detail()),
                a.exitCode(),
                a.signal(),
                a.cpuSeconds(),
                a.peakBytes(),
                a.readBytes(),
                a.writtenBytes(),
                Rows.tail(a.output()));
        bound(job);
    }

    /** Its lease is over, and nobody knows what became of it. Its holder's token is worth nothing any more. */
    void lost(JobRow job) throws SQLException {
        attempts++;
        String detail = job.host() + " did not renew its lease";
        s.change(
                """
                INSERT INTO job_attempt (job, token, number, lost, host, started_us, ended_us, failure, detail)
                VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)""",
                job.seq(),
                job.token(),
                job.attempt(),
                job.host(),
                job.started(),
                now.wall(),
                Failure.LOST,
                detail);
        bound(job);
        keys.ended(job.key());
        if (job.cancel()) {
            over(job, Rows.CANCELLED, job.attempt(), job.token() + 1, Failure.LOST, detail);
        } else {
            waits(job, now.wall(), job.attempt(), job.token() + 1, Failure.LOST, detail);
        }
    }

    private void bound(JobRow job) throws SQLException {
        if (job.token() > MOST_ATTEMPTS) {
            s.change("DELETE FROM job_attempt WHERE job = ? AND token <= ?", job.seq(), job.token() - MOST_ATTEMPTS);
        }
    }
}
