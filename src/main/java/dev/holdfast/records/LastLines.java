package dev.holdfast.records;

import dev.holdfast.log.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** What a program wrote before its end. */
public final class LastLines {
    /** Of the file's end so much is looked at. */
    private static final int LOOKED_AT = 5000;
    /** Bytes of a line, and of all that are looked at. */
    private static final int LONGEST_LINE = 32_000;

    private static final int MOST_BYTES = 2 << 20;

    private LastLines() {}

    /** The last lines of all, and no more than those are read. */
    public static List<String> latest(Path log, int most) {
        try {
            return LogReader.last(log, most, LONGEST_LINE, MOST_BYTES).stream()
                    .map(LogReader.Line::text)
                    .toList();
        } catch (IOException e) {
            return List.of("(its output cannot be read: " + e.getMessage() + ")");
        }
    }

    /**
     * The last of what was written then.
     *
     * @param slackMillis before and after that still count: the pump follows, and clocks of files are coarse
     */
    public static List<String> of(Path log, Instant from, Instant until, long slackMillis, int most) {
        if (most == 0) {
            return List.of();
        }
        Instant first = from.minusMillis(slackMillis);
        Instant last = until.plusMillis(slackMillis);
        try {
            List<String> all = LogReader.last(log, LOOKED_AT, LONGEST_LINE, MOST_BYTES).stream()
                    .filter(l -> !l.at().isBefore(first) && !l.at().isAfter(last))
                    .map(LogReader.Line::text)
                    .toList();
            return all.subList(Math.max(0, all.size() - most), all.size());
        } catch (IOException e) {
            return List.of("(its output cannot be read: " + e.getMessage() + ")");
        }
    }
}
