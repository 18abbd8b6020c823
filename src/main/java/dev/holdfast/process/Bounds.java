package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import org.jspecify.annotations.Nullable;

/**
 * What of an instance is watched; a null watches nothing.
 *
 * @param warnBytes memory at which it is told
 * @param recycleBytes memory at which it is asked to finish, before its limit ends it
 * @param memoryBytes its limit, where the kernel does not keep it
 * @param tasks processes and threads it may have, where the kernel does not keep that
 */
public record Bounds(
        @Nullable Long warnBytes,
        @Nullable Long recycleBytes,
        @Nullable Long memoryBytes,
        @Nullable Integer tasks) {
    public static final Bounds NONE = new Bounds(null, null, null, null);

    /** Whether there is nothing to watch. */
    public boolean empty() {
        return equals(NONE);
    }

    /** The least memory that leads to anything. */
    long lowestBytes() {
        return Math.min(orEndless(warnBytes), Math.min(orEndless(recycleBytes), orEndless(memoryBytes)));
    }

    private static long orEndless(@Nullable Long bytes) {
        return bytes == null ? Long.MAX_VALUE : bytes;
    }

    /** What a bound stands for. */
    public enum Kind {
        WARN,
        RECYCLE,
        MEMORY,
        /** So far above the memory limit that no grace is left. */
        FAR_ABOVE_MEMORY,
        TASKS
    }

    /**
     * A bound was passed.
     *
     * @param value bytes, or tasks
     * @param bound the same
     */
    public record Crossing(InstanceId id, Kind kind, long value, long bound) {}
}
