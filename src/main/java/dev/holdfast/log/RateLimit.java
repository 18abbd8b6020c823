package dev.holdfast.log;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;

/** Lines of a process that may pass: a bucket that holds one window's worth and fills evenly. One thread owns it. */
final class RateLimit {
    private final Rate rate;
    private final long nanosEach;
    /** When the bucket will be full again, as if it were a debt: GCRA, as in ATM's traffic control. */
    private long paidUntil = Long.MIN_VALUE;

    RateLimit(Rate rate) {
        this.rate = rate;
        this.nanosEach = Math.max(1, rate.window().toNanos() / rate.times());
    }

    boolean allows(MonoTime now) {
        long from = Math.max(paidUntil, now.nanos());
        if (from - now.nanos() > rate.window().toNanos() - nanosEach) {
            return false;
        }
        paidUntil = from + nanosEach;
        return true;
    }

    @Override
    public String toString() {
        return rate.toString();
    }
}
