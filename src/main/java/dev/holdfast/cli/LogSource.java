package dev.holdfast.cli;

import dev.holdfast.log.LogReader.Line;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** One replica's log as it is read. Not thread-safe. */
final class LogSource implements AutoCloseable {
    private final LogLines lines;
    private final LogFiles.Found found;
    private final int process;
    private final Instant since;
    private Instant last = Instant.EPOCH;

    /**
     * A line and whose it is.
     *
     * @param at of the line; of the one before it when it has no time of its own
     * @param of whose log it is
     * @param process number of the process among those shown: it chooses the colour
     * @param sifted as of {@link LogLines}
     */
    record Entry(Instant at, String name, int process, LogFiles.Found of, Line line, boolean sifted) {}

    /** @param since lines before that are passed over */
    LogSource(LogFiles.Found found, LogLines lines, int process, Instant since) {
        this.since = since;
        this.lines = lines;
        this.found = found;
        this.process = process;
    }

    LogLines lines() {
        return lines;
    }

    Entry entry(Line line) {
        last = line.at().equals(Instant.EPOCH) ? last : line.at();
        return new Entry(last, found.name(), process, found, line, lines.sifted());
    }

    Optional<Entry> next() throws IOException {
        for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            Entry entry = entry(line.get());
            if (!entry.at().isBefore(since)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
