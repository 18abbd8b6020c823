package dev.holdfast.store;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Durable jobs. What is told as done is on disk; a future fails with {@link StoreException} when nothing was changed, or
 * nobody can tell. Thread-safe.
 *
 * <p>The order of a queue is fixed when a job is accepted: by {@code order}, which is the time it came, earlier by its
 * priority (ageing), so that nobody starves. A claim costs the same however many wait.
 */
public interface Jobs {
    /** Characters of payloads, as the database has them, that are listed, or taken but for the last one, at once. */
    long MOST_PAYLOAD = 2 << 20;

    // ── in ──

    /**
     * A job to be accepted.
     *
     * @param id nobody else's; the same one again, with the same payload in the same queue, is the same job
     * @param key of those with the same one at most {@code perKey} run at once; null: none
     * @param order what is due is claimed by this, the smallest first; of the same by when it came
     * @param notBefore no sooner
     */
    record Fresh(
            String id,
            String queue,
            SortedMap<String, String> payload,
            int priority,
            @Nullable String key,
            Instant order,
            Instant notBefore) {}

    /** What became of a submission, one of three. */
    sealed interface Accepted {
        /** It is on disk. */
        record New(String id) implements Accepted {}

        /** It was accepted before. */
        record Known(String id, JobState state) implements Accepted {}

        /**
         * It is not taken.
         *
         * @param conflict the id is another job's; else the queue is full, or drained
         */
        record Refused(String id, String why, boolean conflict) implements Accepted {}
    }

    /**
     * @param mostWaiting in the queue of each; 0: no bound
     * @return one for each, in order
     */
    CompletableFuture<List<Accepted>> submit(List<Fresh> jobs, int mostWaiting);

    // ── the holder's ──

    /**
     * What a host may take.
     *
     * @param most 1 or more
     * @param lease after which others may take it, unless it is renewed
     * @param perKey jobs of one key that run at once, on all hosts; 0: no bound
     * @param everyMicros between two claims of this queue on all hosts, in the long run; 0: no bound
     * @param burst claims at once beyond that
     */
    record Wish(String queue, String host, int most, Duration lease, int perKey, long everyMicros, int burst) {}

    /**
     * What was taken.
     *
     * @param next when to ask again if fewer than wished were there, which a submission may bring forward; null: nothing
     *     waits for its time
     */
    record Taken(List<Job> jobs, @Nullable Instant next) {}

    /** Nothing of a queue that is paused. Jobs whose lease is over come back first, their attempt noted as lost. */
    CompletableFuture<Taken> claim(Wish wish);

    /** What a host holds, such as before its daemon died. */
    CompletableFuture<List<Job>> held(String host);

    /**
     * @param lost taken away: nothing of it can be written any more
     * @param cancelled somebody wants them to end
     */
    record Renewed(List<Hold> lost, List<Hold> cancelled) {}

    CompletableFuture<Renewed> renew(List<Hold> holds, Duration lease);

    /**
     * Ends an attempt.
     *
     * @param attempt null only with {@link Next.Unbegun}
     * @return false when the hold was taken away: nothing is written; true also when this was told before
     */
    CompletableFuture<Boolean> end(Hold hold, @Nullable Attempt attempt, Next next);

    /** How far it is, 0 to 100; lost holds and failures are ignored by the caller. */
    CompletableFuture<Boolean> progress(Hold hold, double percent);

    // ── people's ──

    /** What became of a request to cancel. */
    enum Cancelled {
        /** It waited, and is over. */
        DONE,
        /** It runs: its holder is to end it. */
        ASKED,
        /** It was over. */
        OVER,
        UNKNOWN
    }

    CompletableFuture<Cancelled> cancel(String id, String by);

    /**
     * A job as people see it.
     *
     * @param notBefore of what waits
     * @param host that holds it, or held it last; null: nobody yet
     * @param failure of the last attempt; null: none
     * @param progress percent; null: unknown
     * @param attempts the oldest first; empty in lists
     */
    record Seen(
            String id,
            String queue,
            JobState state,
            SortedMap<String, String> payload,
            int priority,
            @Nullable String key,
            Instant submitted,
            Instant notBefore,
            @Nullable Instant ended,
            int attempt,
            @Nullable String host,
            @Nullable String failure,
            String detail,
            @Nullable Double progress,
            List<Attempt> attempts) {}

    /** With its attempts; null: there is none. */
    CompletableFuture<@Nullable Seen> job(String id);

    /**
     * Which jobs.
     *
     * @param queue null: all; as the others
     * @param failure kind of the last one
     */
    record Which(
            @Nullable String queue,
            @Nullable JobState state,
            @Nullable String failure) {}

    /** @param more whether there are others behind them */
    record Listed(List<Seen> jobs, boolean more) {}

    /**
     * The latest submitted first; without attempts.
     *
     * @param most 1 to 1000; fewer come where payloads would be more than {@link #MOST_PAYLOAD}, but one at least
     * @param after the last one seen before; null: none
     */
    CompletableFuture<Listed> list(Which which, int most, @Nullable String after);

    /** Of a queue's failed jobs that are kept, the latest {@code most}: how many there are of each kind of failure. */
    CompletableFuture<SortedMap<String, Long>> failures(String queue, int most);

    /**
     * An attempt, as far as sums need it. A null is unknown.
     *
     * @param failure null: it succeeded, or was cancelled
     */
    record Used(
            Instant started,
            Instant ended,
            @Nullable String failure,
            String detail,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes) {}

    /**
     * Attempts at jobs of a queue that ended after a time, on all hosts that share the store; the latest {@code most}, the
     * last first.
     */
    CompletableFuture<List<Used>> used(String queue, Instant from, int most);

    /** Failed and cancelled ones wait again, their attempts counted anew, but in drained queues. @return how many */
    CompletableFuture<Integer> retry(Which which, @Nullable String id);

    /** What is over is deleted. @return how many */
    CompletableFuture<Integer> forget(Which which, @Nullable String id);

    // ── queues ──

    /** All that ever had a job, by name. */
    CompletableFuture<List<String>> queues();

    /** Whether a queue's jobs run. */
    enum Gate {
        OPEN,
        /** Accepted, not run. */
        PAUSED,
        /** Run, not accepted, and what is over does not wait again. */
        DRAINED
    }

    CompletableFuture<Boolean> gate(String queue, Gate gate, String by);

    /**
     * How a queue is.
     *
     * @param delayed of those that wait: not yet due
     * @param heldBack of those that wait: behind others of their key, of which no more may run; 10,000 at most are counted
     * @param oldest of those that could run; null: none
     * @param succeeded within the window, as {@code failed}: jobs that are over; {@code attempts}: all that ended
     */
    record Health(
            String queue,
            Gate gate,
            long waiting,
            long delayed,
            long heldBack,
            long running,
            @Nullable Instant oldest,
            long succeeded,
            long failed,
            long attempts,
            long failedKept) {}

    CompletableFuture<List<Health>> health(List<String> queues, Duration window);

    // ── whom to tell ──

    /**
     * Somebody is to be told of a job's end; kept until that is done.
     *
     * @param tries so far
     */
    record Notice(long id, Seen job, int tries) {}

    /** Those that are due, which nobody else gets for this long. */
    CompletableFuture<List<Notice>> notices(int most, Duration lease);

    /** @param again null: it is done, or given up */
    CompletableFuture<Boolean> noticed(long id, @Nullable Instant again);

    // ── old ones ──

    /**
     * Deletes a bounded piece of what is too old, oldest first, or too much.
     *
     * @param succeededBefore what succeeded or was cancelled, and ended before
     * @param failedBefore what failed, and ended before
     * @param most of a queue's jobs that are over
     * @return how many
     */
    CompletableFuture<Integer> tidy(String queue, Instant succeededBefore, Instant failedBefore, long most);
}
