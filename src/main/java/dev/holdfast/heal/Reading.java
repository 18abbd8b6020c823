package dev.holdfast.heal;

import dev.holdfast.unit.Threshold;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** How a value stands to its bound. */
public enum Reading {
    /** It is what the threshold says. */
    BEYOND,
    /** It no longer is, but by less than a twentieth of the bound: what was raised stays so. */
    BETWEEN,
    WITHIN,
    /** It is not known. Neither raises anything nor clears it. */
    UNKNOWN;

    private static final double MARGIN = 0.05;

    /**
     * @param value in the unit of {@link #bound}
     */
    public static Reading of(Threshold.Compare threshold, double value) {
        double bound = bound(threshold.bound());
        if (threshold.comparison().holds(Double.compare(value, bound))) {
            return BEYOND;
        }
        boolean counted = threshold.bound() instanceof Threshold.Bound.Count;
        double margin = counted ? Math.floor(bound * MARGIN) : bound * MARGIN;
        boolean within = switch (threshold.comparison()) {
            case ABOVE, AT_LEAST -> value <= bound - margin;
            case BELOW, AT_MOST -> value >= bound + margin;
            case EQUAL -> true;
        };
        return within ? WITHIN : BETWEEN;
    }

    /** Of a share 1 for the whole, of a size bytes, of a time seconds. */
    public static double bound(Threshold.Bound bound) {
        return switch (bound) {
            case Threshold.Bound.Share(var share) -> share.share();
            case Threshold.Bound.Size(var size) -> size.bytes();
            case Threshold.Bound.Time(var time) ->
                BigDecimal.valueOf(time.toNanos())
                        .divide(BigDecimal.valueOf(1_000_000_000), 9, RoundingMode.HALF_UP)
                        .doubleValue();
            case Threshold.Bound.Count(var count) -> count.doubleValue();
        };
    }
}
