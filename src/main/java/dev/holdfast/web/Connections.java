package dev.holdfast.web;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a listener, a bounded number of them: when there is one more, the one that has been idle longest is
 * hung up on, out of those of whoever has too many, where somebody has. And each must get on: what keeps us waiting longer
 * than its phase may last is hung up on, whether bytes trickle or not. Thread-safe.
 */
final class Connections {
    /** What a connection is at, and how long it may be. */
    enum Phase {
        /** Between requests, until the head of the next is whole; TLS is agreed on in it, too. */
        IDLE(30),
        /** Its body comes in. */
        READING(30),
        /** It is answered; that has bounds of its own. */
        WORKING(Long.MAX_VALUE / 1_000_000_000),
        /** A part of the answer goes out. */
        WRITING(60);

        final long mostNanos;

        Phase(long seconds) {
            mostNanos = seconds * 1_000_000_000;
        }
    }

    /** One connection. */
    static final class One {
        final String address;
        private final Runnable hangUp;
        private volatile Phase phase = Phase.IDLE;
        private volatile long since;

        private One(String address, Runnable hangUp, long since) {
            this.address = address;
            this.hangUp = hangUp;
            this.since = since;
        }
    }

    private final LongSupplier nanos;
    private final int most;
    private final Map<Object, One> all = new ConcurrentHashMap<>();
    /** Under this object's lock, oldest first. */
    private final SequencedSet<One> idle = new LinkedHashSet<>();

    private final Map<String, Integer> byAddress = new HashMap<>();
    private long shed;

    Connections(LongSupplier nanos, int most) {
        this.nanos = nanos;
        this.most = most;
    }

    /**
     * @param key of the connection
     * @param hangUp ends it, at once
     */
    void opened(Object key, String address, Runnable hangUp) {
        One victim = null;
        synchronized (this) {
            var one = new One(address, hangUp, nanos.getAsLong());
            if (all.size() >= most) {
                victim = victim(address);
                shed++;
                if (victim == null) {
                    victim = one; // all work: the one that comes has to go
                }
            }
            all.put(key, one);
            idle.add(one);
            byAddress.merge(address, 1, Integer::sum);
        }
        if (victim != null) {
            victim.hangUp.run();
        }
    }

    private @Nullable One victim(String comes) {
        One found = null;
        boolean many = byAddress.getOrDefault(comes, 0) >= most / 4;
        for (One one : idle) {
            if (!many || one.address.equals(comes)) {
                found = one;
                break;
            }
        }
        if (found != null) {
            idle.remove(found); // not a second time, before it has gone
        }
        return found;
    }

    synchronized void closed(Object key) {
        One one = all.remove(key);
        if (one != null) {
            idle.remove(one);
            byAddress.computeIfPresent(one.address, (_, n) -> n == 1 ? null : n - 1);
        }
    }

    /** From now on it is at this. */
    void at(Object key, Phase phase) {
        One one = all.get(key);
        if (one == null) {
            return;
        }
        one.since = nanos.getAsLong();
        Phase before = one.phase;
        one.phase = phase;
        if (before != phase && (before == Phase.IDLE || phase == Phase.IDLE)) {
            synchronized (this) {
                if (phase != Phase.IDLE) {
                    idle.remove(one);
                } else if (all.containsKey(key)) {
                    idle.add(one);
                }
            }
        }
    }

    /** Hangs up on those that take too long. */
    void sweep() {
        long now = nanos.getAsLong();
        for (One one : all.values()) {
            if (now - one.since > one.phase.mostNanos) {
                one.hangUp.run();
            }
        }
    }

    int size() {
        return all.size();
    }

    /** How many were hung up on, or never heard, for there were too many. */
    synchronized long shed() {
        return shed;
    }
}
