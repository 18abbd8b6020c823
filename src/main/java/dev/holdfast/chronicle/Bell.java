package dev.holdfast.chronicle;

import java.time.Duration;

/** Tells any number of threads that there is something new, and waits for none of them. Thread-safe. */
public final class Bell {
    private long rung;

    synchronized void ring() {
        rung++;
        notifyAll();
    }

    public synchronized long rung() {
        return rung;
    }

    /** Returns when it has rung since it had {@code seen} times, at the latest after so long. */
    public synchronized void await(long seen, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        for (long left = most.toMillis(); rung == seen && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
