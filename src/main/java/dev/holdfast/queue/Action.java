package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@link Queues} wants done, in order. */
public sealed interface Action {
    // ── the store ──

    /**
     * One at a time for each queue; {@link Stimulus.Taken} or {@link Stimulus.ClaimFailed} answers.
     *
     * @param most 1 or more
     */
    record Claim(QueueSpec spec, int most) implements Action {}

    /** One at a time; {@link Stimulus.Renewed} or {@link Stimulus.NotRenewed} answers. */
    record Renew(List<Hold> holds) implements Action {}

    /**
     * An attempt is over. Written again and again until the store, or a file that outlives the daemon and is written to the
     * store later, has it; then {@link Stimulus.Kept} answers.
     *
     * @param attempt null: it is given back, as if it had not been claimed
     */
    record End(InstanceId instance, Job job, @Nullable Attempt attempt, Next next) implements Action {}

    // ── an attempt ──

    /** Its work directory is wanted; {@link Stimulus.Prepared} or {@link Stimulus.NotPrepared} answers. */
    record Prepare(InstanceId instance, Job job, QueueSpec spec) implements Action {}

    /**
     * It begins; the instance is recorded with its job before that.
     *
     * @param argv whole
     * @param environment beside what the queue says: HOLDFAST_JOB and so on
     * @param workdir where it starts; null: where the queue's launch says
     */
    record Launch(
            InstanceId instance,
            Job job,
            QueueSpec spec,
            List<String> argv,
            SortedMap<String, String> environment,
            @Nullable String workdir)
            implements Action {}

    /** To the process group. */
    record SendSignal(InstanceId instance, Signal signal) implements Action {}

    /** Everything of the instance; {@link Stimulus.Emptied} answers. */
    record Kill(InstanceId instance) implements Action {}

    /** When did it last print something? {@link Stimulus.LastOutput} answers. */
    record AskOutput(InstanceId instance) implements Action {}

    /** {@link Stimulus.Output} answers. */
    record ReadOutput(InstanceId instance) implements Action {}

    /**
     * What it made is to be moved, {@link Stimulus.Delivered} or {@link Stimulus.NotDelivered} answers.
     *
     * @param files pattern below the work directory
     * @param to absolute directory
     * @param sureUntil when it is to be given up, since the job may be another's; renewals move that. Thread-safe
     */
    record Deliver(InstanceId instance, Job job, QueueSpec spec, String files, String to, Supplier<MonoTime> sureUntil)
            implements Action {}

    /**
     * Nothing uses it any more: its work directory goes, if it has one, and whatever else is known of the instance. {@link
     * Stimulus.Cleaned} answers.
     *
     * @param keep the directory stays, its queue says so
     */
    record Clean(InstanceId instance, Job job, boolean keep) implements Action {}

    // ── for people ──

    /** An attempt is over, and that is on disk. */
    record Ended(InstanceId instance, Job job, Attempt attempt, Next next) implements Action {}

    /** It goes back to its queue, uncounted. */
    record GivenBack(InstanceId instance, Job job, String why) implements Action {}

    /** Its hold was taken away; whatever came of it here does not count. */
    record Lost(InstanceId instance, Job job) implements Action {}

    /** Nothing runs any more, nor will it. */
    record Drained() implements Action {}
}
