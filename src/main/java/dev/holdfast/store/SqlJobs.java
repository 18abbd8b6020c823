package dev.holdfast.store;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Jobs in a database: what is asked becomes work for its ledger. The SQL is what SQLite and PostgreSQL have in common. */
final class SqlJobs implements Jobs {
    /** Nobody asks for more at once; an answer is to fit into memory. */
    private static final int MOST_LISTED = 1000;

    private final Ledger ledger;
    private final Moment.Source clock;
    private final Intake intake;

    SqlJobs(Ledger ledger, Moment.Source clock) {
        this.ledger = ledger;
        this.clock = clock;
        this.intake = new Intake(ledger, clock);
    }

    /** Work that needs to know what time it is. */
    private interface Timed<T> {
        T in(Session s, Moment now) throws java.sql.SQLException;
    }

    private <T> CompletableFuture<T> write(Timed<T> work) {
        return told(ledger.write(s -> work.in(s, clock.now(s))));
    }

    /** Failing as a store does, whatever failed. */
    static <T> CompletableFuture<T> told(CompletableFuture<T> asked) {
        return asked.exceptionallyCompose(failed -> CompletableFuture.failedFuture(said(failed)));
    }

    private static StoreException said(Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        return cause instanceof StoreException s ? s : new StoreException(String.valueOf(cause.getMessage()), cause);
    }

    @Override
    public CompletableFuture<List<Accepted>> submit(List<Fresh> jobs, int mostWaiting) {
        var pieces = new ArrayList<CompletableFuture<List<Accepted>>>();
        for (int from = 0; from < jobs.size(); from += Intake.AT_ONCE) {
            var piece = List.copyOf(jobs.subList(from, Math.min(jobs.size(), from + Intake.AT_ONCE)));
            pieces.add(intake.submit(piece, mostWaiting));
        }
        CompletableFuture<List<Accepted>> all = CompletableFuture.completedFuture(List.of());
        for (var piece : pieces) {
            all = pieces.size() == 1 ? piece : all.thenCombine(piece, SqlJobs::joined);
        }
        return told(all);
    }

    private static List<Accepted> joined(List<Accepted> some, List<Accepted> more) {
        var both = new ArrayList<>(some);
        both.addAll(more);
        return both;
    }

    @Override
    public CompletableFuture<Taken> claim(Wish wish) {
        return write((s, now) -> new Claiming(s, now, wish).claim());
    }

    @Override
    public CompletableFuture<List<Job>> held(String host) {
        return told(ledger.read(s -> Holding.held(s, host)));
    }

    @Override
    public CompletableFuture<Renewed> renew(List<Hold> holds, Duration lease) {
        var asked = List.copyOf(holds);
        return write((s, now) -> Holding.renew(s, now, asked, lease));
    }

    @Override
    public CompletableFuture<Boolean> end(Hold hold, @Nullable Attempt attempt, Next next) {
        if (attempt == null && !(next instanceof Next.Unbegun)) {
            throw new IllegalArgumentException("an attempt that was made is to be noted");
        }
        return write((s, now) -> Holding.end(s, now, hold, attempt, next));
    }

    @Override
    public CompletableFuture<Boolean> progress(Hold hold, double percent) {
        return write((s, now) -> Holding.progress(s, hold, percent));
    }

    @Override
    public CompletableFuture<Cancelled> cancel(String id, String by) {
        return write((s, now) -> Holding.cancel(s, now, id, by));
    }

    @Override
    public CompletableFuture<@Nullable Seen> job(String id) {
        return told(ledger.read(s -> Optional.ofNullable(Looking.job(s, id)))).thenApply(found -> found.orElse(null));
    }

    @Override
    public CompletableFuture<Listed> list(Which which, int most, @Nullable String after) {
        return told(ledger.read(s -> Looking.list(s, which, Math.clamp(most, 1, MOST_LISTED), after)));
    }

    @Override
    public CompletableFuture<SortedMap<String, Long>> failures(String queue, int most) {
        return told(ledger.read(s -> Looking.failures(s, queue, most)));
    }

    @Override
    public CompletableFuture<List<Used>> used(String queue, Instant from, int most) {
        return told(ledger.read(s -> Looking.used(s, queue, from, most)));
    }

    @Override
    public CompletableFuture<Integer> retry(Which which, @Nullable String id) {
        return told(Bulk.retry(ledger, clock, which, id));
    }

    @Override
    public CompletableFuture<Integer> forget(Which which, @Nullable String id) {
        return told(Bulk.forget(ledger, clock, which, id));
    }

    @Override
    public CompletableFuture<List<String>> queues() {
        return told(ledger.read(QueueRow::names));
    }

    @Override
    public CompletableFuture<Boolean> gate(String queue, Gate gate, String by) {
        return write((s, now) -> QueueHealth.gate(s, queue, gate, by));
    }

    @Override
    public CompletableFuture<List<Health>> health(List<String> queues, Duration window) {
        var names = List.copyOf(queues);
        return told(ledger.read(s -> QueueHealth.of(s, clock.now(s), names, window)));
    }

    @Override
    public CompletableFuture<List<Notice>> notices(int most, Duration lease) {
        return write((s, now) -> Telling.due(s, now, Math.clamp(most, 1, MOST_LISTED), lease));
    }

    @Override
    public CompletableFuture<Boolean> noticed(long id, @Nullable Instant again) {
        return write((s, now) -> Telling.told(s, now, id, again));
    }

    @Override
    public CompletableFuture<Integer> tidy(String queue, Instant succeededBefore, Instant failedBefore, long most) {
        return write((s, now) -> Bulk.tidy(s, now, queue, now.kept(succeededBefore), now.kept(failedBefore), most));
    }
}
