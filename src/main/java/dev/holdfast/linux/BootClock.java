package dev.holdfast.linux;

/**
 * Time since the boot, suspended time included (CLOCK_BOOTTIME of clock_gettime(2)): what start times in /proc/PID/stat
 * are told in. Not /proc/uptime, which lxcfs replaces by the container's own. One thread uses it.
 */
public final class BootClock {
    private static final int CLOCK_BOOTTIME = 7;
    private static final long NANOS_PER_TICK = 1_000_000_000 / 100;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final NativeBuffer time = NativeBuffer.allocate(16);

    public long nanos() {
        Syscall.CLOCK_GETTIME.call(CLOCK_BOOTTIME, time.address()); // fails for no clock that there is
        return time.bytes().getLong(0) * NANOS_PER_SECOND + time.bytes().getLong(8);
    }

    /** In hundredths of a second, whatever the kernel's own are (USER_HZ). */
    public long ticks() {
        return nanos() / NANOS_PER_TICK;
    }
}
