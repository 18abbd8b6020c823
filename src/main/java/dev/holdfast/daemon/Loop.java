package dev.holdfast.daemon;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Poller;
import dev.holdfast.process.LoopTasks;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one thread that owns all state of processes: tasks, descriptors and deadlines, each in turn. */
final class Loop implements LoopTasks {
    /** Turns that are busy all the time do one of the later tasks now and then. */
    private static final int PATIENCE = 16;

    private static final int MANY = 32;

    private static final long HURRY_NANOS = 2_000_000;

    private final Poller poller;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private volatile @Nullable Thread thread;
    private boolean hurry;

    private Loop(Poller poller) {
        this.poller = poller;
    }

    static Loop open() throws Errno {
        return new Loop(Poller.open());
    }

    Poller poller() {
        return poller;
    }

    static Now now() {
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
    void run(Supplier<Boolean> finished, Supplier<MonoTime> deadline, Runnable tick) {
        thread = Thread.currentThread();
        int busy = 0;
        while (true) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            MonoTime next = deadline.get();
            if (!now().mono().isBefore(next)) {
                tick.run();
                next = deadline.get();
            }
            if (finished.get()) {
                break;
            }
            if (!tasks.isEmpty()) {
                continue;
            }
            if (later.isEmpty()) {
                poller.await(wait(next));
            } else if (poller.await(hurry ? HURRY_NANOS : 0) == 0 || ++busy % PATIENCE == 0) {
                hurry = false;
                later.remove().run();
            } else {
                for (int due = later.size() / MANY; due > 0; due--) { // what piles up is no longer put off
                    later.remove().run();
                }
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
        Duration left = next.since(now().mono());
        return Math.max(0, left.toNanos());
    }
}
