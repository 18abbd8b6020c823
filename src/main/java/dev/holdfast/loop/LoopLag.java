package dev.holdfast.loop;

import dev.holdfast.metric.Buckets;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long what was due waited for the loop: the time between a deadline and its run, and how long one turn took, for
 * which whatever came meanwhile waited. Written by the loop, read by anybody.
 */
public final class LoopLag {
    /** Powers of two of microseconds: up to 1 µs, 2, 4, and so on to 2^30, which is 18 minutes. */
    private static final int BUCKETS = 31;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private volatile long mostNanos;
    /** Of all together. */
    private final AtomicLong allNanos = new AtomicLong();

    private long wokenNanos;
    private MonoTime awaited = MonoTime.NEVER;

    /** On the loop's thread, as is all that writes: it has waited. */
    void woken() {
        wokenNanos = System.nanoTime();
    }

    /**
     * It has nothing more to do now, and waits.
     *
     * @param until the next deadline; one that was over before is not late by what it was over
     */
    void waits(MonoTime until) {
        long now = System.nanoTime();
        took(now - wokenNanos);
        wokenNanos = now;
        awaited = until.nanos() >= now ? until : MonoTime.NEVER;
    }

    /** A deadline has come. */
    void due(MonoTime deadline, MonoTime now) {
        if (deadline.equals(awaited)) {
            took(now.since(deadline).toNanos());
        }
    }

    void took(long nanos) {
        long micros = nanos / 1000;
        int bucket = micros <= 1 ? 0 : Math.min(BUCKETS - 1, 64 - Long.numberOfLeadingZeros(micros - 1));
        counts.setRelease(bucket, counts.getPlain(bucket) + 1);
        allNanos.setRelease(allNanos.getPlain() + nanos);
        if (nanos > mostNanos) {
            mostNanos = nanos;
        }
    }

    /** As it is now. */
    public Buckets.Filled filled() {
        var bounds = new ArrayList<Double>();
        var within = new ArrayList<Long>();
        for (int i = 0; i < BUCKETS; i++) {
            within.add(counts.getAcquire(i));
            if (i < BUCKETS - 1) {
                bounds.add((1L << i) / 1e6);
            }
        }
        return new Buckets.Filled(bounds, within, allNanos.getAcquire() / 1e9);
    }

    /** The longest so far. */
    public Duration most() {
        return Duration.ofNanos(mostNanos);
    }

    /** How many there were so far. */
    long times() {
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += counts.getAcquire(i);
        }
        return all;
    }

    /**
     * Such that this share of all were not longer, to the next power of two of microseconds.
     *
     * @param share 0 to 1
     */
    public Duration quantile(double share) {
        long wanted = (long) Math.ceil(times() * share);
        for (int i = 0; i < BUCKETS; i++) {
            wanted -= counts.getAcquire(i);
            if (wanted <= 0) {
                return Duration.ofNanos(1000L << i);
            }
        }
        return most();
    }
}
