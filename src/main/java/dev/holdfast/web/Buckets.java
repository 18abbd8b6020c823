package dev.holdfast.web;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucket;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Token buckets by whom they are for, a bounded number of them. When there is one more, one that is full again goes, which
 * is as good as none, out of those that were used longest ago; else the one used longest ago. Thread-safe.
 *
 * @param <K> with equals and hashCode
 */
final class Buckets<K> {
    private static final int STRIPES = 16;
    /** How many of the oldest are looked at for one that is full. */
    private static final int LOOK = 8;

    private final TimeMeter clock;
    private final SequencedMap<K, Bucket>[] stripes;
    private final int mostOfStripe;

    /**
     * @param nanos a clock that is never set
     * @param most in all, {@value #STRIPES} at least
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Buckets(LongSupplier nanos, int most) {
        clock = new Nanos(nanos);
        mostOfStripe = most / STRIPES;
        stripes = new LinkedHashMap[STRIPES];
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new LinkedHashMap<>(16, 0.75f, true);
        }
    }

    private record Nanos(LongSupplier nanos) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }

    /** As many at once as {@code burst}, then so many a second. */
    static BucketConfiguration filling(long perSecond, long burst) {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(burst)
                        .refillGreedy(perSecond, Duration.ofSeconds(1))
                        .build())
                .build();
    }

    /** Its bucket; a full one when it has none. */
    Bucket of(K key, BucketConfiguration as) {
        SequencedMap<K, Bucket> stripe = stripe(key);
        synchronized (stripe) {
            Bucket known = stripe.get(key);
            if (known != null) {
                return known;
            }
            if (stripe.size() >= mostOfStripe) {
                makeRoom(stripe);
            }
            var fresh = Bucket.builder().withCustomTimePrecision(clock);
            for (Bandwidth b : as.getBandwidths()) {
                fresh.addLimit(b);
            }
            Bucket bucket = fresh.build();
            stripe.put(key, bucket);
            return bucket;
        }
    }

    /** Its bucket, or null when it has none: nothing is kept for it. */
    @Nullable
    Bucket known(K key) {
        SequencedMap<K, Bucket> stripe = stripe(key);
        synchronized (stripe) {
            return stripe.get(key);
        }
    }

    int size() {
        int size = 0;
        for (SequencedMap<K, Bucket> stripe : stripes) {
            synchronized (stripe) {
                size += stripe.size();
            }
        }
        return size;
    }

    private SequencedMap<K, Bucket> stripe(K key) {
        int h = key.hashCode();
        return stripes[(h ^ h >>> 16) & STRIPES - 1];
    }

    private static <K> void makeRoom(SequencedMap<K, Bucket> stripe) {
        Iterator<Bucket> oldest = stripe.values().iterator();
        for (int looked = 0; looked < LOOK && oldest.hasNext(); looked++) {
            if (full(oldest.next())) {
                oldest.remove();
                return;
            }
        }
        stripe.pollFirstEntry();
    }

    private static boolean full(Bucket bucket) {
        return bucket.estimateAbilityToConsume(1).getRemainingTokens() >= capacity(bucket);
    }

    private static long capacity(Bucket bucket) {
        return bucket instanceof LocalBucket local
                ? local.getConfiguration().getBandwidths()[0].getCapacity()
                : Long.MAX_VALUE;
    }
}
