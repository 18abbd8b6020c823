package dev.holdfast.store;

import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Fresh;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Submissions, those that wait for the same queue as one piece of work: its row is read and written once for all of them.
 * Each is told for itself. Thread-safe.
 */
final class Intake {
    /** Jobs that one transaction takes in: others wait for it. */
    static final int AT_ONCE = 1000;

    private final Ledger ledger;
    private final Moment.Source clock;
    /** To which more may be added. Guarded by itself. */
    private final Map<Where, Piece> open = new HashMap<>();

    /** What submissions have in common that go together. */
    private record Where(List<String> queues, int mostWaiting) {}

    /** Submissions, until somebody begins to write them. */
    private final class Piece {
        private final Where where;
        private final List<List<Fresh>> parts = new ArrayList<>();
        private int jobs;
        private boolean begun;
        private CompletableFuture<List<List<Accepted>>> done = new CompletableFuture<>();

        Piece(Where where) {
            this.where = where;
        }

        /** May be done again, when its transaction was in vain. */
        List<List<Accepted>> write(Session s) throws SQLException {
            synchronized (open) {
                begun = true;
                open.remove(where, this);
            }
            var all = new ArrayList<Fresh>(jobs);
            parts.forEach(all::addAll);
            List<Accepted> accepted = Submission.submit(s, clock.now(s), all, where.mostWaiting);
            var answers = new ArrayList<List<Accepted>>();
            int from = 0;
            for (List<Fresh> part : parts) {
                answers.add(List.copyOf(accepted.subList(from, from + part.size())));
                from += part.size();
            }
            return answers;
        }
    }

    Intake(Ledger ledger, Moment.Source clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** @param jobs {@link #AT_ONCE} at most */
    CompletableFuture<List<Accepted>> submit(List<Fresh> jobs, int mostWaiting) {
        var queues = new TreeSet<String>();
        jobs.forEach(job -> queues.add(job.queue()));
        var where = new Where(List.copyOf(queues), mostWaiting);
        Piece piece;
        int index;
        synchronized (open) {
            Piece there = open.get(where);
            if (there == null || there.begun || there.jobs + jobs.size() > AT_ONCE) {
                there = new Piece(where);
                open.put(where, there);
                there.done = ledger.write(there::write);
                forgotten(there);
            }
            piece = there;
            index = piece.parts.size();
            piece.parts.add(jobs);
            piece.jobs += jobs.size();
        }
        return piece.done
                .thenApply(answers -> answers.get(index))
                // Perhaps another's fault: alone then, as any other work.
                .exceptionallyCompose(failed -> piece.parts.size() > 1
                                && cause(failed) instanceof SQLException e
                                && ServerTrouble.of(e) == ServerTrouble.OWN
                        ? ledger.write(s -> Submission.submit(s, clock.now(s), jobs, mostWaiting))
                        : CompletableFuture.failedFuture(failed));
    }

    private static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    /** One that is refused without having been begun takes nobody in any more. */
    private void forgotten(Piece piece) {
        var _ = piece.done.exceptionally(_ -> {
            synchronized (open) {
                piece.begun = true;
                open.remove(piece.where, piece);
            }
            return List.of();
        });
    }
}
