package dev.holdfast.daemon;

import dev.holdfast.linux.OwnMemory;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Duration;

/**
 * Gives back what a burst of starts and ends needed and a quiet daemon does not: garbage, memory that the compiler
 * freed, code and classes of the start. Once, when the burst is over, because a collection holds the loop up for some
 * 10 ms. The loop's thread's own.
 */
final class Trim {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final int BURST = 200;

    /** The start of the daemon itself is the first. */
    private int events = BURST;

    private MonoTime at;

    Trim(MonoTime now) {
        this.at = now.plus(QUIET);
    }

    /** Something started or ended. */
    void stirred(MonoTime now) {
        if (++events >= BURST) {
            at = now.plus(QUIET);
        }
    }

    MonoTime deadline() {
        return at;
    }

    void tick(MonoTime now) {
        if (!now.isBefore(at)) {
            events = 0;
            at = MonoTime.NEVER;
            System.gc();
            OwnMemory.trimHeap();
            try {
                OwnMemory.unmapUntouched(Daemon.PROC);
            } catch (IOException noSmaps) {
                return; // an old kernel: the daemon only weighs more
            }
        }
    }
}
