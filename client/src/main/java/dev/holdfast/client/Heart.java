package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Renews leases, each three times within its time, on a few threads: a request that hangs keeps the others from nothing.
 * Thread-safe.
 */
final class Heart {
    private static final long IDLE_NANOS = 1_000_000_000L;
    private static final int MOST_THREADS = 4;

    private final WorkerCalls calls;
    private final Consumer<String> log;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<Work> kept = new LinkedHashSet<>();
    private final Set<Work> asking = new HashSet<>();
    private boolean closed;

    /** @param most that are kept at a time */
    Heart(WorkerCalls calls, String worker, int most, Consumer<String> log) {
        this.calls = calls;
        this.log = log;
        for (int i = 0; i < Math.min(MOST_THREADS, most); i++) {
            var thread = new Thread(this::beat, "holdfast-heart-" + worker);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    /** At least one, or it throws. */
    void start() {
        threads.get(0).start();
        try {
            threads.stream().skip(1).forEach(Thread::start);
        } catch (OutOfMemoryError e) {
            log.accept("leases are renewed on fewer threads: " + e);
        }
    }

    synchronized void keep(Work work) {
        kept.add(work);
        notifyAll();
    }

    synchronized void drop(Work work) {
        kept.remove(work);
    }

    synchronized void close() {
        closed = true;
        notifyAll();
        threads.forEach(Thread::interrupt);
    }

    private void beat() {
        try {
            for (Work work = due(); work != null; work = due()) {
                try {
                    beat(work);
                } finally {
                    asked(work);
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private synchronized void asked(Work work) {
        asking.remove(work);
        notifyAll();
    }

    /** The most urgent one that is to be renewed now; null: it is over. */
    private synchronized @Nullable Work due() throws InterruptedException {
        while (!closed) {
            long now = System.nanoTime();
            Work first = null;
            long next = IDLE_NANOS;
            for (Work work : kept) {
                if (!asking.contains(work) && work.due() - now < next) {
                    first = work;
                    next = work.due() - now;
                }
            }
            if (first != null && next <= 0) {
                asking.add(first);
                return first;
            }
            wait(Math.max(1, next / 1_000_000));
        }
        return null;
    }

    /** Asks once, whether it is due or not. */
    void beat(Work work) throws InterruptedException {
        long asked = System.nanoTime();
        Duration lease = work.job().lease();
        Duration most = lease.dividedBy(3).compareTo(Holdfast.SOON) < 0 ? lease.dividedBy(3) : Holdfast.SOON;
        try {
            work.renewed(asked, calls.heartbeat(work.job(), work.lastProgress(), most));
        } catch (IOException e) {
            // The daemon is away: whether the lease is over is for the next one to say.
            work.unheard(asked);
        } catch (Refused e) {
            if (e.status() == 409 || e.status() == 404) {
                if (work.lose()) {
                    drop(work);
                } else {
                    work.unheard(asked); // its end is being told, and is answered for itself
                }
            } else {
                log.accept("job " + work.id() + ": its lease is not renewed: " + e.status() + " " + e.getMessage());
                work.unheard(asked);
            }
        } catch (RuntimeException e) { // a thread that ended would let go of everything
            log.accept("job " + work.id() + ": its lease is not renewed: " + e);
            work.unheard(asked);
        }
    }
}
