package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells ends until the daemon has them. One whose answer was lost is told again, under the same token: it is the same end.
 * Thread-safe.
 */
final class Telling {
    private final WorkerCalls calls;
    private final Consumer<String> log;
    private boolean closed;

    Telling(WorkerCalls calls, Consumer<String> log) {
        this.calls = calls;
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
            if (e.later() || e.status() >= 500) {
                return new Answer(null, e.retryAfter());
            }
            log.accept("job " + job.id() + ": its end does not count: " + e.status() + " " + e.getMessage());
            return new Answer(false, null);
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
