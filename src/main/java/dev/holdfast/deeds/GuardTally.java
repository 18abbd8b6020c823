package dev.holdfast.deeds;

import dev.holdfast.guard.Finding;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the guard has done. Thread-safe. */
public final class GuardTally {
    private final Map<List<String>, Long> found = new HashMap<>();
    private long looks;
    private long nanos;
    private int processes;

    public synchronized void looked(Duration took, int seen) {
        looks++;
        nanos += took.toNanos();
        processes = seen;
    }

    public synchronized void found(Finding f) {
        found.merge(List.of(f.rule(), f.kind().name().toLowerCase(Locale.ROOT)), 1L, Long::sum);
    }

    private synchronized Map<List<String>, Long> taken() {
        var taken = Map.copyOf(found);
        found.clear();
        return taken;
    }

    /** What was found since the last time is counted there. */
    public void into(Totals totals) {
        taken().forEach((key, times) -> {
            totals.add(Family.GUARD_FINDINGS, times, key.get(0), key.get(1));
            boolean ended = key.get(1).equals("ended");
            totals.add(Family.GUARD_KILLS, ended ? times : 0, key.getFirst());
        });
    }

    /**
     * As {@link #into(Totals)}; what is of other rules than these is forgotten.
     *
     * @param rules that there are now, of each of which there is a count, so that the first kill is an increase
     */
    public void into(Totals totals, List<String> rules) {
        into(totals);
        rules.forEach(rule -> totals.add(Family.GUARD_KILLS, 0, rule));
        totals.retain((family, labels) ->
                (family != Family.GUARD_KILLS && family != Family.GUARD_FINDINGS) || rules.contains(labels.getFirst()));
    }

    public synchronized void into(Sheet sheet) {
        if (looks > 0) {
            sheet.put(Family.GUARD_SAMPLES, looks);
            sheet.put(Family.GUARD_SECONDS, nanos / 1e9);
            sheet.put(Family.GUARD_SEEN, processes);
        }
    }
}
