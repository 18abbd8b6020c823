package dev.holdfast.process;

/**
 * Whether a host's free memory has shrunk so much that any of the watched may have passed a bound: then all are looked
 * at. Nobody can have grown by more; what others give back meanwhile can hide half of it, and the rest is found by the
 * slow round.
 */
final class Pace {
    /** A look may take at most this share of a processor. */
    private static final int THRIFT = 250;
    /** Yet so long after one there may be another: what it took may have been others' doing. */
    private static final long MOST_WAIT_NANOS = 1_500_000_000;

    private boolean looked;
    private long available;
    private long headroomBytes = Long.MAX_VALUE;
    private long notBeforeNanos;

    /** All have been looked at: with this much free memory, and so much room to the nearest bound. */
    void looked(long availableBytes, long bytesLeft, long atNanos, long costNanos) {
        looked = true;
        available = availableBytes;
        headroomBytes = bytesLeft;
        notBeforeNanos = atNanos + Math.min(costNanos * THRIFT, MOST_WAIT_NANOS);
    }

    /** @param availableBytes -1: not known, which is no reason to look */
    boolean stirred(long availableBytes, long totalBytes, long atNanos) {
        if (availableBytes < 0) {
            return false;
        }
        available = Math.max(available, availableBytes); // what was given back can be taken again
        if (looked && atNanos < notBeforeNanos) {
            return false;
        }
        return headroomBytes != Long.MAX_VALUE
                && (available - availableBytes > headroomBytes / 2 || availableBytes < totalBytes / 20);
    }
}
