package dev.holdfast.supervise;

import dev.holdfast.config.RestartSpec;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/** How often and how fast a replica may come back by itself. */
final class Restarts {
    private final RandomGenerator random;
    private final Deque<MonoTime> recent = new ArrayDeque<>();
    private int failuresInRow;
    private int total;

    Restarts(RandomGenerator random) {
        this.random = random;
    }

    /** Restarts so far, planned ones included. */
    int total() {
        return total;
    }

    /** As an earlier daemon had counted. */
    void goOnFrom(int earlier) {
        total = earlier;
    }

    void countPlanned() {
        total++;
    }

    /** It was up so long before it ended as it should. */
    void endedWell(RestartSpec spec, Duration uptime) {
        if (uptime.compareTo(spec.resetAfter()) >= 0) {
            failuresInRow = 0;
        }
    }

    /** After which it came back by itself, without a time in between in which it stayed up. */
    int failuresInRow() {
        return failuresInRow;
    }

    /** A person's start: what was before does not count. */
    void forgive() {
        recent.clear();
        failuresInRow = 0;
    }

    /** @return whether one more is inside {@code limit} within {@code window} */
    boolean allowed(RestartSpec spec, MonoTime now) {
        Integer limit = spec.limit();
        if (limit == null) {
            return true;
        }
        while (!recent.isEmpty() && now.since(recent.peekFirst()).compareTo(spec.window()) >= 0) {
            recent.removeFirst();
        }
        return recent.size() < limit;
    }

    /** Counts a restart after a failure and says how long to wait before it. */
    Duration next(RestartSpec spec, Duration uptime, MonoTime now) {
        if (uptime.compareTo(spec.resetAfter()) >= 0) {
            failuresInRow = 0;
        }
        total++;
        if (spec.limit() != null) {
            recent.addLast(now);
        }
        double factor = Math.pow(spec.multiplier(), Math.min(failuresInRow, 64));
        failuresInRow++;
        double nanos = Math.min((double) spec.delay().toNanos() * factor, (double)
                spec.maxDelay().toNanos());
        double spread = 1 + spec.jitter() * (2 * random.nextDouble() - 1);
        return Duration.ofNanos((long) (nanos * spread));
    }
}
