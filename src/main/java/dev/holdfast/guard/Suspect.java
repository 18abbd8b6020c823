package dev.holdfast.guard;

import dev.holdfast.event.ProcessRef;

/**
 * A process as it was when it was judged.
 *
 * @param command as it may be kept and shown
 * @param process of this daemon, that it belongs to; empty: none
 * @param cpuPercent of one core, since the look before; NaN: unknown
 * @param memoryBytes resident
 */
public record Suspect(
        ProcessRef ref,
        int parent,
        char state,
        String command,
        String user,
        String container,
        String process,
        double cpuPercent,
        long memoryBytes,
        long runtimeSeconds) {
    public int pid() {
        return ref.pid();
    }
}
