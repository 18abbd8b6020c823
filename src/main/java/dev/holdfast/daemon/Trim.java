package dev.holdfast.daemon;

import dev.holdfast.linux.OwnMemory;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Duration;

/**
 * Gives back what a burst of starts and ends needed and a quiet daemon does not: garbage, memory that the compiler
 * freed, code and classes of the start. Twice: when the burst is over, and once more when the compiler is through with
 * what the burst left to it. A collection holds the loop up for some 10 ms; a burst that does not end waits for
 * {@link #LONGEST}. The loop's thread's own.
 */
final class Trim {
    static final Duration QUIET = Duration.ofSeconds(2);
    /** The JVM keeps the compiler's memory for up to five seconds. */
    static final Duration AGAIN = Duration.ofSeconds(6);
    /** After the first burst that nothing was given back of: programs that crash all the time are never quiet. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    private static final int BURST = 200;

    private final Runnable giveBack;

    /** The start of the daemon itself is the first. */
    private int events = BURST;

    private MonoTime at;
    private MonoTime latest;
    private boolean again;

    /** @param giveBack does it */
    Trim(MonoTime now, Runnable giveBack) {
        this.at = now.plus(QUIET);
        this.latest = now.plus(LONGEST);
        this.giveBack = giveBack;
    }

    /** Something started or ended. */
    void stirred(MonoTime now) {
        if (++events >= BURST) {
            if (again || at.equals(MonoTime.NEVER)) {
                latest = now.plus(LONGEST);
            }
            again = false;
            at = MonoTime.earliest(now.plus(QUIET), latest);
        }
    }

    MonoTime deadline() {
        return at;
    }

    void tick(MonoTime now) {
        if (!now.isBefore(at)) {
            events = 0;
            again = !again;
            at = again ? now.plus(AGAIN) : MonoTime.NEVER;
            giveBack.run();
        }
    }

    static void giveBack() {
        System.gc();
        OwnMemory.trimHeap();
        try {
            OwnMemory.unmapUntouched(Daemon.PROC);
        } catch (IOException noSmaps) {
            return; // an old kernel: the daemon only weighs more
        }
    }
}
