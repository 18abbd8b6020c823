package dev.holdfast.loop;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Poller;
import dev.holdfast.process.LoopTasks;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one thread that owns all state of processes: tasks, descriptors and deadlines, each in turn. */
public final class Loop implements LoopTasks {
    /** Turns that are busy all the time do one of the later tasks now and then. */
    private static final int PATIENCE = 16;

    private static final int MANY = 32;
    /** The most that is put off: each may hold descriptors and files of what has ended. */
    public static final int MOST_LATER = 256;
    /** Tasks that make more tasks: so many of them before descriptors, deadlines and what was put off have their turn. */
    private static final int TASKS_A_TURN = 256;

    private static final long HURRY_NANOS = 2_000_000;

    private final Poller poller;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final LoopLag lag = new LoopLag();
    private volatile @Nullable Thread thread;
    private boolean hurry;

    private Loop(Poller poller) {
        this.poller = poller;
    }

    public static Loop open() throws Errno {
        return new Loop(Poller.open());
    }

    public Poller poller() {
        return poller;
    }

    public LoopLag lag() {
        return lag;
    }

    public static Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime()));
    }

    @Override
    public void soon(Runnable task) {
        tasks.add(task);
        if (!Thread.currentThread().equals(thread)) { // itself, it looks before it waits
            poller.wake();
        }
    }

    @Override
    public void later(Runnable task) {
        later.add(task);
    }

    @Override
    public void hurry(boolean on) {
        hurry = on;
    }

    /**
     * Runs until {@code finished}.
     *
     * @param deadline when {@code tick} wants to be called next
     */
    public void run(Supplier<Boolean> finished, Supplier<MonoTime> deadline, Runnable tick) {
        thread = Thread.currentThread();
        int busy = 0;
        poller.whenWoken(lag::woken);
        lag.woken();
        while (true) {
            int turn = 0;
            int most = Math.max(TASKS_A_TURN, tasks.size()); // what was there before comes before deadlines
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                if (++turn == most) {
                    break;
                }
            }
            MonoTime next = deadline.get();
            MonoTime now = now().mono();
            if (!now.isBefore(next)) {
                lag.due(next, now);
                tick.run();
                next = deadline.get();
            }
            if (finished.get()) {
                break;
            }
            boolean more = !tasks.isEmpty();
            if (more && turn < most && ++busy % PATIENCE != 0) {
                continue; // a deadline made them: they come first
            }
            lag.waits(next);
            if (later.isEmpty()) {
                poller.await(more ? 0 : wait(next));
            } else {
                boolean quiet = poller.await(hurry && !more ? HURRY_NANOS : 0) == 0 && !more;
                if (quiet || ++busy % PATIENCE == 0) {
                    hurry = false;
                    later.remove().run();
                }
            }
            // What piles up is no longer put off.
            for (int due = Math.max(later.size() / MANY, later.size() - MOST_LATER); due > 0; due--) {
                later.remove().run();
            }
        }
        catchUp();
    }

    private void catchUp() {
        while (!later.isEmpty()) {
            later.remove().run();
        }
    }

    private static long wait(MonoTime next) {
        if (next.equals(MonoTime.NEVER)) {
            return -1;
        }
        MonoTime now = now().mono();
        return next.isBefore(now) ? 0 : next.since(now).toNanos(); // of a long past one the difference may overflow
    }
}
