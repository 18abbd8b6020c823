package dev.holdfast.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done before the program ends: steps, the last registered first, each with its time; and child processes, ended
 * with all that descends from them. It runs once, at SIGTERM, SIGINT, System.exit or by {@link #run}. A step that throws is
 * told; one that takes too long is interrupted and left behind; the others run all the same. A second SIGTERM changes
 * nothing: the JVM heeds none while it ends, and Holdfast's SIGKILL comes when {@code stop.timeout} is over. A step must not
 * call System.exit, which waits for the steps. Thread-safe.
 */
public final class Shutdown {
    private static final Duration USUAL = Duration.ofSeconds(10);
    /** Of the grace, for the JVM's own end. */
    private static final Duration RESERVE = Duration.ofMillis(500);
    /** What ending children by force may take beyond their grace. */
    private static final Duration KILL = Duration.ofSeconds(1);

    private final Duration total;
    private final Consumer<String> log;
    /** The last registered first. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private final AtomicLong numbers = new AtomicLong();

    private boolean begun;
    private @Nullable List<Outcome> outcomes;

    /** Something to be done. */
    @FunctionalInterface
    public interface Step {
        /** @param most the time it has; less than it asked for when all together asked for more than there is */
        void run(Duration most) throws Exception;
    }

    /** What came of a step. */
    public record Outcome(String name, Result result, Duration took) {}

    /** How a step went. */
    public enum Result {
        DONE,
        FAILED,
        LEFT_BEHIND
    }

    /** @param child null: a step */
    private record Entry(
            long number,
            String name,
            Duration most,
            @Nullable Step step,
            @Nullable ProcessHandle child) {}

    private Shutdown(Duration total, Consumer<String> log) {
        this.total = total;
        this.log = log;
    }

    /**
     * To be run when the JVM ends, within the grace that Holdfast gives ({@code stop.timeout}) less half a second or, of a
     * short one, a quarter of it; 10 s where nothing is said. What is to be told goes to standard error.
     */
    public static Shutdown install() {
        Duration grace = Surroundings.here().stop();
        return install(grace == null ? USUAL : usable(grace));
    }

    /** As {@link #install()}, within {@code total}. */
    public static Shutdown install(Duration total) {
        var shutdown = within(total, line -> System.err.println("holdfast-client: " + line));
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::run, "holdfast-shutdown"));
        return shutdown;
    }

    /** Which {@link #run} alone runs. */
    static Shutdown within(Duration total, Consumer<String> log) {
        return new Shutdown(total, log);
    }

    static Duration usable(Duration grace) {
        Duration quarter = grace.dividedBy(4);
        return grace.minus(quarter.compareTo(RESERVE) < 0 ? quarter : RESERVE);
    }

    /**
     * Registers a step. Closing what is returned takes it out again.
     *
     * @param most its time
     * @throws IllegalStateException when the shutdown has begun
     */
    public Registration on(String name, Duration most, Step step) {
        Entry entry = new Entry(numbers.getAndIncrement(), name, positive(most), step, null);
        if (!add(entry)) {
            throw new IllegalStateException(name + " comes too late: the shutdown has begun");
        }
        return () -> remove(entry);
    }

    /**
     * Registers a child process: SIGTERM for it and its descendants, SIGKILL after {@code grace}. Children that were
     * registered one after the other, without a step between, are ended together. One that ends by itself is forgotten.
     * When the shutdown has begun it is ended at once, by force.
     */
    public Registration child(String name, Process child, Duration grace) {
        Entry entry = new Entry(numbers.getAndIncrement(), name, positive(grace), null, child.toHandle());
        if (!add(entry)) {
            log.accept("shutdown: " + name + " was started too late, and is killed");
            kill(child.toHandle());
            return () -> {};
        }
        var unused = child.onExit().thenRun(() -> remove(entry));
        return () -> remove(entry);
    }

    /** Takes out again what was registered. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Whether it has begun: what takes long is better not begun. */
    public synchronized boolean begun() {
        return begun;
    }

    /**
     * Runs it, once: whoever comes later waits for the one who was first.
     *
     * @return what came of the steps, in the order in which they ran
     */
    public List<Outcome> run() {
        synchronized (this) {
            if (begun) {
                return awaitOutcomes();
            }
            begun = true;
        }
        List<Outcome> done = List.of();
        try {
            done = runAll(groups(List.copyOf(entries)));
        } finally {
            synchronized (this) {
                outcomes = done;
                notifyAll();
            }
        }
        return done;
    }

    private List<Outcome> awaitOutcomes() {
        List<Outcome> known = outcomes;
        while (known == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
            known = outcomes;
        }
        return known;
    }

    private List<Outcome> runAll(List<Group> groups) {
        long until = System.nanoTime() + total.toNanos();
        var done = new ArrayList<Outcome>();
        for (int i = 0; i < groups.size(); i++) {
            List<Duration> asked =
                    groups.subList(i, groups.size()).stream().map(Group::most).toList();
            done.add(run(groups.get(i), Shares.next(Duration.ofNanos(until - System.nanoTime()), asked)));
        }
        return done;
    }

    private Outcome run(Group group, Duration most) {
        long began = System.nanoTime();
        var failure = new AtomicReference<@Nullable Throwable>();
        var thread = new Thread(
                () -> {
                    try {
                        group.work().run(most);
                    } catch (Throwable e) { // of an Error, too: the next one has its turn
                        failure.set(e);
                    }
                },
                "holdfast-shutdown-" + group.name());
        thread.setDaemon(true);
        Result result;
        try {
            thread.start();
            thread.join(Math.max(1, most.toMillis()));
            result = thread.isAlive() ? Result.LEFT_BEHIND : failure.get() == null ? Result.DONE : Result.FAILED;
        } catch (InterruptedException | OutOfMemoryError e) { // no thread could be made
            failure.compareAndSet(null, e);
            result = Result.FAILED;
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        if (result == Result.LEFT_BEHIND) {
            thread.interrupt();
            log.accept("shutdown: " + group.name() + " took longer than " + most.toMillis() + " ms and is left behind");
        } else if (result == Result.FAILED) {
            log.accept("shutdown: " + group.name() + " failed: " + failure.get());
        }
        return new Outcome(group.name(), result, took);
    }

    // ── what runs together ──

    private record Group(String name, Duration most, Step work) {}

    private List<Group> groups(List<Entry> ordered) {
        var groups = new ArrayList<Group>();
        var children = new ArrayList<Entry>();
        for (Entry entry : ordered) {
            Step step = entry.step;
            if (step == null) {
                children.add(entry);
                continue;
            }
            addChildren(children, groups);
            groups.add(new Group(entry.name, entry.most, step));
        }
        addChildren(children, groups);
        return groups;
    }

    private void addChildren(List<Entry> children, List<Group> groups) {
        if (children.isEmpty()) {
            return;
        }
        Duration grace =
                children.stream().map(Entry::most).max(Duration::compareTo).orElseThrow();
        Set<ProcessHandle> roots = new LinkedHashSet<>();
        children.forEach(c -> roots.add(Objects.requireNonNull(c.child)));
        String names = String.join(", ", children.stream().map(Entry::name).toList());
        Duration most = grace.plus(KILL);
        groups.add(new Group(names, most, given -> end(names, roots, given, grace)));
        children.clear();
    }

    /** Of less time than was asked for the killing keeps its part. */
    private static void end(String names, Collection<ProcessHandle> roots, Duration given, Duration grace)
            throws InterruptedException {
        double part = (double) grace.toNanos() / grace.plus(KILL).toNanos();
        if (!Tree.end(roots, Duration.ofNanos((long) (given.toNanos() * part)))) {
            throw new IllegalStateException("of " + names + " something has not ended");
        }
    }

    private static void kill(ProcessHandle child) {
        try {
            Tree.end(List.of(child), Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized int registered() {
        return entries.size();
    }

    private synchronized boolean add(Entry entry) {
        if (!begun) {
            entries.addFirst(entry);
        }
        return !begun;
    }

    private synchronized void remove(Entry entry) {
        if (!begun) {
            entries.removeIf(e -> e.number == entry.number);
        }
    }

    private static Duration positive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("a time is more than nothing, not " + time);
        }
        return time;
    }
}
