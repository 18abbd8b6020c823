package dev.holdfast.event;

/**
 * A process that cannot be mistaken for a later one with the same pid.
 *
 * @param pid as the daemon's pid namespace sees it, above 0
 * @param startTicks field 22 of /proc/PID/stat (proc_pid_stat(5)): clock ticks since boot
 */
public record ProcessRef(int pid, long startTicks) {}
