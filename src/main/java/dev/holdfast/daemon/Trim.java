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

    /** After figures were told, though of fewer: longer than from one scrape to the next. */
    static final Duration LEFT = Duration.ofSeconds(20);

    /** By how much the heap has to have grown, without any burst, and how far apart that may count. */
    static final long GROWN_BYTES = 4 << 20;

    static final Duration SELDOM = Duration.ofMinutes(1);

    private static final int BURST = 200;
    /** What a scrape of a thousand processes counts. */
    private static final int SOME = 50;

    /** A thousand processes that are told about every 15 s are a burst in a minute. */
    private static final int TOLD_FOR_ONE = 20;

    private final Runnable giveBack;

    /** The least the heap was since the last time; any thread's. */
    private volatile long least = Long.MAX_VALUE;

    /** The start of the daemon itself is the first. */
    private int events = BURST;

    /** Of these, what was told. */
    private int told;

    /** It is only what was left: a burst begins anew. */
    private boolean left;

    private MonoTime at;
    private MonoTime latest;
    private boolean again;
    /** When what began last is surely on its way. */
    private MonoTime begun;
    /** When something was given back last. */
    private MonoTime given;
    /** Since when there was no room; {@code NEVER}: there was. */
    private MonoTime crowded = MonoTime.NEVER;

    /** @param giveBack does it */
    Trim(MonoTime now, Runnable giveBack) {
        this.at = now.plus(QUIET);
        this.latest = now.plus(LONGEST);
        this.begun = now;
        this.given = now;
        this.giveBack = giveBack;
    }

    /** Something started or ended. */
    void stirred(MonoTime now) {
        stirred(now, 1);
    }

    /** Somebody was told the figures of so many: that leaves as much garbage as some of them starting. */
    void told(MonoTime now, int processes) {
        int more = 1 + processes / TOLD_FOR_ONE;
        told += more;
        stirred(now, more);
        if (events < BURST && told >= SOME && (left || at.equals(MonoTime.NEVER))) {
            left = true;
            at = now.plus(LEFT);
        }
    }

    private void stirred(MonoTime now, int more) {
        events += more;
        if (events >= BURST) {
            if (again || left || at.equals(MonoTime.NEVER)) {
                latest = now.plus(LONGEST);
            }
            again = false;
            left = false;
            at = MonoTime.earliest(now.plus(QUIET), latest);
        }
    }

    /**
     * Whether the heap is so much larger than it was that {@link #grew} is worth a call: the JVM lets it grow up to its bound
     * before it collects what has become old. One thread's, though not the loop's.
     */
    boolean hasGrown(long heapBytes) {
        long before = least;
        if (heapBytes < before) {
            least = heapBytes;
        }
        return before != Long.MAX_VALUE && heapBytes - before >= GROWN_BYTES;
    }

    /** The heap has grown by what nobody counts: answers of the API, reports. */
    void grew(MonoTime now) {
        if (at.equals(MonoTime.NEVER)) {
            MonoTime soonest = given.plus(SELDOM);
            MonoTime quiet = now.plus(QUIET);
            left = true;
            at = quiet.isBefore(soonest) ? soonest : quiet;
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
            told = 0;
            left = false;
            given = now;
            again = !again;
            at = again ? now.plus(AGAIN) : MonoTime.NEVER;
            giveBack.run();
            least = Long.MAX_VALUE;
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
