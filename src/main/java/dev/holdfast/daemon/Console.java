package dev.holdfast.daemon;

import dev.holdfast.log.Entry;
import dev.holdfast.log.Pump;
import dev.holdfast.log.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The daemon's own stdout: its words and, unless quiet, every line of its children. A thread of its own writes it, so
 * that a terminal that was stopped with Ctrl-S, or a full pipe, holds up nobody; what does not fit meanwhile is counted.
 */
final class Console implements Pump.LineListener, AutoCloseable {
    private static final int WAITING = 4096;
    /** No line is empty: each has its name and its end. */
    private static final byte[] END = new byte[0];

    private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final OutputStream out;
    private final boolean quiet;
    private final boolean terminal;
    private final Thread thread;

    /** @param terminal whether {@code out} is one, which must not obey what programs print */
    Console(OutputStream out, boolean quiet, boolean terminal) {
        this.out = out;
        this.quiet = quiet;
        this.terminal = terminal;
        this.thread = Thread.ofPlatform().name("holdfast-console").daemon().start(this::write);
    }

    /** The daemon's own word. Thread-safe, never waits. */
    void say(String text) {
        offer(("holdfast | " + text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A line of a child. Thread-safe, never waits. */
    @Override
    public void line(Entry entry) {
        if (!quiet) {
            show(entry);
        }
    }

    /** What a log file could not take is shown though we are quiet: it is nowhere else. */
    @Override
    public void unkept(Entry entry, boolean told) {
        if (quiet || !told) {
            show(entry);
        }
    }

    @Override
    public boolean listens() {
        return !quiet;
    }

    private void show(Entry entry) {
        byte[] head = (entry.label() + " | ").getBytes(StandardCharsets.UTF_8);
        byte[] text = entry.text();
        byte[] line = Arrays.copyOf(head, head.length + text.length + 1);
        System.arraycopy(text, 0, line, head.length, text.length);
        line[line.length - 1] = '\n';
        offer(line);
    }

    private void offer(byte[] line) {
        if (!queue.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (true) {
                byte[] line = queue.take();
                if (line.length == END.length) {
                    return;
                }
                show(line);
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    out.write(("holdfast | " + lost + " lines not shown here: this output was stuck\n")
                            .getBytes(StandardCharsets.UTF_8));
                }
                if (queue.isEmpty()) {
                    out.flush();
                }
            }
        } catch (IOException closedOutput) {
            // Nobody reads: the log files have it all. Go on taking, so that nothing waits.
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(byte[] line) throws IOException {
        if (!terminal) {
            out.write(line);
            return;
        }
        out.write(Visible.of(line, 0, line.length - 1));
        out.write('\n');
    }

    private void drain() {
        try {
            while (queue.take().length != END.length) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits a moment for what is still to be written. */
    @Override
    public void close() {
        offer(END);
        try {
            thread.join(java.time.Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
