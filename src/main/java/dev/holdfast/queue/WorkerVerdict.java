package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What comes of an attempt that a worker made: it says itself how that went.
 *
 * @param failure null: it succeeded, or was cancelled
 */
public record WorkerVerdict(@Nullable String failure, String detail, Next next) {
    /**
     * @param failure its kind, in the worker's words; null: it succeeded. One that {@code retry.when} names is tried
     *     again, whatever else its entry asks for: the worker has told them apart
     * @param cancelled somebody wanted it to end; a success stays one
     */
    public static WorkerVerdict of(
            QueueSpec spec, Job job, @Nullable String failure, String detail, boolean cancelled, Instant now) {
        if (failure == null) {
            return new WorkerVerdict(null, detail, new Next.Over(JobState.SUCCEEDED, spec.onSuccess() != null));
        }
        if (cancelled) {
            return new WorkerVerdict(null, "cancelled, " + detail, new Next.Over(JobState.CANCELLED, false));
        }
        var when = spec.retry().when();
        boolean covered =
                when.isEmpty() || when.stream().anyMatch(w -> w.failure().equals(failure));
        Verdict v = Verdict.failed(failure, detail, covered, spec, job, now);
        return new WorkerVerdict(v.failure(), v.detail(), v.next());
    }
}
