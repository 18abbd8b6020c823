package dev.holdfast.daemon;

import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import java.util.HashMap;
import java.util.Map;

/** What the pump has moved. Thread-safe. */
final class LogTally {
    private final Map<String, long[]> all = new HashMap<>();

    synchronized void add(String process, int bytes, long lines, int lost) {
        long[] sums = all.computeIfAbsent(process, _ -> new long[3]);
        sums[0] += bytes;
        sums[1] += lines;
        sums[2] += lost;
    }

    synchronized void into(Sheet sheet) {
        all.forEach((process, sums) -> {
            sheet.put(Family.LOG_BYTES, sums[0], process);
            sheet.put(Family.LOG_LINES, sums[1], process);
            sheet.put(Family.LOG_DROPPED, sums[2], process);
        });
    }
}
