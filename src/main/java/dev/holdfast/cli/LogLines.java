package dev.holdfast.cli;

import dev.holdfast.log.LogReader;
import dev.holdfast.log.LogReader.Line;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where the lines of one log come from: its files, or the daemon. Not thread-safe. */
interface LogLines extends AutoCloseable {
    /** The last {@code n} there are now; {@link #next} goes on behind them. */
    List<Line> tail(int n) throws IOException;

    /** {@link #next} begins no later than with the first line of {@code since}, or the last {@code n}, if so much is there. */
    void toFirst(Instant since, int n) throws IOException;

    /** Empty: none has come yet. */
    Optional<Line> next() throws IOException;

    /** Whether only lines come that the filter asked for by what they say, and those that belong with them. */
    boolean sifted();

    @Override
    void close() throws IOException;

    /** Closes the reader with it. */
    static LogLines of(LogReader reader) {
        return new LogLines() {
            @Override
            public List<Line> tail(int n) throws IOException {
                return reader.tail(n);
            }

            @Override
            public void toFirst(Instant since, int n) throws IOException {
                reader.toFirst(since);
            }

            @Override
            public Optional<Line> next() throws IOException {
                return reader.next();
            }

            @Override
            public boolean sifted() {
                return false;
            }

            @Override
            public void close() throws IOException {
                reader.close();
            }
        };
    }
}
