package dev.holdfast.patrol;

import java.util.Arrays;

/**
 * Whose arguments are to be read again at a look: of the young always, since programs write them when they begin; of
 * others when they have used CPU since, and in turn in any case, for a hundredth of a second of it is not seen. Who has
 * rested long has to wait longer. One thread uses it.
 */
final class Turns {
    private static final int YOUNG_TICKS = 60 * 100;
    private static final int NEWBORN_TICKS = 5 * 100;
    private static final int ROUND = 4;
    private static final int LONG_ROUND = 8;
    /** Looks without any CPU. */
    private static final int RESTED = 12;

    private long[] cpu = new long[256];
    /** The look that saw it use CPU last. */
    private int[] stirred = new int[256];
    /** Counts looks that are not in haste. */
    private int look;

    private boolean haste;

    /**
     * A look begins.
     *
     * @param hurried only those just born are read again at this one; the others wait for the next
     * @param slots all are below this
     */
    void begin(boolean hurried, int slots) {
        haste = hurried;
        look += hurried ? 0 : 1;
        if (cpu.length < slots) {
            int size = Math.max(slots, 2 * cpu.length);
            cpu = Arrays.copyOf(cpu, size);
            stirred = Arrays.copyOf(stirred, size);
        }
    }

    /** Whether it is to be read again at this look, which then counts as done. */
    boolean due(int slot, long ageTicks, long cpuTicks) {
        boolean stirs = cpu[slot] != cpuTicks;
        if (stirs) {
            stirred[slot] = look;
        }
        boolean due = haste ? ageTicks < NEWBORN_TICKS : ageTicks < YOUNG_TICKS || stirs || itsTurn(slot);
        if (due) {
            cpu[slot] = cpuTicks;
        }
        return due;
    }

    private boolean itsTurn(int slot) {
        return (slot + look) % (look - stirred[slot] > RESTED ? LONG_ROUND : ROUND) == 0;
    }

    /** All of it has been read. */
    void done(int slot, long cpuTicks) {
        cpu[slot] = cpuTicks;
        stirred[slot] = look;
    }
}
