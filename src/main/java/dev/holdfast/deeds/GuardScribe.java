package dev.holdfast.deeds;

import dev.holdfast.guard.Finding;
import dev.holdfast.linux.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Keeps and says what the guard found, in its order, on a thread of its own: who is to be ended must not wait for a disk
 * that hangs. What does not fit meanwhile is counted, and said. Thread-safe.
 */
public final class GuardScribe implements AutoCloseable {
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final BlockingQueue<Optional<Finding>> waiting;
    private final Pages history;
    private final Consumer<Finding> say;
    private final Consumer<String> warn;
    private final AtomicLong overflowed = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().name("holdfast-guard-history").daemon().unstarted(this::write);
    /** Findings that could not be written since the last that could; of who holds the lock, as is the history. */
    private long failed;
    /** The writer is no more: who still finds something writes it himself. */
    private volatile boolean ended;

    /** Where findings are kept; one thread at a time uses it, also after it was closed. */
    public interface Pages extends AutoCloseable {
        /** @throws IOException when it is not on disk */
        void add(Finding finding) throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * @param most that may wait to be written
     * @param say told each one after it is kept, on the scribe's thread, as is {@code warn}
     * @param warn told, in words for people, what the history lacks
     * @throws IOException when there is no room for a thread
     */
    public GuardScribe(Pages history, int most, Consumer<Finding> say, Consumer<String> warn) throws IOException {
        this.waiting = new ArrayBlockingQueue<>(most);
        this.history = history;
        this.say = say;
        this.warn = warn;
        Threads.start(writer);
    }

    /** Has it kept and said soon; waits for nothing, unless it is closed. */
    public void take(Finding finding) {
        if (!waiting.offer(Optional.of(finding))) {
            overflowed.incrementAndGet();
        } else if (ended) {
            rest();
        }
    }

    private void write() {
        try {
            for (Optional<Finding> f = waiting.take(); f.isPresent(); f = waiting.take()) {
                keep(f.get());
                say.accept(f.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended = true;
        rest();
    }

    /** What came after the end. */
    private synchronized void rest() {
        try (history) {
            for (Optional<Finding> f = waiting.poll(); f != null; f = waiting.poll()) {
                if (f.isPresent()) {
                    keep(f.get());
                    say.accept(f.get());
                }
            }
            long lost = overflowed.getAndSet(0) + failed;
            failed = 0;
            if (lost > 0) {
                warn.accept("its history lacks " + findings(lost) + ": the disk was too slow, or refused them");
            }
        } catch (IOException e) {
            warn.accept("its history cannot be closed: " + e.getMessage());
        }
    }

    private synchronized void keep(Finding finding) {
        long missed = overflowed.getAndSet(0) + failed;
        try {
            history.add(finding);
            failed = 0;
            if (missed > 0) {
                warn.accept("its history is written again; it lacks " + findings(missed));
            }
        } catch (IOException e) {
            boolean before = failed > 0;
            failed = missed + 1;
            if (!before) {
                warn.accept("its history cannot be written: " + e.getMessage());
            }
        }
    }

    private static String findings(long n) {
        return n == 1 ? "one finding" : n + " findings";
    }

    /** Waits a while for what is still to be written. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + LAST_WAIT.toNanos();
        try {
            if (!waiting.offer(Optional.empty(), LAST_WAIT.toNanos(), TimeUnit.NANOSECONDS)
                    || !writer.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                warn.accept("its history lacks what was found last: the disk does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
