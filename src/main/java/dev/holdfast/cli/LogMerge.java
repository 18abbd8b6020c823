package dev.holdfast.cli;

import dev.holdfast.cli.LogSource.Entry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Several logs as one, by time. Not thread-safe. */
final class LogMerge implements AutoCloseable {
    /** Bounds what is held before it is printed when logs come faster than they are read. */
    private static final int BATCH = 4096;

    private final List<LogSource> sources = new ArrayList<>();
    private final Predicate<Entry> wanted;

    private record Head(Entry entry, LogSource source, int order) {}

    LogMerge(Predicate<Entry> wanted) {
        this.wanted = wanted;
    }

    void add(LogSource source) {
        sources.add(source);
    }

    /**
     * Prints the last {@code n} lines there are now.
     *
     * @param from how far back it is worth to look
     * @param unfiltered whether all lines count, so that it is enough to read the ends of the files
     */
    void past(Instant from, int n, boolean unfiltered, LogPrinter printer) throws IOException {
        if (unfiltered) {
            var all = new ArrayList<Entry>();
            for (LogSource s : sources) {
                s.lines().tail(n).forEach(l -> all.add(s.entry(l)));
            }
            all.sort(Comparator.comparing(Entry::at));
            print(all.subList(Math.max(0, all.size() - n), all.size()), printer);
            return;
        }
        var heads = new PriorityQueue<Head>(
                Comparator.comparing((Head h) -> h.entry().at()).thenComparingInt(Head::order));
        for (int i = 0; i < sources.size(); i++) {
            LogSource s = sources.get(i);
            s.lines().toFirst(from, n);
            advance(s, i, heads);
        }
        var held = new ArrayDeque<Entry>();
        for (Head h = heads.poll(); h != null; h = heads.poll()) {
            if (wanted.test(h.entry())) {
                if (n == Integer.MAX_VALUE) {
                    printer.print(h.entry());
                } else {
                    held.add(h.entry());
                }
            }
            if (held.size() > n) {
                held.removeFirst();
            }
            advance(h.source(), h.order(), heads);
        }
        for (Entry e : held) {
            printer.print(e);
        }
    }

    private static void advance(LogSource source, int order, PriorityQueue<Head> heads) throws IOException {
        source.next().ifPresent(e -> heads.add(new Head(e, source, order)));
    }

    /** Prints what has come since, or says that nothing has. */
    boolean fresh(LogPrinter printer) throws IOException {
        var batch = new ArrayList<Entry>();
        for (LogSource s : sources) {
            int left = BATCH;
            for (Optional<Entry> e = s.next(); e.isPresent(); e = --left > 0 ? s.next() : Optional.empty()) {
                batch.add(e.get());
            }
        }
        batch.sort(Comparator.comparing(Entry::at));
        print(batch, printer);
        return !batch.isEmpty();
    }

    private void print(List<Entry> entries, LogPrinter printer) throws IOException {
        for (Entry e : entries) {
            if (wanted.test(e)) {
                printer.print(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (LogSource s : sources) {
            s.close();
        }
    }
}
