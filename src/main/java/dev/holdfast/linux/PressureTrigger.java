package dev.holdfast.linux;

import dev.holdfast.unit.Threshold;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Has the kernel tell when tasks stall for as long as a threshold says, at once and without polling
 * (Documentation/accounting/psi.rst). The poller's thread's own.
 */
public final class PressureTrigger implements AutoCloseable {
    /** What is left to who has no CAP_SYS_RESOURCE: windows of a multiple of so many microseconds. */
    private static final long COARSE = 2_000_000;

    private final Fd fd;
    private final Poller poller;
    private final boolean coarse;

    private PressureTrigger(Fd fd, Poller poller, boolean coarse) {
        this.fd = fd;
        this.poller = poller;
        this.coarse = coarse;
    }

    /**
     * @param proc /proc, or a tree like it
     * @param of memory, cpu or io
     * @param told at most once a window, while it lasts
     * @throws Errno where the kernel has no such file (ENOENT), is told not to keep them (EOPNOTSUPP), or does not let us
     *     (EACCES, EPERM, EINVAL)
     */
    public static PressureTrigger arm(Path proc, String of, Threshold.Pressure threshold, Poller poller, Runnable told)
            throws Errno {
        Fd fd = Descriptors.open(proc.resolve("pressure").resolve(of), Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
        try {
            long stall = threshold.stall().toNanos() / 1000;
            long window = threshold.window().toNanos() / 1000;
            boolean coarse = false;
            try {
                write(fd, threshold.full(), stall, window);
            } catch (Errno e) {
                if (e.number() != Errno.EINVAL && e.number() != Errno.EPERM) {
                    throw e;
                }
                long longer = Math.max(1, (window + COARSE - 1) / COARSE) * COARSE;
                write(fd, threshold.full(), stall * longer / window, longer); // the same share of it
                coarse = true;
            }
            var trigger = new PressureTrigger(fd, poller, coarse);
            poller.add(fd, Poller.CHANGED, _ -> told.run());
            return trigger;
        } catch (Errno e) {
            fd.close();
            throw e;
        }
    }

    private static void write(Fd fd, boolean full, long stall, long window) throws Errno {
        String line = "%s %d %d\0".formatted(full ? "full" : "some", stall, window);
        Descriptors.writeWhole(fd, line.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether the kernel looks at a longer window than was asked for, and the same share of it. */
    public boolean coarse() {
        return coarse;
    }

    @Override
    public void close() {
        poller.remove(fd);
        fd.close();
    }
}
