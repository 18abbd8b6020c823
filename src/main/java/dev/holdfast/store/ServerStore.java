package dev.holdfast.store;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.ServerAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * A PostgreSQL server that several hosts share: jobs, and due times that one host is to run. One thread and one connection
 * do the work, what waits in one transaction; another connection listens for what other hosts have done.
 *
 * <p>While the server cannot be reached what is asked fails, at once: running jobs go on, and whoever has something to keep
 * keeps it. What was under way when the connection broke fails too, though it may have been done: ends and submissions may
 * be told again. Time is the server's, so that hosts need not agree on it. Thread-safe.
 */
public final class ServerStore implements Ledger, Claims, AutoCloseable {
    private static final int TOGETHER = 200;
    private static final int MOST_WAITING = 20_000;
    private static final int TRIES = 5;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);
    /** Without an answer. Longer than a statement waits for a lock, and leaves time to renew within a lease. */
    private static final long SHORTEST_PATIENCE_SECONDS = 8;

    private static final long LONGEST_PATIENCE_SECONDS = 30;

    /** Others wait for what a transaction has locked: no more is begun in one that has lasted so long. */
    private static final Duration ENOUGH = Duration.ofMillis(250);

    private final ServerAddress address;
    private final long patienceSeconds;
    private final Supplier<Now> clock;
    private final Consumer<String> say;
    private final Consumer<String> wake;
    private final Moment.@Nullable Source time;
    private final LinkedBlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Object starting = new Object();
    private @Nullable Thread thread;
    private @Nullable ServerEars ears;
    private volatile boolean closing;
    private volatile @Nullable String trouble;

    // The thread's own.
    private @Nullable Connection connection;
    private @Nullable Session session;
    private @Nullable Moment began;
    private Duration pause = SHORTEST_PAUSE;
    private MonoTime again = new MonoTime(Long.MIN_VALUE);

    /**
     * @param url {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE}
     * @param lease of what this host holds: for at most half of it, within bounds, an answer is waited for
     * @param clock by which it waits before it tries again
     * @param say told, in words for people, when the server is lost and when it is back; from the store's thread
     * @param wake told the name of a queue in which some host has changed something, as which it may be claimed from or
     *     cancelled; from a thread of the store
     * @throws IllegalArgumentException when the url is none; its message shows no password
     */
    public ServerStore(String url, Duration lease, Supplier<Now> clock, Consumer<String> say, Consumer<String> wake) {
        this(url, lease, clock, say, wake, null);
    }

    /** @param time null: the server's */
    ServerStore(
            String url,
            Duration lease,
            Supplier<Now> clock,
            Consumer<String> say,
            Consumer<String> wake,
            Moment.@Nullable Source time) {
        this.address = ServerAddress.parse(url);
        this.patienceSeconds = Math.clamp(lease.toSeconds() / 2, SHORTEST_PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS);
        this.clock = clock;
        this.say = say;
        this.wake = wake;
        this.time = time;
    }

    public Jobs jobs() {
        return new SqlJobs(this, this::now);
    }

    public Fleet fleet() {
        return new ServerFleet(this, this::now);
    }

    /** What keeps it from working now; null: nothing. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Connects, so that what is wrong is said now. */
    public void begin() {
        var _ = read(s -> 0);
    }

    /** The transaction's: asked for once, since it is a journey. */
    private Moment now(Session s) throws SQLException {
        if (time != null) {
            return time.now(s);
        }
        Moment now = began;
        if (now == null) {
            long micros = s.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
            // Looked at after the server's: what is due now is then never in its future.
            now = new Moment(micros, micros, micros - Time.micros(clock.get().wall()));
            began = now;
        }
        return now;
    }

    @Override
    public CompletableFuture<Boolean> claim(String schedule, Instant due, String run, String host) {
        return SqlJobs.told(write(s -> DueTimes.claim(s, schedule, due, run, host, now(s).wall())));
    }

    @Override
    public <T> CompletableFuture<T> write(Work<T> work) {
        return offer(new Job<>(work, true));
    }

    @Override
    public <T> CompletableFuture<T> read(Work<T> work) {
        return offer(new Job<>(work, false));
    }

    private <T> CompletableFuture<T> offer(Job<T> job) {
        synchronized (starting) {
            if (closing) {
                job.done.completeExceptionally(new StoreException(address + " is closed"));
            } else if (!queue.offer(job)) {
                job.done.completeExceptionally(new StoreException("too much waits for " + address + " already"));
            } else if (thread == null) {
                thread = Thread.ofPlatform().name("holdfast-server").daemon().start(this::run);
                ears = new ServerEars(this::connect, wake);
                ears.start();
            }
        }
        return job.done;
    }

    // ── the thread ──

    private void run() {
        var batch = new ArrayList<Job<?>>();
        try {
            while (!closing || !queue.isEmpty()) {
                batch.add(queue.take());
                queue.drainTo(batch, TOGETHER - 1);
                serve(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error bug) { // else whoever asks would wait for ever
            trouble = "a bug: " + bug;
            say.accept("nothing is kept on " + address + " any more: " + trouble);
            throw bug;
        } finally {
            synchronized (starting) {
                closing = true;
                queue.drainTo(batch);
            }
            fail(batch, new StoreException(address + " is closed"));
            disconnect();
        }
    }

    private void serve(List<Job<?>> batch) {
        List<Job<?>> left = List.copyOf(batch);
        try {
            Session s = connected();
            while (!left.isEmpty()) {
                left = together(s, left);
            }
        } catch (SQLException e) {
            lost(e);
            fail(left, new StoreException(address + " cannot be reached: " + e.getMessage(), e));
        } catch (StoreException e) {
            fail(left, e);
        }
    }

    /** @return those that are for another transaction, since they lock something else */
    private List<Job<?>> together(Session s, List<Job<?>> batch) throws SQLException {
        var done = new ArrayList<Job<?>>();
        var later = new ArrayList<Job<?>>();
        try {
            began(s);
            MonoTime enough = clock.get().mono().plus(ENOUGH);
            for (Job<?> job : batch) {
                if (!later.isEmpty() && !job.writes) {
                    later.add(job); // it looks after what was asked before
                    continue;
                }
                if (!done.isEmpty() && enough.isBefore(clock.get().mono())) {
                    later.add(job);
                    continue;
                }
                try {
                    job.attempt(s);
                    done.add(job);
                } catch (Session.Apart apart) {
                    later.add(job);
                }
            }
            commit();
            done.forEach(Job::tell);
        } catch (SQLException e) { // one failed by itself, or met another host's
            if (ServerTrouble.of(e) == ServerTrouble.LOST) {
                throw e;
            }
            undo();
            for (Job<?> job : batch) {
                if (!later.contains(job)) {
                    alone(s, job);
                }
            }
        }
        return later;
    }

    private void alone(Session s, Job<?> job) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                began(s);
                job.attempt(s);
                commit();
                job.tell();
                return;
            } catch (SQLException e) {
                ServerTrouble trouble = ServerTrouble.of(e);
                if (trouble == ServerTrouble.LOST) {
                    throw e;
                }
                undo();
                if (trouble == ServerTrouble.OWN || tries == TRIES) {
                    job.failed(e);
                    job.tell();
                    return;
                }
            }
        }
    }

    private void began(Session s) {
        began = null;
        s.leave();
    }

    private void commit() throws SQLException {
        if (connection != null) {
            connection.commit();
        }
    }

    private void undo() throws SQLException {
        if (connection != null) {
            connection.rollback();
        }
    }

    private static void fail(List<Job<?>> jobs, StoreException why) {
        jobs.forEach(job -> job.done.completeExceptionally(why));
    }

    // ── the connection ──

    private Connection connect() throws SQLException {
        Connection c = new Driver().connect(address.url(), address.properties(patienceSeconds));
        if (c == null) {
            throw new SQLException("no driver for " + address);
        }
        return c;
    }

    private Session connected() throws SQLException, StoreException {
        Session s = session;
        if (s != null) {
            return s;
        }
        if (clock.get().mono().isBefore(again)) {
            throw new StoreException(address + " cannot be reached: " + trouble);
        }
        boolean ready = false;
        try {
            Connection c = connect();
            connection = c;
            s = new Session(c, true);
            ServerSchema.prepare(c, s);
            session = s;
            ready = true;
        } catch (StoreException e) {
            lost(e);
            throw e;
        } finally {
            if (!ready) {
                disconnect();
            }
        }
        pause = SHORTEST_PAUSE;
        if (trouble != null) {
            trouble = null;
            say.accept(address + " is reached again");
        }
        return s;
    }

    private void lost(Exception why) {
        disconnect();
        again = clock.get().mono().plus(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        String said = String.valueOf(why.getMessage());
        if (trouble == null) {
            say.accept(address + " cannot be reached: " + said);
        }
        trouble = said;
    }

    private void disconnect() {
        Connection c = connection;
        connection = null;
        session = null;
        if (c != null) {
            try {
                c.close();
            } catch (SQLException gone) {
                return; // as it was to be
            }
        }
    }

    /** What was asked is done first, for as long as {@link #LAST_WAIT}. */
    @Override
    public void close() {
        Thread running;
        ServerEars listening;
        synchronized (starting) {
            closing = true;
            running = thread;
            listening = ears;
            var _ = queue.offer(new Job<>(s -> 0, false)); // wakes it
        }
        try {
            if (listening != null) {
                listening.end();
            }
            if (running != null) {
                running.join(LAST_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
