package dev.holdfast.store;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Cancelled;
import dev.holdfast.store.Jobs.Renewed;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the holder of a job asks, and whoever wants it to end. */
final class Holding {
    private Holding() {}

    static List<Job> held(Session s, String host) throws SQLException {
        var jobs = new ArrayList<Job>();
        for (String queue : QueueRow.names(s)) {
            held(s, queue, host, jobs);
        }
        return jobs;
    }

    private static void held(Session s, String queue, String host, List<Job> jobs) throws SQLException {
        try (ResultSet r = s.sql("""
                        SELECT id, queue, payload, priority, key, submitted_us, attempt, token, seq FROM job
                        WHERE queue = ? AND lease_us > 0 AND host = ? ORDER BY +seq""", queue, host).executeQuery()) {
            while (r.next()) {
                jobs.add(new Job(
                        r.getString(1),
                        r.getString(2),
                        PayloadText.read(r.getString(3)),
                        r.getInt(4),
                        r.getString(5),
                        Time.instant(r.getLong(6)),
                        r.getInt(7),
                        Rows.hold(r.getString(1), r.getLong(9), r.getLong(8))));
            }
        }
    }

    static Renewed renew(Session s, Moment now, List<Hold> holds, Duration lease) throws SQLException {
        s.enter("\nleases");
        var lost = new ArrayList<Hold>();
        var cancelled = new ArrayList<Hold>();
        // In one order: others that lock several rows wait for each other, not for ever.
        for (Hold hold :
                holds.stream().sorted(Comparator.comparingLong(Rows::seq)).toList()) {
            try (ResultSet r = s.sql(
                            "UPDATE job SET lease_us = ? WHERE seq = ? AND id = ? AND token = ? AND state = 3 RETURNING cancel",
                            now.steady() + Moment.micros(lease),
                            Rows.seq(hold),
                            hold.job(),
                            Rows.token(hold))
                    .executeQuery()) {
                if (!r.next()) {
                    lost.add(hold);
                } else if (r.getInt(1) != 0) {
                    cancelled.add(hold);
                }
            }
        }
        return new Renewed(lost, cancelled);
    }

    static boolean progress(Session s, Hold hold, double percent) throws SQLException {
        s.enter("\nleases");
        return s.change(
                        "UPDATE job SET progress = ? WHERE seq = ? AND id = ? AND token = ? AND state = 3",
                        percent,
                        Rows.seq(hold),
                        hold.job(),
                        Rows.token(hold))
                > 0;
    }

    static boolean end(Session s, Moment now, Hold hold, @Nullable Attempt attempt, Next next) throws SQLException {
        JobRow job = JobRow.locked(s, hold.job());
        if (job == null || job.seq() != Rows.seq(hold)) {
            return false;
        }
        if (job.state() != Rows.RUNNING || job.token() != Rows.token(hold)) {
            return ended(s, job, hold);
        }
        var steps = new Steps(s, now, job.queue());
        if (attempt != null) {
            steps.attempted(job, attempt);
        }
        steps.keys.ended(job.key());
        String failure = attempt == null ? job.failure() : attempt.failure();
        String detail = attempt == null ? "" : Rows.words(attempt.detail());
        switch (next) {
            case Next.Over over -> {
                int state = Rows.number(over.state());
                steps.over(job, state, job.attempt(), job.token(), failure, detail);
                if (over.told()) {
                    Telling.note(s, now, job, state, failure, detail);
                }
            }
            case Next.Again again -> {
                if (job.cancel()) { // asked for after its holder had decided
                    steps.over(job, Rows.CANCELLED, job.attempt(), job.token(), failure, detail);
                } else {
                    steps.waits(job, now.kept(again.notBefore()), job.attempt(), job.token(), failure, detail);
                }
            }
            case Next.Unbegun() -> {
                int made = job.attempt() - 1;
                if (job.cancel()) {
                    steps.over(job, Rows.CANCELLED, made, job.token(), failure, "cancelled before it began");
                } else {
                    steps.waits(job, now.wall(), made, job.token(), failure, detail);
                }
            }
        }
        steps.write();
        return true;
    }

    /** Whether this hold's end was told before: a loss takes the token with it, and an end leaves its attempt. */
    private static boolean ended(Session s, JobRow job, Hold hold) throws SQLException {
        return (job.token() == Rows.token(hold) && job.state() != Rows.RUNNING)
                || s.number(
                                "SELECT count(*) FROM job_attempt WHERE job = ? AND token = ? AND lost = 0",
                                job.seq(),
                                Rows.token(hold))
                        > 0;
    }

    static Cancelled cancel(Session s, Moment now, String id, String by) throws SQLException {
        JobRow job = JobRow.locked(s, id);
        if (job == null) {
            return Cancelled.UNKNOWN;
        }
        if (job.state() == Rows.RUNNING) {
            s.change("UPDATE job SET cancel = 1 WHERE seq = ?", job.seq());
            s.wake(job.queue());
            return Cancelled.ASKED;
        }
        if (!job.waits()) {
            return Cancelled.OVER;
        }
        var steps = new Steps(s, now, job.queue());
        String detail = "cancelled by " + Rows.words(by);
        steps.over(job, Rows.CANCELLED, job.attempt(), job.token(), job.failure(), detail);
        job.leave(steps.keys);
        steps.write();
        return Cancelled.DONE;
    }
}
