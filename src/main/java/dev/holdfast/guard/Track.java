package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Measure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far one process, or all that match a rule, have come with its conditions. */
final class Track {
    static final long NEVER = Subject.NEVER;
    private static final int KEPT = 12;

    private final Gauge[] gauges;
    /** Since when each has held at every look. */
    private final long[] since;

    private final boolean[] lingers;
    /** When each was judged last: between such looks nothing comes due. */
    private final long[] judged;
    /** Of CPU over a window. */
    private final @Nullable Usage[] usage;

    private final double[] @Nullable [] last;
    private final int[] measured;
    private final double[] least;
    private final double[] most;
    /** What holds has been acted upon; it has to come back clearly first. */
    boolean fired;
    /** It has been said that it holds and nothing is done. */
    boolean heldBack;

    @Nullable
    Finding finding;

    /** What was before is not held against it: it had another title then. */
    private final long from;

    Track(Gauge[] gauges, long from) {
        this.gauges = gauges;
        this.from = from;
        this.since = new long[gauges.length];
        java.util.Arrays.fill(since, NEVER);
        this.judged = new long[gauges.length];
        this.usage = new Usage[gauges.length];
        this.lingers = new boolean[gauges.length];
        this.last = new double[gauges.length][];
        this.measured = new int[gauges.length];
        this.least = new double[gauges.length];
        this.most = new double[gauges.length];
    }

    /**
     * @param value NaN: unknown
     * @param began when the stretch began that it was measured over; now for what is of a moment
     * @param now of the look, in monotonic nanoseconds
     * @param blind whether nobody looked for so long that only what proves itself goes on
     */
    void take(int i, double value, long began, long now, boolean blind) {
        Gauge g = gauges[i];
        judged[i] = now;
        lingers[i] = g.lingers(value);
        if (!g.holds(value)) {
            since[i] = NEVER;
            return;
        }
        if (since[i] == NEVER || (blind && !g.provesItself())) {
            since[i] = Math.max(began, from);
            measured[i] = 0;
            least[i] = value;
            most[i] = value;
        }
        if (g.windowNanos > 0) {
            double[] kept = last[i];
            if (kept == null) {
                kept = new double[KEPT];
                last[i] = kept;
            }
            kept[measured[i]++ % KEPT] = value;
        }
        least[i] = Math.min(least[i], value);
        most[i] = Math.max(most[i], value);
    }

    /**
     * CPU over a window: its value is the mean over that, and until it was watched for so long, over what was seen.
     *
     * @param began from when on {@code ticks} less {@code used} was the counter's value; now: nothing is known before
     */
    void takeUsage(int i, double ticks, double used, long began, long now) {
        Usage u = usage[i];
        if (u == null) {
            u = new Usage(gauges[i].windowNanos);
            usage[i] = u;
        }
        if (u.isEmpty() && began < now && from <= began) {
            u.take(began, ticks - used);
        }
        u.take(now, ticks);
        take(i, u.rate(), now, now, false);
        if (since[i] != NEVER) {
            since[i] = u.since();
        }
    }

    /** What was used so far does not count any more. */
    void restartUsage() {
        for (int i = 0; i < usage.length; i++) {
            if (usage[i] != null) {
                usage[i] = null;
                since[i] = NEVER;
            }
        }
    }

    /** Percent of a core over the window; NaN: not known yet. */
    double meanPercent(int i) {
        Usage u = usage[i];
        return u == null ? Double.NaN : u.rate();
    }

    /** Ticks in the window. */
    double usedTicks(int i) {
        Usage u = usage[i];
        return u == null ? 0 : u.used();
    }

    boolean holding(int i) {
        return since[i] != NEVER;
    }

    boolean due(int i) {
        return since[i] != NEVER && judged[i] - since[i] >= gauges[i].windowNanos;
    }

    boolean lingers(int i) {
        return lingers[i];
    }

    long heldNanos(int i, long now) {
        return since[i] == NEVER ? 0 : now - since[i];
    }

    /**
     * When it will be due; {@link Long#MAX_VALUE} while it does not hold, when it is due already, and where only a
     * regular look can tell.
     */
    long dueAfter(int i, long now) {
        long at = since[i] == NEVER || gauges[i].ofStretch() ? Long.MAX_VALUE : since[i] + gauges[i].windowNanos;
        return at > now ? at : Long.MAX_VALUE;
    }

    /** Of a window: the last values, and between which they all were. */
    List<String> evidence(int i) {
        Gauge g = gauges[i];
        double[] kept = last[i];
        if (kept == null || measured[i] == 0 || g.measure == Measure.RUNTIME) {
            return List.of();
        }
        var all = new ArrayList<String>();
        int n = Math.min(measured[i], KEPT);
        for (int k = measured[i] - n; k < measured[i]; k++) {
            all.add(g.text(kept[k % KEPT]));
        }
        return List.of(
                g.spec + ": " + measured[i] + " looks, " + g.text(least[i]) + " to " + g.text(most[i]),
                "the last: " + String.join(", ", all));
    }
}
