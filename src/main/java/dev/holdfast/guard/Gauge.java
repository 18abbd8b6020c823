package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.ConditionSpec;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.unit.Threshold;
import dev.holdfast.unit.Threshold.Bound;
import dev.holdfast.unit.Threshold.Comparison;
import java.util.Locale;

/** One condition made ready: when it holds, and when it clearly no longer does. */
final class Gauge {
    /** What held has to come back by a tenth of its bound: a value that dances about it is one matter, not many. */
    private static final double BACK = 0.1;

    final ConditionSpec spec;
    final Measure measure;
    final long windowNanos;
    final boolean shareOfHost;
    private final Comparison comparison;
    private final double bound;
    private final double loose;

    Gauge(ConditionSpec spec) {
        this.spec = spec;
        this.measure = spec.measure();
        this.windowNanos = spec.window().toNanos();
        if (spec.threshold() instanceof Threshold.Compare(var _, Comparison c, Bound b)) {
            comparison = c;
            bound = value(b);
            shareOfHost = measure == Measure.AVAILABLE && b instanceof Bound.Share;
        } else { // pressure: 1 while the kernel tells it
            comparison = Comparison.ABOVE;
            bound = 0;
            shareOfHost = false;
        }
        loose = switch (comparison) {
            case ABOVE, AT_LEAST -> counts() ? Math.ceil(bound * (1 - BACK)) : bound * (1 - BACK);
            case BELOW, AT_MOST -> counts() ? Math.floor(bound * (1 + BACK)) : bound * (1 + BACK);
            case EQUAL -> bound;
        };
    }

    private static double value(Bound b) {
        return switch (b) {
            case Bound.Share share -> share.value().percent().doubleValue();
            case Bound.Size size -> (double) size.value().bytes();
            case Bound.Time time -> time.value().toNanos() / 1e9;
            case Bound.Count count -> count.value().doubleValue();
        };
    }

    private boolean counts() {
        return measure == Measure.COUNT || measure == Measure.THREADS || measure == Measure.DESCRIPTORS;
    }

    double bound() {
        return bound;
    }

    /** An unknown value holds nowhere. */
    boolean holds(double value) {
        return !Double.isNaN(value) && comparison.holds(Double.compare(value, bound));
    }

    /** Whether it would still hold, were its bound a tenth nearer; what is unknown has not come back. */
    boolean lingers(double value) {
        return Double.isNaN(value) || comparison.holds(Double.compare(value, loose));
    }

    /** Bytes of available memory that are left until it holds; the most there can be when it is about nothing of that. */
    long headroom(long available, long total) {
        return measure != Measure.AVAILABLE || risesToHold() || available < 0
                ? Long.MAX_VALUE
                : available - (long) (shareOfHost ? total / 100.0 * bound : bound);
    }

    /** Whether a figure that is never too low is enough to say that it does not hold. */
    boolean risesToHold() {
        return comparison == Comparison.ABOVE || comparison == Comparison.AT_LEAST;
    }

    /** Whether zero between two looks, however far apart, means zero all the time. */
    boolean provesItself() {
        return measure == Measure.CPU && comparison == Comparison.EQUAL;
    }

    /** Counted over a stretch, and so told only of looks that close one. */
    boolean ofStretch() {
        return measure == Measure.CPU || measure == Measure.IO;
    }

    /** CPU over a window is the mean over it. That none was used is told by every stretch of it. */
    boolean ofWindow() {
        return measure == Measure.CPU && windowNanos > 0 && comparison != Comparison.EQUAL;
    }

    /** For people. */
    String text(double value) {
        if (Double.isNaN(value)) {
            return "unknown";
        }
        return switch (measure) {
            case CPU -> String.format(Locale.ROOT, "%.1f%%", value);
            case MEMORY -> Wording.size(value);
            case IO -> Wording.size(value) + "/s";
            case RUNTIME -> Wording.time((long) value);
            case THREADS, DESCRIPTORS, COUNT -> Long.toString((long) value);
            case PRESSURE -> value > 0 ? "told by the kernel" : "none";
            case AVAILABLE -> shareOfHost ? String.format(Locale.ROOT, "%.1f%%", value) : Wording.size(value);
        };
    }
}
