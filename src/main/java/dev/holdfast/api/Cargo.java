package dev.holdfast.api;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are held for connections while they are on their way, bounded all together. Where there is no room, the
 * connection that has taken longest is hung up on, if that was longer than it needs: one that stalls, or trickles, holds
 * up others no longer than that. Thread-safe.
 */
final class Cargo {
    private final long most;
    private final long patienceNanos;
    private final LongSupplier nanos;
    /** Oldest first. */
    private final Map<Channel, Load> loads = new LinkedHashMap<>();

    private long all;

    /** @param moves whether we wait for its client */
    private record Load(long bytes, long since, boolean moves) {}

    /**
     * @param most bytes; one connection alone may have more
     * @param patience after which a connection may be hung up on
     * @param nanos a clock that is never set
     */
    Cargo(long most, Duration patience, LongSupplier nanos) {
        this.most = most;
        this.patienceNanos = patience.toNanos();
        this.nanos = nanos;
    }

    /** So many more for it, until {@link #gone}. False: there is no room, and nothing more is held. */
    synchronized boolean take(Channel by, long bytes) {
        long now = nanos.getAsLong();
        Load has = loads.get(by);
        while (all + bytes > most && all > (has == null ? 0 : has.bytes)) {
            if (!madeRoom(by, now)) {
                return false;
            }
        }
        add(by, has, bytes, now);
        return true;
    }

    /** As {@link #take}, and waits that long for room. */
    synchronized boolean takeWithin(Channel by, long bytes, Duration most) throws InterruptedException {
        long end = nanos.getAsLong() + most.toNanos();
        while (!take(by, bytes)) {
            long left = end - nanos.getAsLong();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** As {@link #take}, whether there is room or not: what was done must be told. */
    synchronized void takeAnyway(Channel by, long bytes) {
        if (!take(by, bytes)) {
            add(by, loads.get(by), bytes, nanos.getAsLong());
        }
    }

    private void add(Channel by, @Nullable Load has, long bytes, long now) {
        loads.put(by, has == null ? new Load(bytes, now, true) : new Load(has.bytes + bytes, has.since, true));
        all += bytes;
    }

    private boolean madeRoom(Channel by, long now) {
        for (Map.Entry<Channel, Load> e : loads.entrySet()) {
            Load load = e.getValue();
            if (!e.getKey().equals(by) && load.moves && now - load.since >= patienceNanos) {
                hangUp(e.getKey());
                return true;
            }
        }
        return false;
    }

    private void hangUp(Channel slow) {
        gone(slow);
        try {
            slow.close();
        } catch (IOException e) {
            return; // whoever reads or writes it hears of it
        }
    }

    /** All of it has come: what is held now is held for us, not for a client that is slow. */
    synchronized void arrived(Channel by) {
        loads.computeIfPresent(by, (_, load) -> new Load(load.bytes, load.since, false));
    }

    /** Nothing is held for it any more. */
    synchronized void gone(Channel by) {
        Load load = loads.remove(by);
        all -= load == null ? 0 : load.bytes;
        notifyAll();
    }

    synchronized long held() {
        return all;
    }
}
