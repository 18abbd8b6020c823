package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells ends until the daemon has them, once each whatever is lost on the way. Thread-safe. */
final class Telling {
    private final WorkerCalls calls;
    private final String worker;
    private final Consumer<String> log;
    private boolean closed;

    Telling(WorkerCalls calls, String worker, Consumer<String> log) {
        this.calls = calls;
        this.worker = worker;
        this.log = log;
    }

    /** Gives up what is not told yet: the jobs are another's after their lease. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** @return whether the daemon has it; else it does not count */
    boolean tell(WorkerCalls.Job job, Ending end) {
        var backoff = new Backoff(ThreadLocalRandom.current()::nextDouble);
        try {
            while (true) {
                Answer answer = tellOnce(job, end);
                if (answer.heard != null) {
                    return answer.heard;
                }
                if (!pause(backoff.next(answer.later))) {
                    return false;
                }
            }
        } catch (InterruptedException e) {
            return false; // nobody interrupts but who ends the JVM's threads
        }
    }

    /** @param heard null: to be told again */
    private record Answer(@Nullable Boolean heard, @Nullable Duration later) {}

    private Answer tellOnce(WorkerCalls.Job job, Ending end) throws InterruptedException {
        try {
            calls.tell(job, end);
            return new Answer(true, null);
        } catch (IOException e) {
            log.accept("job " + job.id() + ": its end is told again: " + e.getMessage());
            return new Answer(null, null);
        } catch (Refused e) {
            Boolean heard = e.status() == 409 ? known(job, end) : Boolean.FALSE;
            if (e.later() || e.status() >= 500 || heard == null) {
                return new Answer(null, e.retryAfter());
            }
            if (!heard) {
                log.accept("job " + job.id() + ": its end does not count: " + e.status() + " " + e.getMessage());
            }
            return new Answer(heard, null);
        }
    }

    /** Whether an earlier try, whose answer was lost, was heard; null: it cannot be asked now. */
    private @Nullable Boolean known(WorkerCalls.Job job, Ending end) throws InterruptedException {
        try {
            return end.isIn(calls.look(job), job.attempt(), worker);
        } catch (IOException e) {
            return null;
        } catch (Refused e) {
            return e.status() == 404 ? Boolean.FALSE : null;
        }
    }

    private synchronized boolean pause(Duration most) {
        long until = System.nanoTime() + most.toNanos();
        try {
            for (long left = most.toNanos(); !closed && left > 0; left = until - System.nanoTime()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !closed;
    }
}
