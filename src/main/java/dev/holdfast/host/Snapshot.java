package dev.holdfast.host;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The host at a moment. Null, and what is missing in a map, is not known.
 *
 * @param load tasks that run or wait, mean of the last minute
 * @param cores online
 * @param swappedInBytes since the boot
 * @param spaces by mount point
 * @param stalls by memory, cpu and io
 */
public record Snapshot(
        @Nullable Memory memory,
        @Nullable Processors processors,
        @Nullable Double load,
        int cores,
        @Nullable Long swappedInBytes,
        @Nullable OpenFiles openFiles,
        Map<String, Space> spaces,
        Map<String, Stall> stalls) {
    /** In bytes. */
    public record Memory(long total, long available, long swapTotal, long swapFree) {}

    /** Since the boot, in ticks of any length. */
    public record Processors(long busy, long all) {}

    /** Of the whole host. */
    public record OpenFiles(long used, long most) {}

    /**
     * Of a file system.
     *
     * @param free what users may still take
     * @param inodes 0: it has no fixed number of them
     * @param problem why nothing of this is known; null: it is
     */
    public record Space(
            long used,
            long free,
            long inodesUsed,
            long inodes,
            @Nullable String problem) {}

    /** Microseconds since the boot in which some, or all, tasks stalled (Documentation/accounting/psi.rst). */
    public record Stall(long someMicros, long fullMicros) {}
}
