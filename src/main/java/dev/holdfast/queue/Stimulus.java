package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What {@link Queues} is told. What it is told of instances that it does not know (any more) changes nothing. */
public sealed interface Stimulus {
    // ── a daemon's life ──

    /**
     * An attempt of an earlier daemon, before {@link Begin}.
     *
     * @param job as it was recorded with the instance
     * @param workdir where it works; null: it has no directory of its own
     * @param alive false: it ended unseen; {@link Emptied} will follow
     * @param age since its start
     */
    record Adopt(InstanceId instance, Job job, @Nullable String workdir, boolean alive, Duration age)
            implements Stimulus {}

    /**
     * All adoptions are told, and the store has said what this host holds: from here on it is asked for more. Until the
     * store can be asked this is not told; what was adopted goes on meanwhile.
     *
     * @param held by jobs that this host runs itself, as the store says: its answer was asked for after the ends that an
     *     earlier daemon had left to be written
     */
    record Begin(List<Job> held) implements Stimulus {}

    /** {@link Queues#nextDeadline} has come, or may have. */
    record Tick() implements Stimulus {}

    /** The configuration is now this. */
    record Reload(SortedMap<String, QueueSpec> specs) implements Stimulus {}

    /** Ends what runs and gives it back, uncounted; then {@link Action.Drained}. */
    record ShutDown() implements Stimulus {}

    // ── the store ──

    /** Something may be there to be taken: it was submitted, asked for again, or its queue was opened. */
    record Arrived(String queue) implements Stimulus {}

    /**
     * Answers {@link Action.Claim}.
     *
     * @param next when to ask again if there were fewer than wished; null: nothing waits for its time
     */
    record Taken(String queue, List<Job> jobs, @Nullable Instant next) implements Stimulus {}

    /** Answers {@link Action.Claim}: the store could not be asked. What was taken all the same comes back by its lease. */
    record ClaimFailed(String queue, String why) implements Stimulus {}

    /**
     * Answers {@link Action.Renew}.
     *
     * @param lost taken away: another host's, or over
     * @param cancelled somebody wants them to end
     */
    record Renewed(List<Hold> lost, List<Hold> cancelled) implements Stimulus {}

    /** Answers {@link Action.Renew}: the store could not be asked. */
    record NotRenewed(String why) implements Stimulus {}

    /**
     * Answers {@link Action.End}: it is on disk, in the store or where it waits for the store.
     *
     * @param ours false: the hold had been taken away, nothing was written
     */
    record Kept(Hold hold, boolean ours) implements Stimulus {}

    /**
     * Somebody wants this job to end, and the store has noted that.
     *
     * @param job its id
     */
    record Cancel(String job) implements Stimulus {}

    // ── an attempt ──

    /** Of one that is under way. */
    sealed interface OfAttempt extends Stimulus {
        InstanceId instance();
    }

    /**
     * Answers {@link Action.Prepare}.
     *
     * @param workdir its absolute path
     */
    record Prepared(InstanceId instance, String workdir) implements OfAttempt {}

    /** Answers {@link Action.Prepare}. */
    record NotPrepared(InstanceId instance, String why) implements OfAttempt {}

    /** It could not be started, and nothing of it is there; nothing more is told of it but what answers. */
    record LaunchFailed(InstanceId instance, String why) implements OfAttempt {}

    /** Its leader ended. */
    record Exited(
            InstanceId instance, Outcome outcome, @Nullable Usage usage) implements OfAttempt {}

    /** Nothing of it is left, and all it printed has been read. */
    record Emptied(InstanceId instance) implements OfAttempt {}

    /**
     * It passed a limit that is kept by watching.
     *
     * @param atOnce no grace may be given
     */
    record Overran(InstanceId instance, Kill limit, boolean atOnce) implements OfAttempt {}

    /**
     * Its work directory passed its max_size.
     *
     * @param bytes that lie in it
     */
    record TooLarge(InstanceId instance, long bytes) implements OfAttempt {}

    /**
     * Answers {@link Action.AskOutput}.
     *
     * @param at when it last printed something; its start if it never did
     */
    record LastOutput(InstanceId instance, MonoTime at) implements OfAttempt {}

    /**
     * Answers {@link Action.ReadOutput}.
     *
     * @param tail the last of all it printed, for people; null: unknown
     * @param stderrTail the last of its error output, in which patterns are looked for
     */
    record Output(InstanceId instance, @Nullable String tail, String stderrTail) implements OfAttempt {}

    /** Answers {@link Action.Deliver}. */
    record Delivered(InstanceId instance) implements OfAttempt {}

    /** Answers {@link Action.Deliver}. */
    record NotDelivered(InstanceId instance, String why) implements OfAttempt {}

    /** Answers {@link Action.Clean}: its directory is gone, or for the sweeper to remove. */
    record Cleaned(InstanceId instance) implements OfAttempt {}
}
