package dev.holdfast.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Those who submit jobs, and remember which were taken. Thread-safe. */
final class Customers implements AutoCloseable {
    private static final List<String> KINDS = List.of("good", "good", "good", "fork", "bad", "good", "good", "hang");
    private static final long PACE_MILLIS = 500;
    /** Longer than any fault lasts, and a store that failed is opened anew. */
    private static final Duration SHUT_AT_MOST = Duration.ofMinutes(2);

    private final Api api;
    private final Chronicle chronicle;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Map<String, String> taken = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListSet<String> unknown = new ConcurrentSkipListSet<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private volatile long lastTaken = System.nanoTime();

    Customers(Api api, Chronicle chronicle, long seed) {
        this.api = api;
        this.chronicle = chronicle;
        var random = new Random(seed);
        this.thread = Thread.ofPlatform().daemon().name("customers").start(() -> {
            try {
                while (!over.await(PACE_MILLIS, TimeUnit.MILLISECONDS)) {
                    submit(random);
                    look();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** @return whether it was taken */
    boolean submit(Random random) {
        String kind = KINDS.get(random.nextInt(KINDS.size()));
        String id = kind + "-" + next.getAndIncrement();
        try {
            int status = api.post("/api/v1/queues/" + kind + "/jobs", "{\"id\":\"" + id + "\",\"payload\":{}}")
                    .status();
            if (status / 100 == 2) {
                taken.put(id, kind);
                lastTaken = System.nanoTime();
                return true;
            }
            refused.incrementAndGet();
        } catch (IOException e) {
            unknown.add(id); // it may have been taken, and its answer lost
        }
        return false;
    }

    private void look() {
        if (System.nanoTime() - lastTaken > SHUT_AT_MOST.toNanos()) {
            chronicle.violated("no job was taken for " + SHUT_AT_MOST);
            lastTaken = System.nanoTime();
        }
    }

    /** Kinds of the jobs of which it was said that they were taken, by id. */
    Map<String, String> taken() {
        return taken;
    }

    @Override
    public String toString() {
        return taken.size() + " jobs taken, " + refused + " refused, " + unknown.size() + " without an answer";
    }

    @Override
    public void close() {
        over.countDown();
        Uninterruptibly.join(thread);
    }
}
