package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Renews leases, each three times within its time, on one thread. Thread-safe. */
final class Heart {
    private static final long IDLE_NANOS = 1_000_000_000L;

    private final WorkerCalls calls;
    private final Consumer<String> log;
    private final Thread thread;
    private final Set<Work> kept = new LinkedHashSet<>();
    private boolean closed;

    Heart(WorkerCalls calls, String worker, Consumer<String> log) {
        this.calls = calls;
        this.log = log;
        this.thread = new Thread(this::beat, "holdfast-heart-" + worker);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
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
        thread.interrupt();
    }

    private void beat() {
        try {
            for (List<Work> due = due(); !due.isEmpty(); due = due()) {
                for (Work work : due) {
                    if (stillKept(work)) {
                        beat(work);
                    }
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private synchronized boolean stillKept(Work work) {
        return kept.contains(work);
    }

    /** Those that are to be renewed now, the most urgent first; none: it is over. */
    private synchronized List<Work> due() throws InterruptedException {
        while (!closed) {
            long now = System.nanoTime();
            var due = new ArrayList<Work>();
            long next = IDLE_NANOS;
            for (Work work : kept) {
                long left = work.due() - now;
                next = Math.min(next, left);
                if (left <= 0) {
                    due.add(work);
                }
            }
            if (!due.isEmpty()) {
                due.sort(Comparator.comparingLong(Work::due));
                return due;
            }
            wait(Math.max(1, next / 1_000_000));
        }
        return List.of();
    }

    private void beat(Work work) throws InterruptedException {
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
        }
    }
}
