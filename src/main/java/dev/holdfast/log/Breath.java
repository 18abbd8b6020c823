package dev.holdfast.log;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;

/**
 * When to let pipes fill for a moment before they are read again. A program that writes line by line would else wake us
 * for each: a batch costs some ten microseconds however small it is, and the program pays for the waking. One thread
 * owns it.
 */
final class Breath {
    /** About what a busy program needs to fill a pipe. */
    static final Duration MOMENT = Duration.ofNanos(100_000);

    /** Small batches in a row that came soon after each other, before we wait. */
    private static final int IN_A_ROW = 16;

    private static final Duration SOON = Duration.ofNanos(250_000);
    private static final int LARGE = 32 << 10;
    /** What waiting must bring to be worth it. */
    private static final int WORTH = 2 << 10;

    private int inARow;
    private boolean waited;
    private MonoTime last = MonoTime.NEVER;

    /**
     * All pipes that had something were read.
     *
     * @param bytes so much, more than 0
     * @return whether to wait for {@link #MOMENT}
     */
    boolean needed(long bytes, MonoTime now) {
        boolean soon = !last.equals(MonoTime.NEVER) && now.isBefore(last.plus(SOON));
        last = now;
        if (bytes >= LARGE) {
            waited = false; // but what was learned of the program stays
            return false;
        }
        inARow = (waited ? bytes >= WORTH : soon) ? inARow + 1 : 0;
        waited = inARow >= IN_A_ROW;
        return waited;
    }
}
