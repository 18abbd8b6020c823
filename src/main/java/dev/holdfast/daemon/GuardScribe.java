package dev.holdfast.daemon;

import dev.holdfast.guard.Finding;
import dev.holdfast.linux.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Keeps and says what the guard found, in its order, on a thread of its own: who is to be ended must not wait for a disk
 * that hangs. What does not fit meanwhile is counted, and said. Thread-safe.
 */
final class GuardScribe implements AutoCloseable {
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final BlockingQueue<Optional<Finding>> waiting;
    private final Pages history;
    private final Consumer<Finding> say;
    private final Consumer<String> warn;
    private final AtomicLong overflowed = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().name("holdfast-guard-history").daemon().unstarted(this::write);
    /** Findings that could not be written since the last that could; the writer's own. */
    private long failed;

    /** Where findings are kept; one thread uses it. */
    interface Pages extends AutoCloseable {
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
    GuardScribe(Pages history, int most, Consumer<Finding> say, Consumer<String> warn) throws IOException {
        this.waiting = new ArrayBlockingQueue<>(most);
        this.history = history;
        this.say = say;
        this.warn = warn;
        Threads.start(writer);
    }

    /** Has it kept and said soon; waits for nothing. */
    void take(Finding finding) {
        if (!waiting.offer(Optional.of(finding))) {
            overflowed.incrementAndGet();
        }
    }

    private void write() {
        try (history) {
            for (Optional<Finding> f = waiting.take(); f.isPresent(); f = waiting.take()) {
                keep(f.get());
                say.accept(f.get());
            }
            long lost = overflowed.get() + failed;
            if (lost > 0) {
                warn.accept("its history lacks " + findings(lost) + ": the disk was too slow, or refused them");
            }
        } catch (IOException e) {
            warn.accept("its history cannot be closed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keep(Finding finding) {
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
        try {
            if (!waiting.offer(Optional.empty(), LAST_WAIT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                    || !writer.join(LAST_WAIT)) {
                warn.accept("its history lacks what was found last: the disk does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
