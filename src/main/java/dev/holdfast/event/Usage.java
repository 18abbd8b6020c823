package dev.holdfast.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an instance used: its whole group, where the kernel counts that (cpu.stat, memory.peak); else the leader and the
 * children it waited for, from wait4's rusage (getrusage(2)).
 *
 * @param cpu user plus system time
 * @param maxRssBytes the most memory of the group, page cache included; or the largest resident set of any one process.
 *     Null when unknown: without groups the kernel counts the daemon's own pages at the moment of spawning as the
 *     child's, so that a smaller child cannot be told apart
 * @param readBytes from disks (io.stat, or ru_inblock); null when unknown
 * @param writtenBytes to disks, as far as they were told by its end (io.stat, or ru_oublock); null when unknown
 * @param kill null when nobody killed it, or nobody knows who did
 */
public record Usage(
        Duration cpu,
        @Nullable Long maxRssBytes,
        @Nullable Long readBytes,
        @Nullable Long writtenBytes,
        @Nullable Kill kill) {
    /** With nothing known of I/O. */
    public Usage(Duration cpu, @Nullable Long maxRssBytes, @Nullable Kill kill) {
        this(cpu, maxRssBytes, null, null, kill);
    }

    /** The same, ended by {@code by}. */
    public Usage killedBy(@Nullable Kill by) {
        return new Usage(cpu, maxRssBytes, readBytes, writtenBytes, by);
    }
}
