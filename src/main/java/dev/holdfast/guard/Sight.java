package dev.holdfast.guard;

import dev.holdfast.unit.Threshold;

/**
 * What one look at the host saw. Each process has a slot from the first look that sees it to the last; then the slot may
 * be another's. Primitives, so that a look at thousands allocates nothing. What is costly is measured when it is asked
 * for, at most once a look, and is -1 where it cannot be known: unknown never reads as 0.
 */
public interface Sight {
    /** All slots are below this. */
    int slots();

    /** Whether a process is in this slot now; the others' answers mean nothing where none is. */
    boolean present(int slot);

    int pid(int slot);

    /** With the pid it is the process's identity. */
    long startTicks(int slot);

    int parent(int slot);

    /** 0: its leader is outside of our PID namespace. */
    int session(int slot);

    /** R, S, D, Z, T and the like. */
    char state(int slot);

    /** A thread of the kernel. */
    boolean kernel(int slot);

    /** User and system time of its threads, in 1/100 s. */
    long cpuTicks(int slot);

    /** All of its resident pages, those it shares included: never less than {@link #pssBytes}. */
    long rssBytes(int slot);

    long threads(int slot);

    /** What changes seldom: the same object until something of it has changed. */
    Traits traits(int slot);

    /** Its own pages and its part of those it shares; where that cannot be known, the resident set. */
    long pssBytes(int slot);

    /** Open ones; -1: unknown. */
    long descriptors(int slot);

    /** From and to disks since it began; -1: unknown. */
    long ioBytes(int slot);

    /** Of the process with this pid; -1: there is none. */
    int slotOf(int pid);

    /** Of the look, in 1/100 s since boot: what {@link #startTicks} counts in. */
    long nowTicks();

    /** Memory that programs could still get; -1: not known. */
    long availableBytes();

    long totalBytes();

    /** Whether the kernel told this stall since the look before. */
    boolean pressed(Threshold.Pressure pressure);
}
