package dev.holdfast.otlp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Spans that wait to be sent, {@value #MOST} at most: then the oldest go. Thread-safe, and whoever adds never waits. */
final class SpanQueue {
    static final int MOST = 2048;
    static final int BATCH = 512;

    private final Deque<Span> waiting = new ArrayDeque<>();
    private long taken;
    private long dropped;

    /** @param at how many had come before the first of these */
    record Batch(long at, List<Span> spans) {}

    /** @return whether there are enough for a batch */
    synchronized boolean add(Span span) {
        waiting.addLast(span);
        if (waiting.size() > MOST) {
            waiting.removeFirst();
            taken++;
            dropped++;
        }
        return waiting.size() >= BATCH;
    }

    /** The oldest; they stay until they are {@link #done}. */
    synchronized Batch batch() {
        return new Batch(taken, waiting.stream().limit(BATCH).toList());
    }

    /** They are sent, or given up; what was pushed out meanwhile has gone already. */
    synchronized void done(Batch batch) {
        for (long gone = taken - batch.at; gone < batch.spans.size(); gone++) {
            waiting.removeFirst();
            taken++;
        }
    }

    synchronized int size() {
        return waiting.size();
    }

    /** Pushed out by newer ones. */
    synchronized long dropped() {
        return dropped;
    }

    /** Nobody wants them any more. */
    synchronized void clear() {
        taken += waiting.size();
        waiting.clear();
    }
}
