package dev.holdfast.records;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What takes a processor for long: few at once, and on threads of the system. On virtual ones it would hold the carriers, for
 * which probes wait as well. Thread-safe.
 */
final class Aside {
    private final Semaphore places;
    private final Duration patience;

    Aside(int places, Duration patience) {
        this.places = new Semaphore(places);
        this.patience = patience;
    }

    /** @throws Refused what the task throws; 503 when no place becomes free in time */
    <T> T call(Callable<T> task) throws Refused {
        try {
            if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Refused(503, Failure.later("others search logs", 2));
            }
            var done = new FutureTask<T>(() -> {
                try {
                    return task.call();
                } finally {
                    places.release(); // not before, though nobody may wait for it any more
                }
            });
            if (Thread.currentThread().isVirtual()) {
                try {
                    Thread.ofPlatform().daemon().name("holdfast-search").start(done);
                } catch (OutOfMemoryError noThread) {
                    done.run();
                }
            } else {
                done.run();
            }
            return done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(503, Failure.later("interrupted", 2));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
