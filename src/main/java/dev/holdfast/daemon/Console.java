package dev.holdfast.daemon;

import dev.holdfast.event.Event;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.log.Distribution;
import dev.holdfast.log.Entry;
import dev.holdfast.log.OutputTarget;
import dev.holdfast.log.Pump;
import dev.holdfast.log.Source;
import dev.holdfast.log.Visible;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The daemon's own stdout: its words and, unless quiet, every line of its children. A thread of its own writes it, so
 * that a terminal that was stopped with Ctrl-S, or a full pipe, holds up nobody; what does not fit meanwhile is counted.
 */
final class Console implements Pump.LineListener, Distribution.Trouble, AutoCloseable {
    private static final int WAITING = 4096;
    /** No line is empty: each has its name and its end. */
    private static final byte[] END = new byte[0];

    /** Whose log the outputs are. */
    static final ReplicaId OWN = new ReplicaId("holdfast", 0);

    private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong dropped = new AtomicLong();
    /** Of all its life. */
    private final AtomicLong droppedInAll = new AtomicLong();

    private final OutputStream out;
    private final boolean quiet;
    private final boolean terminal;
    private final Thread thread;
    private final Distribution distribution;
    private volatile Consumer<Event> report = _ -> {};
    /** What was moved, of each process. */
    final LogTally moved = new LogTally();

    /**
     * @param terminal whether {@code out} is one, which must not obey what programs print
     * @param outputs where lines go instead; none: {@code out}
     */
    Console(OutputStream out, boolean quiet, boolean terminal, List<OutputTarget> outputs) throws IOException {
        this.out = out;
        this.quiet = quiet;
        this.terminal = terminal;
        this.thread = Thread.ofPlatform().name("holdfast-console").daemon().start(this::write);
        this.distribution = new Distribution(outputs, terminal, Instant::now, this);
    }

    /** The daemon's own word. Thread-safe, waits only for an output that is to be waited for. */
    void say(String text) {
        say(Level.INFO, text);
    }

    /** The daemon's own word of something that is not as it should be. */
    void warn(String text) {
        say(Level.WARNING, text);
    }

    void say(Level level, String text) {
        if (distribution.isEmpty()) {
            show(text);
        } else {
            distribution.take(Entry.own(Instant.now(), level, text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void show(String text) {
        offer(("holdfast | " + text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A line of a child. */
    @Override
    public void line(Entry entry) {
        if (!distribution.isEmpty()) {
            distribution.take(entry);
        } else if (!quiet) {
            show(entry);
        }
    }

    @Override
    public void moved(Source of, int bytes, long lines, int lost) {
        moved.add(of.process(), bytes, lines, lost);
    }

    /** What a log file could not take is shown though we are quiet: it is nowhere else. */
    @Override
    public void unkept(Entry entry, boolean told) {
        if (!told) {
            distribution.take(entry);
        }
        if (!listens() || !distribution.isEmpty() || !told) {
            show(entry);
        }
    }

    @Override
    public boolean listens() {
        return !quiet || !distribution.isEmpty();
    }

    @Override
    public void unwritable(Source of, Path file, String why) {
        report.accept(new Event.LogUnwritable(Instant.now(), replica(of), file.toString(), why));
    }

    @Override
    public void writable(Source of, Path file, long missing) {
        report.accept(new Event.LogWritable(Instant.now(), replica(of), file.toString(), missing));
    }

    @Override
    public void began(OutputTarget target, String why) {
        show("the output " + target.name() + " does not work: " + why);
        report.accept(new Event.LogUnwritable(Instant.now(), OWN, target.name(), why));
    }

    @Override
    public void over(OutputTarget target) {
        show("the output " + target.name() + " works again");
        report.accept(new Event.LogWritable(Instant.now(), OWN, target.name(), 0));
    }

    @Override
    public void instead(Entry line) {
        show(line);
    }

    /** @param to told, on any thread, what happened to logs */
    void reportTo(Consumer<Event> to) {
        report = to;
    }

    /** Lines go there from now on; none: our own output. */
    void distribute(List<OutputTarget> outputs) throws IOException {
        distribution.configure(outputs);
    }

    /** Lines that were too much for an output, by its name. */
    Map<String, Long> dropped() {
        return distribution.isEmpty() ? Map.of("console", droppedInAll.get()) : distribution.dropped();
    }

    /** Files may have been renamed. */
    void reopen() {
        distribution.reopen();
    }

    private static ReplicaId replica(Source of) {
        return new ReplicaId(of.process(), of.replica());
    }

    private void show(Entry entry) {
        for (String line : new String(entry.text(), StandardCharsets.ISO_8859_1).split("\n", -1)) {
            byte[] head = (entry.label() + " | ").getBytes(StandardCharsets.UTF_8);
            byte[] text = line.getBytes(StandardCharsets.ISO_8859_1);
            byte[] shown = Arrays.copyOf(head, head.length + text.length + 1);
            System.arraycopy(text, 0, shown, head.length, text.length);
            shown[shown.length - 1] = '\n';
            offer(shown);
        }
    }

    private void offer(byte[] line) {
        if (!queue.offer(line)) {
            dropped.incrementAndGet();
            droppedInAll.incrementAndGet();
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
        distribution.close();
        offer(END);
        try {
            thread.join(java.time.Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
