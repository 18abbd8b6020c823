package dev.holdfast.metric;

import java.util.Arrays;
import java.util.List;

/** A histogram of seconds. Thread-safe. */
public final class Buckets {
    private final double[] bounds;
    private final long[] counts;
    private double sum;

    /**
     * A moment of it.
     *
     * @param bounds upper ones in seconds, ascending, without the infinite one
     * @param counts within each, not cumulated; one more than bounds
     */
    public record Filled(List<Double> bounds, List<Long> counts, double sum) {}

    private Buckets(double... bounds) {
        this.bounds = bounds;
        this.counts = new long[bounds.length + 1];
    }

    /** From a tenth of a second to a day. */
    public static Buckets ofJobs() {
        return new Buckets(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400);
    }

    public synchronized void add(double seconds) {
        int at = Arrays.binarySearch(bounds, seconds);
        counts[at >= 0 ? at : -at - 1]++;
        sum += seconds;
    }

    /** Puts it as it is now. */
    public synchronized void into(Sheet sheet, Family family, String... labels) {
        sheet.put(
                family,
                new Filled(
                        Arrays.stream(bounds).boxed().toList(),
                        Arrays.stream(counts).boxed().toList(),
                        sum),
                labels);
    }
}
