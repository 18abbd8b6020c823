package dev.holdfast.store;

import dev.holdfast.job.Job;
import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Wish;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One claim. What comes back, comes due and is taken are bounded pieces; where something is left of the first two, or
 * payloads are why no more is taken, the next claim is to follow at once.
 */
final class Claiming {
    private static final int AT_ONCE = 500;
    /** Jobs that a walk looks at together. */
    private static final int STRIDE = 64;
    /** A lease that ends later than so many of its length, or than an hour, was given by a clock that was set back since. */
    private static final int LONGEST_LEASES = 10;

    private static final long BACKWARDS = TimeUnit.SECONDS.toMicros(5);

    private static final String TAKE = """
            UPDATE job SET state = 3, attempt = attempt + 1, token = token + 1, host = ?, started_us = ?, lease_us = ?,
              due_us = NULL, noted_us = NULL, progress = NULL
            WHERE seq = ? RETURNING id, payload, priority, submitted_us, attempt, token""";

    private final Session s;
    private final Moment now;
    private final Wish wish;
    private final long lease;
    private final Steps steps;
    private boolean more;
    /** Characters of what is taken. */
    private long payloads;

    Claiming(Session s, Moment now, Wish wish) {
        this.s = s;
        this.now = now;
        this.wish = wish;
        this.lease = Moment.micros(wish.lease());
        this.steps = new Steps(s, now, wish.queue());
    }

    Taken claim() throws SQLException {
        QueueRow row = QueueRow.lock(s, wish.queue());
        Signs signs = signs();
        if (signs.setBack) {
            clockSetBack();
            signs = signs();
        }
        if (signs.lost) {
            expire();
        }
        if (row.perKey() != wish.perKey()) {
            steps.keys.bound(wish.perKey());
        }
        if (row.gate() == Gate.PAUSED) {
            steps.write();
            return new Taken(List.of(), null);
        }
        if (signs.due) {
            promote();
        }
        var pacing = Pacing.of(wish);
        long free = pacing.sane(row.freeMicros(), now.steady());
        int conforming = pacing.conforming(free, now.steady(), wish.most());
        List<Job> taken = conforming == 0 ? List.of() : walk(conforming);
        if (!taken.isEmpty()) {
            free = pacing.after(free, now.steady(), taken.size());
        }
        if (free != row.freeMicros()) {
            s.change("UPDATE job_queue SET free_us = ? WHERE name = ?", free, wish.queue());
        }
        steps.write();
        if (taken.size() >= wish.most()) {
            return new Taken(taken, null);
        }
        return new Taken(taken, next(taken.size() == conforming ? pacing.next(free, now.steady()) : Long.MAX_VALUE));
    }

    // ── what comes back ──

    /** What there is to do before anything is taken; seldom any of it, so it is asked for all at once. */
    private record Signs(boolean setBack, boolean lost, boolean due) {}

    private Signs signs() throws SQLException {
        try (ResultSet r = s.sql(
                        """
                        SELECT CASE WHEN EXISTS (SELECT 1 FROM job WHERE queue = ? AND lease_us > ?)
                            OR EXISTS (SELECT 1 FROM job WHERE queue = ? AND noted_us > ?) THEN 1 ELSE 0 END,
                          CASE WHEN EXISTS (SELECT 1 FROM job WHERE queue = ? AND lease_us <= ?) THEN 1 ELSE 0 END,
                          CASE WHEN EXISTS (SELECT 1 FROM job WHERE queue = ? AND state = 0 AND due_us <= ?)
                            THEN 1 ELSE 0 END""",
                        wish.queue(),
                        now.steady() + longestLease(),
                        wish.queue(),
                        now.wall() + BACKWARDS,
                        wish.queue(),
                        now.steady(),
                        wish.queue(),
                        now.wall())
                .executeQuery()) {
            return r.next()
                    ? new Signs(r.getInt(1) != 0, r.getInt(2) != 0, r.getInt(3) != 0)
                    : new Signs(true, true, true);
        }
    }

    private long longestLease() {
        return Math.max(LONGEST_LEASES * lease, TimeUnit.HOURS.toMicros(1));
    }

    /** Times that were written in what is the future now are as far from now as they were from then. */
    private void clockSetBack() throws SQLException {
        s.change(
                "UPDATE job SET lease_us = ? WHERE queue = ? AND lease_us > ?",
                now.steady() + lease,
                wish.queue(),
                now.steady() + longestLease());
        int moved = s.change("""
                UPDATE job SET due_us = due_us - noted_us + ?, noted_us = ? WHERE seq IN
                  (SELECT seq FROM job WHERE queue = ? AND noted_us > ? LIMIT ?)""", now.wall(), now.wall(), wish.queue(), now.wall() + BACKWARDS, AT_ONCE);
        more |= moved == AT_ONCE;
    }

    private void expire() throws SQLException {
        List<JobRow> lost = rows(
                " WHERE queue = ? AND lease_us <= ? ORDER BY lease_us LIMIT ?", wish.queue(), now.steady(), AT_ONCE);
        for (JobRow job : lost) {
            steps.lost(job);
        }
        more |= lost.size() == AT_ONCE;
    }

    /** What has come due goes where its turn is, that first which was due first. */
    private void promote() throws SQLException {
        List<JobRow> due = rows(
                " WHERE queue = ? AND state = 0 AND due_us <= ? ORDER BY due_us, seq LIMIT ?",
                wish.queue(),
                now.wall(),
                AT_ONCE);
        for (JobRow job : due) {
            int state = steps.keys.admit(job.key(), job.order(), job.seq());
            s.change("UPDATE job SET state = ?, noted_us = NULL WHERE seq = ?", state, job.seq());
            if (state == Rows.READY) {
                steps.keys.stands(job.key(), job.order(), job.seq());
            }
            steps.changes.move(Rows.DELAYED, state);
        }
        more |= due.size() == AT_ONCE;
    }

    private List<JobRow> rows(String which, Object... parameters) throws SQLException {
        var found = new ArrayList<JobRow>();
        try (ResultSet r =
                s.sql(s.skipLocked(JobRow.COLUMNS + which), parameters).executeQuery()) {
            while (r.next()) {
                found.add(JobRow.of(r));
            }
        }
        return found;
    }

    // ── what is taken ──

    private List<Job> walk(int most) throws SQLException {
        var taken = new ArrayList<Job>();
        var line = new TreeSet<Keys.Place>();
        Keys.@Nullable Place last = null;
        while (taken.size() < most && payloads <= Jobs.MOST_PAYLOAD) {
            if (line.isEmpty()) {
                look(line, Math.min(STRIDE, most - taken.size() + 1));
                if (line.isEmpty()) {
                    break;
                }
                last = line.last();
            }
            Keys.Place next = line.removeFirst();
            if (!steps.keys.open(next.key())) { // the bound is lower than it was
                steps.keys.park(next);
                steps.changes.move(Rows.READY, Rows.HELD);
                continue;
            }
            taken.add(take(next));
            Keys.Place follows = steps.keys.taken(next.key());
            if (follows != null && last != null && follows.compareTo(last) < 0) {
                line.add(follows); // else it is met when the line is looked at again
            }
        }
        more |= taken.size() < most && payloads > Jobs.MOST_PAYLOAD;
        return taken;
    }

    private void look(NavigableSet<Keys.Place> line, int most) throws SQLException {
        String text = s.skipLocked(
                "SELECT order_us, seq, key FROM job WHERE queue = ? AND state = 1 ORDER BY order_us, seq LIMIT ?");
        try (ResultSet r = s.sql(text, wish.queue(), most).executeQuery()) {
            while (r.next()) {
                line.add(new Keys.Place(r.getLong(1), r.getLong(2), r.getString(3)));
            }
        }
    }

    private Job take(Keys.Place place) throws SQLException {
        try (ResultSet r = s.sql(TAKE, wish.host(), now.wall(), now.steady() + lease, place.seq())
                .executeQuery()) {
            if (!r.next()) {
                throw new SQLException("job " + place.seq() + " is in its queue's line, and not there");
            }
            steps.changes.move(Rows.READY, Rows.RUNNING);
            String payload = r.getString(2);
            payloads += payload.length();
            return new Job(
                    r.getString(1),
                    wish.queue(),
                    PayloadText.read(payload),
                    r.getInt(3),
                    place.key(),
                    Time.instant(r.getLong(4)),
                    r.getInt(5),
                    Rows.hold(r.getString(1), place.seq(), r.getLong(6)));
        }
    }

    // ── when to ask again ──

    private @Nullable Instant next(long paced) throws SQLException {
        if (more) {
            return now.own(now.wall());
        }
        long next = Long.MAX_VALUE;
        if (paced < Long.MAX_VALUE
                && s.number("SELECT 1 FROM job WHERE queue = ? AND state = 1 ORDER BY order_us LIMIT 1", wish.queue())
                        > 0) {
            next = now.wall() + (paced - now.steady());
        }
        long due = s.number("SELECT min(due_us) FROM job WHERE queue = ? AND state = 0 AND due_us > 0", wish.queue());
        long lost = s.number("SELECT min(lease_us) FROM job WHERE queue = ? AND lease_us > 0", wish.queue());
        if (due > 0) {
            next = Math.min(next, due);
        }
        if (lost > 0) {
            next = Math.min(next, now.wall() + (lost - now.steady()));
        }
        return next == Long.MAX_VALUE ? null : now.own(next);
    }
}
