package dev.holdfast.daemon;

import dev.holdfast.linux.OwnMemory;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Duration;

/**
 * Gives back what a burst of starts and ends needed and a quiet daemon does not: garbage, memory that the compiler
 * freed, code and classes of the start. Twice: when the burst is over, and once more when the compiler is through with
 * what the burst left to it. A collection holds the loop up for some 10 ms, for 50 with 10,000 schedules; a burst that does
 * not end waits for {@link #LONGEST}. Not just before something is due: that would begin late. The loop's thread's own.
 */
final class Trim {
    static final Duration QUIET = Duration.ofSeconds(2);
    /** The JVM keeps the compiler's memory for up to five seconds. */
    static final Duration AGAIN = Duration.ofSeconds(6);
    /** After the first burst that nothing was given back of: programs that crash all the time are never quiet. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** Room enough for a collection before something is due. */
    static final Duration ROOM = Duration.ofMillis(100);
    /** What is due all the time leaves no such room: then it is as late as that, once. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final int BURST = 200;

    /** A thousand processes that are told about every 15 s are a burst in a minute. */
    private static final int TOLD_FOR_ONE = 20;

    private final Runnable giveBack;

    /** The start of the daemon itself is the first. */
    private int events = BURST;

    private MonoTime at;
    private MonoTime latest;
    private boolean again;
    /** When what began last is surely on its way. */
    private MonoTime begun;
    /** Since when there was no room; {@code NEVER}: there was. */
    private MonoTime crowded = MonoTime.NEVER;

    /** @param giveBack does it */
    Trim(MonoTime now, Runnable giveBack) {
        this.at = now.plus(QUIET);
        this.latest = now.plus(LONGEST);
        this.begun = now;
        this.giveBack = giveBack;
    }

    /** Something started or ended. */
    void stirred(MonoTime now) {
        stirred(now, 1);
    }

    /** Somebody was told the figures of so many: that leaves as much garbage as some of them starting. */
    void told(MonoTime now, int processes) {
        stirred(now, 1 + processes / TOLD_FOR_ONE);
    }

    private void stirred(MonoTime now, int more) {
        events += more;
        if (events >= BURST) {
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

    /** @param due when something is to begin next, or began: {@code now} when that was just now */
    void tick(MonoTime now, MonoTime due) {
        if (!now.isBefore(due)) {
            begun = now.plus(ROOM.dividedBy(2));
        }
        if (!now.isBefore(at)) {
            if (crowded.equals(MonoTime.NEVER)) {
                crowded = now;
            }
            MonoTime patience = crowded.plus(PATIENCE);
            boolean room = !now.isBefore(begun) && !due.isBefore(now.plus(ROOM));
            if (!room && now.isBefore(patience)) {
                at = MonoTime.earliest(now.isBefore(begun) ? begun : due.plus(ROOM.dividedBy(2)), patience);
                return;
            }
            crowded = MonoTime.NEVER;
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
