package dev.holdfast.queue;

import com.google.re2j.Pattern;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.RetrySpec;
import dev.holdfast.config.QueueSpec.When;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.queue.Activity.Asked;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt came to, and what follows.
 *
 * <p>How it ended gives a kind of failure. Only of a program that ended by itself do patterns, signals and exit codes of
 * {@code retry.when} refine it: the first entry that fits names it. A failure is tried again when an entry fits and
 * attempts are left; without any entry each is. What nobody saw the end of ({@link Failure#LOST}) is tried again whatever
 * the entries say, as it is when its host is gone and the store gives it to another. A payload that does not suit the queue
 * never is.
 *
 * @param failure null: it succeeded, or was cancelled, or given back
 * @param detail in words
 */
record Verdict(@Nullable String failure, String detail, Next next) {
    /** In how much of its error output patterns are looked for, in characters. */
    private static final int TAIL = 64 * 1024;

    /** How an attempt ended. */
    sealed interface How {
        /** What asked it to end; null: nothing did. */
        @Nullable
        Asked asked();

        /**
         * Its program ended, or was ended.
         *
         * @param limit that it passed, which is kept by watching
         * @param stderr the last of its error output
         */
        record Ran(
                Outcome outcome,
                @Nullable Usage usage,
                @Nullable Asked asked,
                @Nullable Kill limit,
                String stderr) implements How {
            boolean success() {
                return asked == null && outcome instanceof Outcome.Exited(int code) && code == 0;
            }
        }

        /** Something else failed: there was no program, or its end does not matter. */
        record Failed(String failure, String why, @Nullable Asked asked) implements How {}
    }

    /**
     * @param spec null: its queue is not there any more, which asked it to end
     * @param cancelled somebody wanted the job to end; what had succeeded before stays a success
     * @param now from which a pause is counted
     */
    static Verdict of(How how, @Nullable QueueSpec spec, Job job, boolean cancelled, Instant now) {
        Asked asked = how.asked();
        if (cancelled && !(how instanceof How.Ran ran && ran.success())) {
            return cancelled(how);
        }
        if (asked != null && asked.ending().interruption()) {
            return new Verdict(null, asked.words(), new Next.Unbegun());
        }
        QueueSpec queue = Objects.requireNonNull(spec, "a job without a queue that nothing asked to end");
        return switch (how) {
            case How.Failed failed ->
                failed(failed.failure(), failed.why(), covers(queue.retry(), failed.failure()), queue, job, now);
            case How.Ran ran
            when ran.success() ->
                new Verdict(null, words(ran), new Next.Over(JobState.SUCCEEDED, queue.onSuccess() != null));
            case How.Ran ran -> {
                String kind = kind(ran);
                When fitting = fitting(queue.retry(), kind, ran);
                boolean retried = fitting != null || queue.retry().when().isEmpty();
                yield failed(fitting == null ? kind : fitting.failure(), words(ran), retried, queue, job, now);
            }
        };
    }

    private static Verdict cancelled(How how) {
        String words = switch (how) {
            case How.Ran ran -> words(ran);
            case How.Failed failed -> failed.why();
        };
        return new Verdict(
                null,
                words.startsWith("cancelled") ? words : "cancelled, " + words,
                new Next.Over(JobState.CANCELLED, false));
    }

    static Verdict failed(String failure, String words, boolean covered, QueueSpec spec, Job job, Instant now) {
        boolean retried = (covered || failure.equals(Failure.LOST))
                && !failure.equals(Failure.VALIDATION)
                && job.attempt() < spec.retry().maxAttempts();
        Next next = retried
                ? new Next.Again(now.plus(pause(spec.retry(), job)))
                : new Next.Over(JobState.FAILED, spec.onFailure() != null);
        return new Verdict(failure, words, next);
    }

    // ── its kind ──

    private static String kind(How.Ran ran) {
        return switch (ran.asked()) {
            case null ->
                switch (ran.outcome()) {
                    case Outcome.Unknown _ -> Failure.LOST;
                    case Outcome.Exited _, Outcome.Signalled _ ->
                        ran.usage() != null && outOfMemory(ran.usage().kill()) ? Failure.OOM : Failure.PROCESS;
                };
            case Asked(var ending, var _) ->
                switch (ending) {
                    case TIMEOUT -> Failure.TIMEOUT;
                    case LIMIT -> outOfMemory(ran.limit()) ? Failure.OOM : Failure.PROCESS;
                    case SIZE -> Failure.SIZE;
                    case CANCELLED, SHUT_DOWN, UNCONFIGURED -> Failure.PROCESS; // told before
                };
        };
    }

    private static boolean outOfMemory(@Nullable Kill kill) {
        return kill != null
                && switch (kill.by()) {
                    case OWN_LIMIT, HOST, WATCHED_MEMORY -> true;
                    case INNER_LIMIT, WATCHED_PIDS, HOLDFAST -> false;
                };
    }

    private static boolean covers(RetrySpec retry, String failure) {
        return retry.when().isEmpty()
                || retry.when().stream()
                        .anyMatch(w -> !refines(w) && w.failure().equals(failure));
    }

    private static @Nullable When fitting(RetrySpec retry, String kind, How.Ran ran) {
        boolean byItself = ran.asked() == null && kind.equals(Failure.PROCESS);
        for (When when : retry.when()) {
            if (refines(when) ? byItself && refined(when, ran) : when.failure().equals(kind)) {
                return when;
            }
        }
        return null;
    }

    private static boolean refines(When when) {
        return when.stderr() != null || when.signal() != null || !when.exit().isEmpty();
    }

    /** A program ends by a signal or by an exit code: of the two that are asked for either is enough. */
    private static boolean refined(When when, How.Ran ran) {
        boolean any = when.signal() == null && when.exit().isEmpty();
        boolean end = any
                || switch (ran.outcome()) {
                    case Outcome.Exited(int code) -> when.exit().contains(code);
                    case Outcome.Signalled(int signal, boolean _) -> named(when.signal(), signal);
                    case Outcome.Unknown _ -> false;
                };
        return end && (when.stderr() == null || found(when.stderr(), ran.stderr()));
    }

    private static boolean named(@Nullable String name, int signal) {
        return name != null
                && (name.equals("any") || Signal.parse(name).map(Signal::number).orElse(0) == signal);
    }

    private static boolean found(String pattern, String stderr) {
        String tail = stderr.length() <= TAIL ? stderr : stderr.substring(stderr.length() - TAIL);
        return Pattern.compile(pattern).matcher(tail).find();
    }

    // ── what follows ──

    /** Doubles from attempt to attempt; the spread is the same whenever this is asked again. */
    static Duration pause(RetrySpec retry, Job failed) {
        double nanos = Math.min(retry.initial().toNanos() * Math.pow(2, Math.max(0, failed.attempt() - 1)), (double)
                retry.max().toNanos());
        long bits = mix(failed.id().hashCode() * 31L + failed.attempt());
        double spread = 1 + retry.jitter() * (2 * ((bits >>> 11) * 0x1.0p-53) - 1);
        return Duration.ofNanos((long) (nanos * spread));
    }

    /** Spreads what differs in few bits over all of them (the finaliser of SplitMix64). */
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return b ^ (b >>> 31);
    }

    // ── in words ──

    static String words(How.Ran ran) {
        String how = end(ran.outcome());
        Kill kill = ran.limit() != null || ran.usage() == null
                ? ran.limit()
                : ran.usage().kill();
        if (kill != null && kill.by() != Kill.By.HOLDFAST) { // why that did it is told below
            String words = kill.words(ran.outcome());
            how = kill.tellsTheEnd(ran.outcome()) ? words : how + "; " + words;
        }
        Asked asked = ran.asked();
        return asked == null || asked.words().isEmpty() ? how : asked.words() + ", " + how;
    }

    private static String end(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(int code) -> "exited with " + code;
            case Outcome.Signalled(int signal, boolean _) ->
                "ended by "
                        + Signal.ofNumber(signal).map(s -> "SIG" + s.written()).orElse("signal " + signal);
            case Outcome.Unknown(String why) -> why;
        };
    }
}
