package dev.holdfast.report;

import java.util.Arrays;

/** Of numbers that are known. */
final class Statistics {
    private Statistics() {}

    /**
     * The nearest rank.
     *
     * @param sorted at least one
     */
    static double quantile(double[] sorted, double share) {
        return sorted[Math.clamp((long) Math.ceil(sorted.length * share) - 1, 0, sorted.length - 1)];
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** That a standard normal value is above this (Abramowitz and Stegun 26.2.17, good to 1e-7). */
    static double above(double z) {
        if (z < 0) {
            return 1 - above(-z);
        }
        double t = 1 / (1 + 0.2316419 * z);
        double tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.max(0, Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * tail);
    }
}
