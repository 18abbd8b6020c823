package dev.holdfast.linux;

import java.io.IOException;

/** Starting threads where there may be no room for one more. Thread-safe. */
public final class Threads {
    private static final int RLIMIT_NPROC = 6;
    private static final int LOWEST = 19;
    /** As system daemons that must not wait have it. */
    private static final int HIGH = -10;

    private Threads() {}

    /**
     * Starts it. The JVM tells a refused pthread_create(3) as an OutOfMemoryError, as if the heap were full: nothing that
     * a caller would survive.
     *
     * @param thread not started; of a virtual one it may be the carrier that cannot be made
     * @throws IOException when the kernel makes no more threads, with the limits that count
     */
    public static void start(Thread thread) throws IOException {
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            if (!refused(e)) {
                throw e;
            }
            throw new IOException(
                    "no more threads can be made: ulimit -u of this user (" + limit()
                            + " processes and threads), pids.max of the cgroup, kernel.threads-max or memory is used up",
                    e);
        }
    }

    /** From now on every other thread goes before the calling one (setpriority(2), which is of a thread in Linux). */
    public static void yielding() {
        Syscall.SETPRIORITY.call(0, 0, LOWEST);
    }

    /**
     * From now on the calling thread goes before what has no priority of its own; so do the threads and processes that it
     * makes. Without CAP_SYS_NICE nothing changes.
     */
    public static void pressing() {
        Syscall.SETPRIORITY.call(0, 0, HIGH);
    }

    /** As HotSpot has it since ever; a full heap says "Java heap space". */
    private static boolean refused(OutOfMemoryError e) {
        return String.valueOf(e.getMessage()).contains("native thread");
    }

    private static String limit() {
        NativeBuffer limits = NativeBuffer.scratch(16);
        long r = limits.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NPROC, 0, a));
        long soft = limits.bytes().getLong(0);
        return r != 0 ? "unknown" : soft == -1 ? "unlimited" : Long.toString(soft);
    }
}
