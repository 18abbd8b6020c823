package dev.holdfast.daemon;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** The one thread that owns all state of processes: tasks, descriptors and deadlines, each in turn. */
final class Loop {
    private final Poller poller;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

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

    /** Has {@code task} run on the loop's thread, soon. Thread-safe. */
    void post(Runnable task) {
        tasks.add(task);
        poller.wake();
    }

    /**
     * Runs until {@code finished}.
     *
     * @param deadline when {@code tick} wants to be called next
     */
    void run(Supplier<Boolean> finished, Supplier<MonoTime> deadline, Runnable tick) {
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
                return;
            }
            if (tasks.isEmpty()) {
                poller.await(wait(next));
            }
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
