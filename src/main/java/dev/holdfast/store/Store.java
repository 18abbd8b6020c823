package dev.holdfast.store;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One SQLite file and the one thread that uses it. Nothing is opened, and no library loaded, before something is asked.
 *
 * <p>Work that waits is done in one transaction: many wait for one fsync together. What is told as done is on disk
 * (synchronous=FULL). A disk that is full or a lock that another holds keeps work waiting, said once; what fails by itself
 * fails alone. A file that is no store, or a damaged one, is set aside, and a new one begun. Reading comes after all writing
 * that was asked before, and does not wait for a full disk. Thread-safe.
 */
public final class Store implements Ledger, AutoCloseable {
    /** What one transaction takes at most. */
    private static final int TOGETHER = 1000;

    private static final int MOST_WAITING = 20_000;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final Duration SUSPICION = Duration.ofMinutes(1);
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final Database database;
    private final Path file;
    private final Supplier<Now> clock;
    private final Consumer<String> say;
    private final LinkedBlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Object starting = new Object();
    private @Nullable Thread thread;
    private volatile boolean closing;
    private volatile @Nullable String trouble;

    // The thread's own.
    private final Deque<Job<?>> writes = new ArrayDeque<>();
    private @Nullable Session session;
    private @Nullable StoreException refused;
    private Duration pause = SHORTEST_PAUSE;
    private MonoTime again = new MonoTime(Long.MIN_VALUE);
    /** Until then a second damaged file is the disk's doing, or ours, and a third would not be better. */
    private MonoTime suspicious = new MonoTime(Long.MIN_VALUE);

    /**
     * @param own a directory that only we may write: code is loaded from there where no image has it
     * @param say told, in words for people, what is wrong with it; from the store's thread
     */
    public Store(Path file, Path own, Supplier<Now> clock, Consumer<String> say) {
        this(file, own, clock, say, Migrations.ALL);
    }

    Store(Path file, Path own, Supplier<Now> clock, Consumer<String> say, Migrations migrations) {
        this.file = file;
        this.database = new Database(file, own, migrations);
        this.clock = clock;
        this.say = say;
    }

    /** Opens it, so that what is wrong is said now. */
    public void begin() {
        var _ = write(s -> 0);
    }

    /** What keeps it from writing now; null: nothing. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Does {@code work}; told when that is on disk. Fails with {@link StoreException} or {@link SQLException}. */
    @Override
    public <T> CompletableFuture<T> write(Work<T> work) {
        return write(new Job<>(work, true));
    }

    /** The same, whose writes do not wait for a full disk or a lock: they fail, and nothing is changed. */
    Ledger atOnce() {
        return new Ledger() {
            @Override
            public <T> CompletableFuture<T> write(Work<T> work) {
                return Store.this.write(new Job<>(work, true, false));
            }

            @Override
            public <T> CompletableFuture<T> read(Work<T> work) {
                return Store.this.read(work);
            }
        };
    }

    private <T> CompletableFuture<T> write(Job<T> job) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            job.done.completeExceptionally(new StoreException("too much waits for " + file + " already"));
            return job.done;
        }
        return offer(job);
    }

    /** Looks after all writing asked before; not inside a transaction. */
    @Override
    public <T> CompletableFuture<T> read(Work<T> work) {
        return offer(new Job<>(work, false));
    }

    private <T> CompletableFuture<T> offer(Job<T> job) {
        synchronized (starting) {
            if (closing) {
                job.done.completeExceptionally(new StoreException(file + " is closed"));
                return job.done;
            }
            queue.add(job);
            if (thread == null) {
                thread = Thread.ofPlatform().name("holdfast-store").daemon().start(this::run);
            }
        }
        return job.done;
    }

    // ── the thread ──

    private void run() {
        var reads = new ArrayList<Job<?>>();
        try {
            serve(reads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error bug) { // else whoever asks would wait for ever
            trouble = "a bug: " + bug;
            say.accept("nothing is kept in the store any more: " + trouble);
            throw bug;
        } finally {
            var why = new StoreException(file + " could not be written: " + trouble);
            synchronized (starting) {
                closing = true;
                queue.drainTo(reads);
            }
            fail(writes, why);
            reads.forEach(job -> job.done.completeExceptionally(why));
            shut();
        }
    }

    private void serve(List<Job<?>> reads) throws InterruptedException {
        while (!closing || !queue.isEmpty()) {
            take(reads);
            if (!writes.isEmpty() && (closing || !clock.get().mono().isBefore(again))) {
                commit();
            }
            reads.forEach(this::look);
            reads.clear();
        }
        if (!writes.isEmpty()) {
            commit();
        }
    }

    /** Waits for something to do, a second attempt included. */
    private void take(List<Job<?>> reads) throws InterruptedException {
        Job<?> next;
        if (writes.isEmpty()) {
            next = queue.take();
        } else {
            Duration left = again.since(clock.get().mono());
            next = queue.poll(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
        }
        for (; next != null; next = queue.poll()) {
            if (next.writes && !next.patient && clock.get().mono().isBefore(again)) {
                waiting.decrementAndGet();
                next.done.completeExceptionally(notNow());
            } else if (next.writes) {
                writes.add(next);
            } else {
                reads.add(next);
            }
        }
    }

    private void commit() {
        try {
            while (!writes.isEmpty()) {
                Session s = opened();
                List<Job<?>> batch = writes.stream().limit(TOGETHER).toList();
                if (together(s, batch)) {
                    batch.forEach(this::told);
                } else {
                    oneByOne(s, batch);
                }
            }
            if (trouble != null) {
                trouble = null;
                say.accept(file + " is written again; nothing that waited is lost");
            }
            pause = SHORTEST_PAUSE;
        } catch (SQLException | Database.Unusable e) {
            later(e);
        } catch (StoreException e) {
            fail(writes, e);
        }
    }

    /** False: one of them failed by itself, and nothing is done. */
    private static boolean together(Session s, List<Job<?>> batch) throws SQLException {
        boolean working = false;
        s.run("BEGIN IMMEDIATE");
        boolean committed = false;
        try {
            working = true;
            for (Job<?> job : batch) {
                job.attempt(s);
            }
            working = false;
            s.run("COMMIT");
            committed = true;
            return true;
        } catch (SQLException e) {
            if (working && Trouble.of(e) == Trouble.OWN) {
                return false;
            }
            throw e;
        } finally {
            if (!committed) {
                undo(s);
            }
        }
    }

    /** It is on disk, or refused. */
    private void told(Job<?> job) {
        writes.removeFirst();
        waiting.decrementAndGet();
        job.tell();
    }

    /** Each is told at once: what is on disk is not to be told as failed because of what comes after it. */
    private void oneByOne(Session s, List<Job<?>> batch) throws SQLException {
        for (Job<?> job : batch) {
            boolean committed = false;
            s.run("BEGIN IMMEDIATE");
            try {
                job.attempt(s);
                s.run("COMMIT");
                committed = true;
            } catch (SQLException e) {
                if (Trouble.of(e) != Trouble.OWN) {
                    throw e;
                }
                job.failed(e);
            } finally {
                if (!committed) {
                    undo(s);
                }
            }
            told(job);
        }
    }

    private static void undo(Session s) {
        try {
            s.run("ROLLBACK");
        } catch (SQLException over) {
            return; // SQLite has rolled back already, as it does on a full disk
        }
    }

    private void look(Job<?> job) {
        try {
            job.attempt(opened());
            job.tell();
        } catch (SQLException | Database.Unusable e) {
            if (damaged(e)) {
                later(e);
            }
            job.done.completeExceptionally(new StoreException(file + ": " + e.getMessage(), e));
        } catch (StoreException e) {
            job.done.completeExceptionally(e);
        }
    }

    private Session opened() throws SQLException, StoreException, Database.Unusable {
        if (refused != null) {
            throw refused;
        }
        Session s = session;
        if (s == null) {
            try {
                s = database.open(clock.get().wall());
            } catch (StoreException e) {
                refuse(e);
                throw e;
            } catch (SQLException e) {
                if (Trouble.of(e) == Trouble.OWN) {
                    throw refuse(e);
                }
                throw e;
            } catch (RuntimeException | LinkageError e) { // its native half is missing, or may not be loaded from there
                throw refuse(e);
            }
            session = s;
        }
        return s;
    }

    private StoreException refuse(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        var why = new StoreException(file + " cannot be opened: " + cause.getMessage(), e);
        refuse(why);
        return why;
    }

    private void refuse(StoreException why) {
        refused = why;
        trouble = why.getMessage();
        say.accept("nothing is kept in the store: " + why.getMessage());
    }

    private static boolean damaged(Exception e) {
        return e instanceof Database.Unusable || (e instanceof SQLException sql && Trouble.of(sql) == Trouble.DAMAGED);
    }

    /** Passing trouble is waited for; a file that is none of ours makes room for a new one. */
    private void later(Exception why) {
        again = clock.get().mono().plus(pause);
        if (damaged(why)) {
            shut();
            MonoTime now = clock.get().mono();
            if (now.isBefore(suspicious)) {
                var e = new StoreException("a new " + file + " is unusable, too (" + why.getMessage() + ")", why);
                refuse(e);
                fail(writes, e);
                return;
            }
            suspicious = now.plus(SUSPICION);
            try {
                Path aside = database.setAside(clock.get().wall());
                say.accept("the store " + file + " is unusable (" + why.getMessage() + "): it is kept as "
                        + aside.getFileName() + ", and a new one is begun");
            } catch (StoreException e) {
                refuse(e);
                fail(writes, e);
            }
            again = clock.get().mono();
            return;
        }
        if (!(why instanceof SQLException e && Trouble.leavesItOpen(e))) {
            shut();
        }
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        if (trouble == null) {
            say.accept("the store " + file + " cannot be written, what it is to keep waits: " + why.getMessage());
        }
        trouble = String.valueOf(why.getMessage());
        var impatient = new ArrayDeque<Job<?>>();
        writes.stream().filter(j -> !j.patient).forEach(impatient::add);
        writes.removeAll(impatient);
        fail(impatient, notNow());
    }

    private StoreException notNow() {
        return new StoreException(file + " cannot be written now: " + trouble);
    }

    private void fail(Deque<Job<?>> jobs, StoreException why) {
        for (Job<?> job = jobs.poll(); job != null; job = jobs.poll()) {
            waiting.decrementAndGet();
            job.done.completeExceptionally(why);
        }
    }

    private void shut() {
        Session s = session;
        session = null;
        if (s != null) {
            try {
                s.close();
            } catch (SQLException e) {
                say.accept("the store " + file + ": " + e.getMessage());
            }
        }
    }

    /** What was asked is done first, for as long as {@link #LAST_WAIT}. */
    @Override
    public void close() {
        Thread running;
        synchronized (starting) {
            closing = true;
            running = thread;
            queue.add(new Job<>(s -> 0, false)); // wakes it
        }
        try {
            if (running != null) {
                running.join(LAST_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
