package dev.holdfast.log;

import dev.holdfast.linux.Threads;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel with a queue of bounded size before it and a thread of its own behind that. What is slow or broken holds up
 * nobody, unless it is asked to. Thread-safe.
 */
final class Output implements AutoCloseable {
    private static final int QUEUED_BYTES = 4 << 20;
    private static final int BATCH_BYTES = 128 << 10;
    private static final int ENTRY_BYTES = 200;
    private static final Duration TRIES_AGAIN = Duration.ofMillis(500);
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    private final OutputTarget target;
    private final Channel channel;
    private final Distribution.Trouble trouble;
    private final Supplier<Instant> clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private long queued;
    private long dropped;
    private long droppedInAll;
    private boolean closing;
    private final Thread thread;
    /** Whose place it took, until somebody takes its own; two must not write one file. */
    private volatile @Nullable Output before;
    /** The thread's own: lines that went elsewhere since it broke, or -1. */
    private long elsewhere = -1;

    /** @param before at the same place, and asked to {@link #finish}: it writes what it still has first */
    Output(
            OutputTarget target,
            Channel channel,
            Distribution.Trouble trouble,
            Supplier<Instant> clock,
            @Nullable Output before)
            throws IOException {
        this.target = target;
        this.channel = channel;
        this.trouble = trouble;
        this.clock = clock;
        this.before = before;
        this.thread = Thread.ofPlatform().name("holdfast-output").daemon().unstarted(() -> run(before));
        Threads.start(thread);
    }

    boolean wants(Entry e) {
        Level level = e.level();
        return (level == null ? Level.INFO : level).compareTo(target.least()) >= 0;
    }

    /**
     * @param copy nobody changes it any more
     * @return false when it takes no more
     */
    boolean take(Entry copy) {
        lock.lock();
        try {
            while (target.waits() && queued > QUEUED_BYTES && !closing) {
                changed.awaitUninterruptibly();
            }
            if (closing) {
                return false;
            }
            if (queued > QUEUED_BYTES) {
                dropped++;
                droppedInAll++;
                return true;
            }
            queue.add(copy);
            queued += ENTRY_BYTES + copy.length();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lines that it did not take because it was too slow. */
    long dropped() {
        lock.lock();
        try {
            return droppedInAll;
        } finally {
            lock.unlock();
        }
    }

    void reopen() {
        if (channel instanceof FileChannel file) {
            file.reopen();
        }
    }

    private void run(@Nullable Output first) {
        try {
            if (first != null) {
                first.thread.join();
            }
            for (List<Entry> batch = next(); !batch.isEmpty(); batch = next()) {
                deliver(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            channel.close();
        }
    }

    /** Waits for lines; empty at the end. */
    private List<Entry> next() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !closing) {
                changed.await();
            }
            var batch = new ArrayList<Entry>();
            long bytes = 0;
            if (dropped > 0) {
                batch.add(own(dropped + " lines were dropped here: " + target.name() + " was too slow"));
                dropped = 0;
            }
            while (bytes < BATCH_BYTES && !queue.isEmpty()) {
                Entry e = queue.remove();
                batch.add(e);
                bytes += ENTRY_BYTES + e.length();
            }
            queued -= Math.min(queued, bytes);
            changed.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** A network is tried until it takes them; a file's lines go to standard output meanwhile. */
    private void deliver(List<Entry> batch) throws InterruptedException {
        boolean told = elsewhere >= 0;
        while (true) {
            try {
                var all = new ArrayList<Entry>(batch.size() + 1);
                if (elsewhere > 0) {
                    all.add(own(elsewhere + " lines are missing here: they went to standard output"));
                }
                all.addAll(batch);
                channel.send(all);
                if (told) {
                    trouble.over(target);
                }
                elsewhere = -1;
                return;
            } catch (IOException | RuntimeException e) {
                if (!told) {
                    told = true;
                    elsewhere = 0;
                    trouble.began(target, String.valueOf(e.getMessage()));
                }
            }
            if (target.place() instanceof OutputTarget.Place.File) {
                batch.forEach(trouble::instead);
                elsewhere += batch.size();
                return;
            }
            if (waitedInVain()) {
                return;
            }
        }
    }

    /** @return true when it is the end */
    private boolean waitedInVain() throws InterruptedException {
        lock.lock();
        try {
            if (!closing) {
                long left = TRIES_AGAIN.toNanos();
                while (left > 0 && !closing) {
                    left = changed.awaitNanos(left);
                }
            }
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private Entry own(String text) {
        return Entry.own(clock.get(), Level.WARNING, ("holdfast: " + text).getBytes(StandardCharsets.UTF_8));
    }

    OutputTarget target() {
        return target;
    }

    boolean replaces(List<Output> any) {
        return any.contains(before);
    }

    /** Takes no more; what is queued it still writes, as long as that goes. Does not wait. */
    void finish() {
        before = null;
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        finish();
        try {
            thread.join(LAST_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
