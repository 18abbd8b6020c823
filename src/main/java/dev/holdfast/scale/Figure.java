package dev.holdfast.scale;

import dev.holdfast.unit.MonoTime;

/** What a process is scaled by, as it is known now. */
public sealed interface Figure {
    /**
     * @param value jobs or the probe's number; of processors a share, 1 being one processor or the whole limit; of latency seconds
     * @param from since when it was measured: a level that is older than the present replicas says nothing of them
     * @param at when it was measured
     */
    record Known(double value, MonoTime from, MonoTime at) implements Figure {}

    /** @param why in words, such as {@code probe backlog is down} */
    record Missing(String why) implements Figure {}
}
