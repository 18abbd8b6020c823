package dev.holdfast.event;

import dev.holdfast.unit.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * Who killed an instance, or processes of it.
 *
 * @param oomKills processes of it that the kernel's OOM killer ended in its life (memory.events)
 * @param limitBytes its own memory limit then; null without one
 */
public record Kill(By by, long oomKills, @Nullable Long limitBytes) {
    /** Whose doing it was. */
    public enum By {
        /** More memory was wanted than its limit allows. */
        OWN_LIMIT,
        /** A group that it made inside its own ran into a limit of that group. */
        INNER_LIMIT,
        /** The host ran out of memory, or a group above its own did. */
        HOST,
        /** More memory was wanted than its limit allows, which we kept by watching. */
        WATCHED_MEMORY,
        /** It had more processes than its limit allows, which we kept by watching. */
        WATCHED_PIDS,
        /** We did: it did not end in its grace, or was not wanted any more. */
        HOLDFAST
    }

    /** After the name of what ended, such as {@code was killed by its own memory limit (512Mi)}. */
    public String words(Outcome outcome) {
        boolean killed = outcome instanceof Outcome.Signalled(int signal, var _) && signal == 9;
        String limit = limitBytes == null ? "" : " (" + new ByteSize(limitBytes) + ")";
        String count = oomKills + (oomKills == 1 ? " process" : " processes") + " of it";
        return switch (by) {
            case OWN_LIMIT ->
                killed
                        ? "was killed by its own memory limit" + limit
                        : "its own memory limit" + limit + " had " + count + " killed";
            case INNER_LIMIT -> "the memory limit of a group inside it, not its own, had " + count + " killed";
            case HOST ->
                killed
                        ? "was killed by the host's OOM killer, not by its own limit"
                        : "the host's OOM killer ended " + count;
            case WATCHED_MEMORY ->
                (killed ? "was killed by its own memory limit" : "passed its own memory limit") + limit
                        + ", kept by watching";
            case WATCHED_PIDS ->
                (killed ? "was killed by its own limit of processes" : "passed its own limit of processes")
                        + ", kept by watching";
            case HOLDFAST -> "was killed by Holdfast";
        };
    }

    /** Whether {@link #words} says all of how it ended, so that the signal need not be told. */
    public boolean tellsTheEnd(Outcome outcome) {
        return by != By.INNER_LIMIT && outcome instanceof Outcome.Signalled(int signal, var _) && signal == 9;
    }
}
