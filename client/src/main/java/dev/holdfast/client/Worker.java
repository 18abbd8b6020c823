package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes jobs of a queue with {@code pull:}, a thread each, and tells how they ended. Leases are renewed meanwhile. While the
 * daemon is away what runs goes on, and its end is told when it is back: an end that is told twice counts once. A worker that dies loses its jobs after their lease. Thread-safe.
 */
public final class Worker implements AutoCloseable {
    private static final Duration USUAL_DRAIN = Duration.ofSeconds(30);

    private final WorkerCalls calls;
    private final Plan plan;
    private final Heart heart;
    private final Telling telling;
    private final Thread taker;
    private final Object lock = new Object();
    private final Set<Work> held = new LinkedHashSet<>();
    private boolean draining;
    private boolean taking = true;
    private boolean over;
    private End end = End.DRAINED;
    private @Nullable Refused refusal;

    /** Does a job. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Returning, it succeeded.
         *
         * @throws JobFailed with a class that the queue's {@code retry.when} may name
         * @throws Exception any other: it failed, as {@code process}; interrupted: as {@code interrupted}
         */
        void handle(Work work) throws Exception;
    }

    /** Why a worker ended. */
    public enum End {
        /** It was asked to. */
        DRAINED,
        /** The queue's max_jobs or max_runtime: another process is to take its place. End with a planned exit code. */
        RECYCLED,
        /** The daemon will not have it: {@link #refusal}. */
        REFUSED,
        /** It could not go on, for want of threads or memory say: the log says why. Another process should take its place. */
        FAILED
    }

    /** What a worker is to be like. Not thread-safe. */
    public static final class Plan {
        private final WorkerCalls calls;
        final String queue;
        String name = Surroundings.here().worker();
        int concurrency = 1;
        Duration wait = Duration.ofSeconds(20);
        ThreadFactory threads = Thread::new;
        Consumer<String> log = line -> System.getLogger("dev.holdfast.client").log(System.Logger.Level.WARNING, line);

        Plan(WorkerCalls calls, String queue) {
            this.calls = calls;
            this.queue = queue;
        }

        /** Jobs at a time, 1 to 100; 1 when not said. */
        public Plan concurrency(int jobs) {
            if (jobs < 1 || jobs > 100) {
                throw new IllegalArgumentException("1 to 100 jobs at a time, not " + jobs);
            }
            concurrency = jobs;
            return this;
        }

        /** Its own among all workers, 1 to 200 characters; when not said, of process, replica, pid and host. */
        public Plan name(String own) {
            if (own.isBlank() || own.length() > 200) {
                throw new IllegalArgumentException("a name has 1 to 200 characters");
            }
            name = own;
            return this;
        }

        /** How long a request waits for jobs, up to a minute; 20 s when not said. */
        public Plan wait(Duration most) {
            if (most.isNegative() || most.compareTo(Duration.ofSeconds(60)) > 0) {
                throw new IllegalArgumentException("0 to 60 seconds, not " + most);
            }
            wait = most;
            return this;
        }

        /** Whom trouble is told, from any thread; when not said, the System.Logger dev.holdfast.client, as warnings. */
        public Plan log(Consumer<String> lines) {
            log = line -> {
                try {
                    lines.accept(line);
                } catch (RuntimeException e) { // no lease ends for it
                    System.err.println("holdfast-client: " + line + " (" + e + ")");
                }
            };
            return this;
        }

        /** Takes jobs from now on. */
        public Worker start(Handler handler) {
            var worker = new Worker(calls, this, handler);
            worker.heart.start();
            try {
                worker.taker.start();
            } catch (Throwable e) {
                worker.heart.close();
                throw e;
            }
            return worker;
        }
    }

    private Worker(WorkerCalls calls, Plan plan, Handler handler) {
        this.calls = calls;
        this.plan = plan;
        this.heart = new Heart(calls, plan.name, plan.concurrency, plan.log);
        this.telling = new Telling(calls, plan.log);
        this.taker = new Thread(() -> take(handler), "holdfast-take-" + plan.queue);
    }

    /** As whom it takes jobs. */
    public String name() {
        return plan.name;
    }

    /** Jobs that it holds now. */
    public int busy() {
        synchronized (lock) {
            return held.size();
        }
    }

    /** Waits until it has ended, and all its jobs. */
    public End await() throws InterruptedException {
        synchronized (lock) {
            while (!over) {
                lock.wait();
            }
            return end;
        }
    }

    /** Why the daemon would not have it; null: it would. */
    public @Nullable Refused refusal() {
        synchronized (lock) {
            return refusal;
        }
    }

    /**
     * Takes nothing more, and waits for what is under way. What has not ended after four fifths of the time is
     * interrupted, and told as failed, as {@code interrupted}; what ends not even then is left behind: its job is
     * another's after its lease.
     *
     * @return whether all has ended
     */
    public boolean drain(Duration most) throws InterruptedException {
        long began = System.nanoTime();
        synchronized (lock) {
            draining = true;
            lock.notifyAll();
        }
        taker.interrupt();
        if (over(began + most.toNanos() / 5 * 4)) {
            return true;
        }
        synchronized (lock) {
            held.forEach(Work::stop);
        }
        if (over(began + most.toNanos())) {
            return true;
        }
        synchronized (lock) {
            held.forEach(
                    w -> plan.log.accept("job " + w.id() + " of " + plan.queue + " has not ended: it is left behind"));
        }
        heart.close();
        telling.close();
        return false;
    }

    private boolean over(long until) throws InterruptedException {
        synchronized (lock) {
            for (long left = until - System.nanoTime(); !over && left > 0; left = until - System.nanoTime()) {
                lock.wait(Math.max(1, left / 1_000_000));
            }
            return over;
        }
    }

    /** As {@link #drain}, for half a minute. */
    @Override
    public void close() {
        try {
            drain(USUAL_DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ── taking ──

    private void take(Handler handler) {
        var backoff = new Backoff(ThreadLocalRandom.current()::nextDouble);
        try {
            for (int places = places(); places > 0; places = places()) {
                try {
                    Thread.sleep(takeOnce(handler, places, backoff).toMillis());
                } catch (InterruptedException e) {
                    // draining: there are no places any more
                }
            }
        } catch (Throwable e) { // no memory, say
            failed(e);
            throw e;
        } finally { // whatever it was: what runs is told, and whoever waits hears of it
            synchronized (lock) {
                draining = true;
                taking = false;
            }
            whenEmpty();
        }
    }

    private Duration takeOnce(Handler handler, int places, Backoff backoff) throws InterruptedException {
        long asked = System.nanoTime();
        try {
            WorkerCalls.Taken taken = calls.take(plan.name, plan.wait, places);
            begin(
                    taken.jobs().stream()
                            .map(job -> new Work(job, System::nanoTime, asked))
                            .toList(),
                    handler);
            if (taken.recycle()) {
                ended(End.RECYCLED, null);
            }
            // A daemon that is about to end, or cannot be waited at, answers at once with nothing.
            if (taken.jobs().isEmpty() && System.nanoTime() - asked < plan.wait.toNanos() / 2) {
                return backoff.next(null);
            }
            backoff.reset();
            return Duration.ZERO;
        } catch (IOException e) {
            plan.log.accept("no jobs of " + plan.queue + " for now: " + e.getMessage());
            return backoff.next(null);
        } catch (Refused e) {
            plan.log.accept("no jobs of " + plan.queue + ": " + e.status() + " " + e.getMessage());
            // A reload may bring the queue (404), or make it one for workers (409); a token will not get better.
            boolean mayPass = e.later() || e.status() == 404 || e.status() == 409 || e.status() >= 500;
            if (!mayPass) {
                ended(End.REFUSED, e);
            }
            return backoff.next(e.retryAfter());
        }
    }

    /** @return how many jobs may be taken now, when one may; 0: none ever */
    private int places() {
        synchronized (lock) {
            while (!draining && held.size() >= plan.concurrency) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // who drains has said so, too
                }
            }
            return draining ? 0 : plan.concurrency - held.size();
        }
    }

    private void ended(End why, @Nullable Refused because) {
        synchronized (lock) {
            if (!draining) {
                end = why;
                refusal = because;
            }
            draining = true;
            lock.notifyAll();
        }
    }

    private void whenEmpty() {
        synchronized (lock) {
            if (!taking && held.isEmpty() && !over) {
                over = true;
                lock.notifyAll();
                heart.close();
                telling.close();
            }
        }
    }

    // ── a job ──

    /** All are held before the first one runs: the end of one is told while those behind it wait. */
    private void begin(List<Work> works, Handler handler) {
        synchronized (lock) {
            held.addAll(works);
        }
        works.forEach(heart::keep);
        Throwable broken = null;
        for (Work work : works) {
            try {
                if (broken == null) {
                    Thread thread = plan.threads.newThread(() -> run(work, handler));
                    thread.setName("holdfast-job-" + work.id());
                    thread.start();
                }
            } catch (Throwable e) { // an Error, where there are no more threads
                broken = e;
                failed(e);
            }
            if (broken != null) {
                notBegun(work, broken);
            }
        }
    }

    private void notBegun(Work work, Throwable why) {
        try {
            telling.tell(work.job(), Ending.notBegun(why));
        } finally {
            forget(work);
        }
    }

    private void failed(Throwable why) {
        ended(End.FAILED, null);
        plan.log.accept("no more jobs of " + plan.queue + " are taken: " + why);
    }

    private void run(Work work, Handler handler) {
        try {
            Ending how = attempt(work, handler);
            if (work.lost()) {
                plan.log.accept("job " + work.id() + " of " + plan.queue
                        + " is another's by now: what came of it here does" + " not count");
            } else {
                telling.tell(work.job(), how);
            }
        } finally {
            forget(work);
        }
    }

    private void forget(Work work) {
        heart.drop(work);
        synchronized (lock) {
            held.remove(work);
            lock.notifyAll();
        }
        whenEmpty();
    }

    private Ending attempt(Work work, Handler handler) {
        work.begins(Thread.currentThread());
        try {
            if (!work.holds()) { // it was waited for longer than a lease: when that began is not known
                heart.beat(work);
            }
            if (!work.lost()) {
                handler.handle(work);
            }
            return Ending.success(work.lastOutput());
        } catch (Throwable e) { // of an Error, too, the daemon is to know
            return Ending.failure(e, work.interrupted(), work.lastOutput());
        } finally {
            work.ends();
        }
    }
}
