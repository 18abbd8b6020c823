package dev.holdfast.store;

import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Which;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something done to many jobs, piece by piece: each is a transaction, between which others have their turn. */
final class Bulk {
    private static final int AT_ONCE = 200;
    private static final List<Integer> RETRIED = List.of(Rows.FAILED, Rows.CANCELLED);
    private static final List<Integer> FORGOTTEN = List.of(Rows.SUCCEEDED, Rows.FAILED, Rows.CANCELLED);

    /** What is done to one. */
    private interface Deed {
        boolean to(Session s, Steps steps, Moment now, JobRow job) throws SQLException;
    }

    /** Where one queue's jobs of one state are walked. */
    private record Place(String queue, int state, long after) {}

    private record Done(int many, @Nullable Place rest) {}

    private final Ledger ledger;
    private final Moment.Source clock;
    private final @Nullable String failure;
    private final Deed deed;
    /** What it is done to waits then: of a drained queue none is. */
    private final boolean fills;

    private final Deque<Place> places = new ArrayDeque<>();
    private final CompletableFuture<Integer> all = new CompletableFuture<>();
    private int many;

    private Bulk(Ledger ledger, Moment.Source clock, @Nullable String failure, boolean fills, Deed deed) {
        this.ledger = ledger;
        this.clock = clock;
        this.failure = failure;
        this.fills = fills;
        this.deed = deed;
    }

    static CompletableFuture<Integer> retry(Ledger ledger, Moment.Source clock, Which which, @Nullable String id) {
        return run(ledger, clock, which, id, RETRIED, true, (s, steps, now, job) -> {
            steps.waits(job, now.wall(), 0, job.token(), null, "");
            return true;
        });
    }

    static CompletableFuture<Integer> forget(Ledger ledger, Moment.Source clock, Which which, @Nullable String id) {
        return run(ledger, clock, which, id, FORGOTTEN, false, (s, steps, now, job) -> delete(s, steps, job));
    }

    private static CompletableFuture<Integer> run(
            Ledger ledger,
            Moment.Source clock,
            Which which,
            @Nullable String id,
            List<Integer> states,
            boolean fills,
            Deed deed) {
        var wanted = states.stream()
                .filter(state -> which.state() == null || Rows.state(state) == which.state())
                .toList();
        var bulk = new Bulk(ledger, clock, which.failure(), fills, deed);
        if (id != null) {
            return ledger.write(s -> bulk.one(s, id, which.queue(), wanted) ? 1 : 0);
        }
        var _ = ledger.read(s -> which.queue() == null ? QueueRow.names(s) : List.of(which.queue()))
                .whenComplete((queues, failed) -> {
                    if (failed != null) {
                        bulk.all.completeExceptionally(failed);
                        return;
                    }
                    queues.forEach(q -> wanted.forEach(state -> bulk.places.add(new Place(q, state, 0))));
                    bulk.go();
                });
        return bulk.all;
    }

    private boolean one(Session s, String id, @Nullable String queue, List<Integer> states) throws SQLException {
        JobRow job = JobRow.locked(s, id);
        if (job == null
                || !states.contains(job.state())
                || (queue != null && !queue.equals(job.queue()))
                || (failure != null && !failure.equals(job.failure()))
                || (fills && QueueRow.read(s, job.queue()).gate() == Gate.DRAINED)) {
            return false;
        }
        Moment now = clock.now(s);
        var steps = new Steps(s, now, job.queue());
        boolean done = deed.to(s, steps, now, job);
        steps.write();
        return done;
    }

    private void go() {
        Place place = places.poll();
        if (place == null) {
            all.complete(many);
            return;
        }
        var _ = ledger.write(s -> piece(s, place)).whenComplete((done, failed) -> {
            if (failed != null) {
                all.completeExceptionally(failed);
                return;
            }
            many += done.many;
            if (done.rest != null) {
                places.addFirst(done.rest);
            }
            go();
        });
    }

    private Done piece(Session s, Place place) throws SQLException {
        if (QueueRow.lock(s, place.queue).gate() == Gate.DRAINED && fills) {
            return new Done(0, null);
        }
        var jobs = new ArrayList<JobRow>();
        String text = JobRow.COLUMNS + " WHERE queue = ? AND state = ? AND ended_us IS NOT NULL AND seq > ?"
                + (failure == null ? "" : " AND failure = ?") + " ORDER BY seq LIMIT ?";
        try (ResultSet r = (failure == null
                        ? s.sql(text, place.queue, place.state, place.after, AT_ONCE)
                        : s.sql(text, place.queue, place.state, place.after, failure, AT_ONCE))
                .executeQuery()) {
            while (r.next()) {
                jobs.add(JobRow.of(r));
            }
        }
        Moment now = clock.now(s);
        var steps = new Steps(s, now, place.queue);
        int done = 0;
        for (JobRow job : jobs) {
            done += deed.to(s, steps, now, job) ? 1 : 0;
        }
        steps.write();
        return new Done(
                done,
                jobs.size() < AT_ONCE
                        ? null
                        : new Place(place.queue, place.state, jobs.getLast().seq()));
    }

    /** False: somebody is still to be told of it. */
    private static boolean delete(Session s, Steps steps, JobRow job) throws SQLException {
        if (s.change(
                        "DELETE FROM job WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM job_notice WHERE job_notice.job = ?)",
                        job.seq(),
                        job.seq())
                == 0) {
            return false;
        }
        s.change("DELETE FROM job_attempt WHERE job = ?", job.seq());
        steps.changes.move(job.state(), -1);
        return true;
    }

    // ── what is old ──

    /** Minutes that no window looks back to. */
    private static final long MINUTES_KEPT = 8 * 24 * 60;

    private static final String WITH_END = JobRow.COLUMNS.replace(" FROM job", ", ended_us FROM job");

    /** One piece of what is too old, or more than so many. */
    static int tidy(Session s, Moment now, String queue, long succeededBefore, long failedBefore, long most)
            throws SQLException {
        QueueRow row = QueueRow.lock(s, queue);
        s.change(
                "DELETE FROM job_minute WHERE queue = ? AND minute < ?",
                queue,
                Steps.minute(now.wall()) - MINUTES_KEPT);
        var jobs = new ArrayList<Old>();
        long tooMany = Math.max(0, row.over() - Math.max(0, most));
        if (tooMany > 0) {
            for (int state : FORGOTTEN) {
                oldest(s, queue, state, Long.MAX_VALUE, AT_ONCE, jobs);
            }
            jobs.sort(Comparator.comparingLong(Old::ended));
            jobs.subList((int) Math.min(jobs.size(), Math.min(AT_ONCE, tooMany)), jobs.size())
                    .clear();
        } else {
            for (int state : FORGOTTEN) {
                long before = state == Rows.FAILED ? failedBefore : succeededBefore;
                oldest(s, queue, state, before, AT_ONCE - jobs.size(), jobs);
            }
        }
        var steps = new Steps(s, now, queue);
        int done = 0;
        for (Old old : jobs) {
            done += delete(s, steps, old.job) ? 1 : 0;
        }
        steps.write();
        s.shrink();
        return done;
    }

    private record Old(JobRow job, long ended) {}

    private static void oldest(Session s, String queue, int state, long before, long most, List<Old> jobs)
            throws SQLException {
        try (ResultSet r = s.sql(WITH_END + """
                         WHERE queue = ? AND state = ? AND ended_us < ?
                          AND NOT EXISTS (SELECT 1 FROM job_notice WHERE job_notice.job = job.seq)
                        ORDER BY ended_us LIMIT ?""", queue, state, before, most).executeQuery()) {
            while (r.next()) {
                jobs.add(new Old(JobRow.of(r), r.getLong("ended_us")));
            }
        }
    }
}
