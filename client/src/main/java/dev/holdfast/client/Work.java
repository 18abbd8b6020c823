package dev.holdfast.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job that this worker has taken, while it is worked on. Thread-safe. */
public final class Work {
    private final WorkerCalls.Job job;
    private final LongNow now;
    private final long leaseNanos;

    private @Nullable Thread worker;
    private long renewed;
    private long due;
    private @Nullable Double progress;
    private @Nullable String output;
    private boolean cancelled;
    private boolean lost;
    private boolean stopped;

    interface LongNow {
        /** Nanoseconds of a clock that is never set. */
        long nanos();
    }

    /** @param asked when the daemon was asked for it: the lease began no earlier */
    Work(WorkerCalls.Job job, LongNow now, long asked) {
        this.job = job;
        this.now = now;
        this.leaseNanos = job.lease().toNanos();
        this.renewed = asked;
        this.due = asked + leaseNanos / 3;
    }

    /** The job's. */
    public String id() {
        return job.id();
    }

    /** What it says, by field. */
    public Map<String, String> payload() {
        return job.payload();
    }

    /** From 1: others, or this worker, may have tried it before. */
    public int attempt() {
        return job.attempt();
    }

    /** -100 to 100. */
    public int priority() {
        return job.priority();
    }

    /**
     * Told with the next heartbeat.
     *
     * @param percent 0 to 100
     */
    public synchronized void progress(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("progress is 0 to 100 percent, not " + percent);
        }
        progress = percent;
    }

    /** What there is to show in the end, of which the last 8,192 characters are kept; the latest counts. */
    public synchronized void output(String text) {
        output = text;
    }

    /** Somebody wants the job to end: the thread was interrupted, and is to stop. A success stays one. */
    public synchronized boolean cancelled() {
        return cancelled;
    }

    /** The job is another's, or over: whatever comes of it here does not count. The thread was interrupted. */
    public synchronized boolean lost() {
        return lost;
    }

    /**
     * Whether nobody else can have the job: the lease that was last confirmed lasts. False while the daemon is away for
     * longer; then it may still be this worker's. To be asked before what must not be done twice.
     */
    public synchronized boolean holds() {
        return !lost && now.nanos() - renewed < leaseNanos;
    }

    WorkerCalls.Job job() {
        return job;
    }

    synchronized void begins(Thread thread) {
        worker = thread;
        if (stopped || cancelled || lost) {
            thread.interrupt();
        }
    }

    /** From here on nobody interrupts; an interrupt that came too late is cleared. */
    synchronized void ends() {
        worker = null;
        Thread.interrupted();
    }

    /** The worker is to end, and this takes too long. */
    synchronized void stop() {
        stopped = true;
        interrupt();
    }

    /** Whether somebody wanted it to end. */
    synchronized boolean interrupted() {
        return stopped || cancelled || lost;
    }

    synchronized long due() {
        return due;
    }

    synchronized @Nullable Double lastProgress() {
        return progress;
    }

    synchronized @Nullable String lastOutput() {
        return output;
    }

    /** @param asked when the daemon was asked: the lease counts from there */
    synchronized void renewed(long asked, boolean nowCancelled) {
        renewed = asked;
        due = asked + leaseNanos / 3;
        if (nowCancelled && !cancelled) {
            cancelled = true;
            interrupt();
        }
    }

    synchronized void unheard(long asked) {
        due = asked + Math.min(1_000_000_000L, leaseNanos / 10);
    }

    /** @return whether it was being worked on: an end that is being told is answered for itself */
    synchronized boolean lose() {
        if (worker == null) {
            return false;
        }
        lost = true;
        interrupt();
        return true;
    }

    private void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
    }
}
