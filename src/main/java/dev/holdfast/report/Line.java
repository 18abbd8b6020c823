package dev.holdfast.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Something over time, in steps of the same length.
 *
 * @param until the end of the last step
 * @param stepSeconds 1 or more
 * @param values oldest first; NaN is unknown
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to be counted, compared by nobody
public record Line(Instant until, int stepSeconds, float[] values) {
    /** Of which nothing is known. */
    public static Line unknown(Instant until, int stepSeconds) {
        return new Line(until, stepSeconds, new float[0]);
    }

    /**
     * What several come to, step by step, of those that are known then.
     *
     * @param lines one or more, of the same step and end
     */
    static Line together(List<Line> lines) {
        Line longest = lines.stream()
                .max(Comparator.comparingInt(l -> l.values.length))
                .orElseThrow();
        var sums = new float[longest.values.length];
        Arrays.fill(sums, Float.NaN);
        for (Line line : lines) {
            int ahead = sums.length - line.values.length;
            for (int i = 0; i < line.values.length; i++) {
                float value = line.values[i];
                float before = sums[ahead + i];
                sums[ahead + i] = Float.isNaN(value) ? before : Float.isNaN(before) ? value : before + value;
            }
        }
        return new Line(longest.until, longest.stepSeconds, sums);
    }

    /** Whether it is known to its end; the last step may not have been kept yet. */
    boolean lasts() {
        return IntStream.range(Math.max(0, values.length - 2), values.length).anyMatch(i -> !Float.isNaN(values[i]));
    }

    /** The end of a step. */
    Instant at(int i) {
        return until.minusSeconds((long) (values.length - 1 - i) * stepSeconds);
    }

    double[] known() {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .filter(v -> !Double.isNaN(v))
                .toArray();
    }

    @Nullable
    Double mean() {
        double[] known = known();
        return known.length == 0
                ? null
                : (Double) Arrays.stream(known).average().orElse(0);
    }

    @Nullable
    Double most() {
        double[] known = known();
        return known.length == 0 ? null : (Double) Arrays.stream(known).max().orElse(0);
    }

    /** For a chart: at most so many, each the most of those that it stands for. */
    List<@Nullable Double> drawn(int most) {
        var drawn = new ArrayList<@Nullable Double>();
        int n = Math.min(most, values.length);
        for (int i = 0; i < n; i++) {
            double highest = Double.NaN;
            int end = (int) ((long) (i + 1) * values.length / n);
            for (int j = (int) ((long) i * values.length / n); j < end; j++) {
                highest = Double.isNaN(highest)
                        ? values[j]
                        : Float.isNaN(values[j]) ? highest : Math.max(highest, values[j]);
            }
            drawn.add(Double.isNaN(highest) ? null : (Double) (double) Math.round(highest * 1000) / 1000);
        }
        return drawn;
    }
}
