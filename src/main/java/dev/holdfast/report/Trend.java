package dev.holdfast.report;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A steady growth. The slope is the median of the slopes between all pairs of points (Theil, Sen): a third of the points
 * may lie anywhere without moving it. Whether it is one at all is judged by four questions, since what a program uses is
 * no independent noise:
 *
 * <ul>
 *   <li>would points without a trend look like this less than once in a thousand times (Mann, Kendall)? The variance is
 *       widened by the autocorrelation of what is left without the trend (Hamed and Rao, 1998);
 *   <li>does the first half grow, at a third of the rate at least, and the second at most little slower? Neither a step
 *       nor a warming-up does;
 *   <li>is the growth three times what the points stray from the line? A part of a daily cycle is not;
 *   <li>is it large enough for anybody to care?
 * </ul>
 *
 * <p>Less than 36 hours say nothing: they may be the morning of a daily cycle.
 *
 * <p>All this on the medians of {@value #BLOCKS} equal pieces of the time: spikes do not count, and the number of pairs
 * stays small.
 *
 * @param perSecond the slope
 * @param begin the line's first value
 * @param end its last
 * @param seconds between the two
 * @param chance that this is noise, 0 to 1
 */
record Trend(double perSecond, double begin, double end, double seconds, double chance) {
    private static final int BLOCKS = 28;
    private static final int FEWEST = 12;
    /** A day and a half: in less, the rise of a daily cycle is all that is seen. */
    private static final double SHORTEST_SECONDS = 36 * 3600;

    private static final double CHANCE = 0.001;
    private static final double PART = 1 / 3.0;
    private static final double STEADY = 0.6;
    private static final double CLEAR = 3;
    private static final double SIGNIFICANT = 1.96;

    /** @param seconds since whenever */
    record Point(double seconds, double value) {}

    /**
     * @param points in the order of time
     * @param least growth that matters
     * @return empty: there is none, or too little is known
     */
    static Optional<Trend> of(List<Point> points, double least) {
        if (points.size() < FEWEST || points.getLast().seconds - points.getFirst().seconds < SHORTEST_SECONDS) {
            return Optional.empty();
        }
        List<Point> blocks = blocks(points);
        int n = blocks.size();
        if (n < FEWEST) {
            return Optional.empty();
        }
        double slope = slope(blocks);
        double seconds = blocks.getLast().seconds - blocks.getFirst().seconds;
        double growth = slope * seconds;
        if (!(slope > 0) || growth < least) {
            return Optional.empty();
        }
        double[] rest = rest(blocks, slope);
        double[] sorted = rest.clone();
        Arrays.sort(sorted);
        double strays = Statistics.quantile(sorted, 0.9) - Statistics.quantile(sorted, 0.1);
        double chance = chance(blocks, rest);
        double before = slope(blocks.subList(0, n / 2));
        double after = slope(blocks.subList(n / 2, n));
        boolean steady = before >= slope * PART && after >= before * STEADY;
        if (chance > CHANCE || !steady || growth < CLEAR * strays) {
            return Optional.empty();
        }
        double level = Statistics.median(rest);
        double first = blocks.getFirst().seconds;
        return Optional.of(new Trend(slope, level + slope * first, level + slope * (first + seconds), seconds, chance));
    }

    private static List<Point> blocks(List<Point> points) {
        double first = points.getFirst().seconds;
        double length = (points.getLast().seconds - first) / BLOCKS;
        var blocks = new java.util.ArrayList<Point>();
        int from = 0;
        for (int b = 1; b <= BLOCKS && from < points.size(); b++) {
            int to = from;
            while (to < points.size() && (b == BLOCKS || points.get(to).seconds < first + b * length)) {
                to++;
            }
            if (to > from) {
                List<Point> in = points.subList(from, to);
                blocks.add(new Point(
                        in.stream().mapToDouble(Point::seconds).average().orElse(0),
                        Statistics.median(in.stream().mapToDouble(Point::value).toArray())));
                from = to;
            }
        }
        return blocks;
    }

    private static double slope(List<Point> points) {
        int n = points.size();
        double[] slopes = new double[n * (n - 1) / 2];
        int k = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                slopes[k++] =
                        (points.get(j).value - points.get(i).value) / (points.get(j).seconds - points.get(i).seconds);
            }
        }
        return Statistics.median(slopes);
    }

    private static double[] rest(List<Point> points, double slope) {
        return points.stream().mapToDouble(p -> p.value - slope * p.seconds).toArray();
    }

    private static double chance(List<Point> points, double[] rest) {
        int n = points.size();
        double[] values = points.stream().mapToDouble(Point::value).toArray();
        long s = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                s += Double.compare(values[j], values[i]) > 0 ? 1 : values[j] < values[i] ? -1 : 0;
            }
        }
        double variance = n * (n - 1.0) * (2 * n + 5);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < n; ) {
            int ties = 1;
            while (i + ties < n && sorted[i + ties] == sorted[i]) {
                ties++;
            }
            variance -= ties * (ties - 1.0) * (2 * ties + 5);
            i += ties;
        }
        variance = variance / 18 * wider(ranks(rest));
        return s <= 0 || variance <= 0 ? 1 : Statistics.above((s - 1) / Math.sqrt(variance));
    }

    private static double[] ranks(double[] values) {
        double[] ranks = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            for (double other : values) {
                ranks[i] += other < values[i] ? 1 : other == values[i] ? 0.5 : 0;
            }
        }
        return ranks;
    }

    /** By how much the variance of S grows with the autocorrelation of ranks; 1 or more. */
    private static double wider(double[] ranks) {
        int n = ranks.length;
        double mean = Arrays.stream(ranks).average().orElse(0);
        double all = Arrays.stream(ranks).map(r -> (r - mean) * (r - mean)).sum();
        if (all == 0) {
            return 1;
        }
        double sum = 0;
        for (int lag = 1; lag <= n / 3; lag++) {
            double with = 0;
            for (int i = 0; i + lag < n; i++) {
                with += (ranks[i] - mean) * (ranks[i + lag] - mean);
            }
            double correlation = with / all;
            if (correlation > SIGNIFICANT / Math.sqrt(n)) {
                sum += (n - lag) * (n - lag - 1.0) * (n - lag - 2) * correlation;
            }
        }
        return 1 + 2 / (n * (n - 1.0) * (n - 2)) * sum;
    }
}
