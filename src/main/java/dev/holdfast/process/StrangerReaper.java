package dev.holdfast.process;

import dev.holdfast.linux.Children;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Notices ended children that nobody launched: orphans handed to a subreaper or to PID 1, which stay zombies until they
 * are waited for. Its thread only looks; the loop decides, since it alone knows whose exit status must be kept.
 */
final class StrangerReaper implements AutoCloseable {
    private static final int PAUSE_MILLIS = 5;

    private final Consumer<Runnable> loop;
    private final IntPredicate ended;
    private final IntPredicate known;
    private final Semaphore looked = new Semaphore(0);
    private final Semaphore children = new Semaphore(0);
    private volatile boolean closed;
    /** What was found last is to be asked about again. */
    private volatile boolean left;

    /**
     * @param known whether the loop hears of this child's end by itself; thread-safe
     * @param ended told on the loop's thread of any other child that has ended and is not reaped; whether it took care
     */
    StrangerReaper(Consumer<Runnable> loop, IntPredicate known, IntPredicate ended) {
        this.loop = loop;
        this.known = known;
        this.ended = ended;
        Thread.ofPlatform().name("holdfast-reaper").daemon().start(this::run);
    }

    /** There may be children now. */
    void launched() {
        children.release();
    }

    private void run() {
        try {
            while (!closed) {
                OptionalInt pid = Children.awaitEnded();
                if (pid.isEmpty()) {
                    children.acquire();
                    children.drainPermits();
                    continue;
                }
                if (known.test(pid.getAsInt())) {
                    // Its end is on its way to the loop, which has better to do than hear of it twice.
                    looked.tryAcquire(1, TimeUnit.MILLISECONDS);
                    continue;
                }
                // One at a time: until it is reaped, the kernel would name the same child again and again.
                loop.accept(() -> {
                    left = !closed && !ended.test(pid.getAsInt());
                    looked.release();
                });
                looked.acquire();
                if (left) {
                    looked.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        children.release();
        looked.release();
    }
}
