package dev.holdfast.web;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** A bounded number of something at once, such as answers, of which nobody has more than half. Thread-safe. */
final class Places {
    private final int most;
    private final LongSupplier nanos;
    private final Map<String, Integer> taken = new HashMap<>();
    private int all;

    Places(LongSupplier nanos, int most) {
        this.nanos = nanos;
        this.most = most;
    }

    /** @return false: there is none for him now */
    boolean take(String client) {
        return take(client, 1);
    }

    /** @param many 0 or more */
    synchronized boolean take(String client, int many) {
        int his = taken.getOrDefault(client, 0) + many;
        if (all + many > most || his > Math.ceilDiv(most, 2)) {
            return false;
        }
        if (many > 0) {
            taken.put(client, his);
            all += many;
        }
        return true;
    }

    void free(String client) {
        free(client, 1);
    }

    /** @param many as they were taken */
    synchronized void free(String client, int many) {
        taken.computeIfPresent(client, (_, n) -> n == many ? null : Integer.valueOf(n - many));
        all -= many;
        if (all == 0) {
            notifyAll();
        }
    }

    synchronized int all() {
        return all;
    }

    /** Waits until none is taken. @return whether that came */
    synchronized boolean awaitNone(long millis) throws InterruptedException {
        long end = nanos.getAsLong() + millis * 1_000_000;
        while (all > 0) {
            long left = (end - nanos.getAsLong()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
