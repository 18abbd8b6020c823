package dev.holdfast.client;

import java.time.Duration;
import java.util.List;

/** How much time a step of a shutdown gets. Pure. */
final class Shares {
    private Shares() {}

    /**
     * What it asks for, while there is enough for all; else in proportion, so that one that hangs takes nothing from
     * those behind it.
     *
     * @param left until the end
     * @param asked by the next step, and by those behind it
     */
    static Duration next(Duration left, List<Duration> asked) {
        if (left.isNegative() || left.isZero()) {
            return Duration.ZERO;
        }
        double all = asked.stream().mapToDouble(Shares::seconds).sum();
        double own = seconds(asked.get(0));
        double share = all <= seconds(left) ? own : own * seconds(left) / all;
        return Duration.ofNanos((long) (share * 1e9));
    }

    private static double seconds(Duration time) {
        return time.toSeconds() + time.toNanosPart() / 1e9;
    }
}
