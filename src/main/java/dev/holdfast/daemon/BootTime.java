package dev.holdfast.daemon;

/**
 * When the host was booted, on its wall clock: to tell start times, which the kernel counts from there. A clock that is
 * slewed does not move it, so that start times stay the same from scrape to scrape; one that was set does. Pure, but that
 * it remembers. One thread uses it.
 */
final class BootTime {
    /** Less is slewing, and the two clocks being read one after the other. */
    private static final double STEP_SECONDS = 2;

    private double known = Double.NaN;

    /**
     * In seconds since 1970, to a hundredth.
     *
     * @param wall seconds since 1970, now
     * @param sinceBoot seconds, suspended time included, now
     */
    double seconds(double wall, double sinceBoot) {
        double now = wall - sinceBoot;
        if (!(Math.abs(now - known) < STEP_SECONDS)) {
            known = Math.rint(now * 100) / 100;
        }
        return known;
    }
}
