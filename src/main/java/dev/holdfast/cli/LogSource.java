package dev.holdfast.cli;

import dev.holdfast.log.LogReader;
import dev.holdfast.log.LogReader.Line;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** One replica's log as it is read. Not thread-safe. */
final class LogSource implements AutoCloseable {
    private final LogReader reader;
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
     */
    record Entry(Instant at, String name, int process, LogFiles.Found of, Line line) {}

    /** @param since lines before that are passed over */
    LogSource(LogFiles.Found found, int process, Instant since) {
        this.since = since;
        this.reader = new LogReader(found.file());
        this.found = found;
        this.process = process;
    }

    LogReader reader() {
        return reader;
    }

    Entry entry(Line line) {
        last = line.at().equals(Instant.EPOCH) ? last : line.at();
        return new Entry(last, found.name(), process, found, line);
    }

    Optional<Entry> next() throws IOException {
        for (Optional<Line> line = reader.next(); line.isPresent(); line = reader.next()) {
            Entry entry = entry(line.get());
            if (!entry.at().isBefore(since)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
