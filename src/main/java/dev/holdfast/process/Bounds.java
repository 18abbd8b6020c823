package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.unit.ByteSize;
import java.util.Locale;
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
    public record Crossing(InstanceId id, Kind kind, long value, long bound) {
        /** How the end is told of what is ended for this; null where only a mark was passed, and no limit. */
        public @Nullable Kill limit() {
            return switch (kind) {
                case WARN, RECYCLE -> null;
                case MEMORY, FAR_ABOVE_MEMORY -> new Kill(Kill.By.WATCHED_MEMORY, 0, bound);
                case TASKS -> new Kill(Kill.By.WATCHED_PIDS, 0, null);
            };
        }

        /** Whether no grace may be given: it would take the host with it. */
        public boolean grave() {
            return switch (kind) {
                case WARN, RECYCLE, MEMORY -> false;
                case FAR_ABOVE_MEMORY, TASKS -> true;
            };
        }

        /** Such as {@code its own memory limit (512Mi) was passed}. */
        public String passed() {
            return switch (kind) {
                case TASKS -> "its own limit of " + bound + " processes was passed";
                case WARN, RECYCLE, MEMORY, FAR_ABOVE_MEMORY ->
                    "its own memory limit (" + new ByteSize(bound) + ") was passed";
            };
        }

        /** How much it has: {@code 513.0Mi}, or a number of processes. */
        public String amount() {
            return switch (kind) {
                case TASKS -> Long.toString(value);
                case WARN, RECYCLE, MEMORY, FAR_ABOVE_MEMORY -> mebibytes(value);
            };
        }

        /** In MiB, to a tenth. */
        public static String mebibytes(long bytes) {
            return String.format(Locale.ROOT, "%.1fMi", bytes / (double) (1 << 20));
        }
    }
}
