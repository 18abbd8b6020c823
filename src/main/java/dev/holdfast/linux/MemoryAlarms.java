package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel's own words about memory, without asking for them: stalls (Documentation/accounting/psi.rst), and limits that
 * were touched in the groups of the first level, which count for all below (memory.events of cgroup-v2.rst). The thread of
 * the poller owns it.
 */
public final class MemoryAlarms implements AutoCloseable {
    private final Path proc;
    private final Poller poller;
    private final List<Fd> open = new ArrayList<>();
    private final NativeBuffer buffer = NativeBuffer.allocate(1024);

    /** @param proc such as /proc */
    public MemoryAlarms(Path proc, Poller poller) {
        this.proc = proc;
        this.poller = poller;
    }

    /**
     * Has the kernel tell of a stall: once a window at most, for as long as it lasts.
     *
     * @throws Errno when this kernel does not tell, or not us
     */
    public void on(Threshold.Pressure pressure, Consumer<Threshold.Pressure> told) throws Errno {
        Fd fd = Descriptors.open(proc.resolve("pressure/memory"), Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
        String trigger = (pressure.full() ? "full " : "some ")
                + pressure.stall().toNanos() / 1000 + " " + pressure.window().toNanos() / 1000;
        byte[] text = Text.bytes(trigger);
        try {
            // With its NUL: the kernel takes the last byte for one.
            check(
                    "write /proc/pressure/memory",
                    NativeBuffer.with(text, a -> Syscall.WRITE.call(fd.number(), a, text.length + 1)));
            poller.add(fd, Poller.CHANGED, _ -> told.accept(pressure));
            open.add(fd);
        } catch (Errno e) {
            fd.close();
            throw e;
        }
    }

    /** What happened to a group that came to its limit. */
    public enum Touch {
        /** Some of it was taken back: of what keeps files in its cache that is the usual case. */
        RECLAIMED,
        /** It was not enough. */
        EXHAUSTED
    }

    /**
     * Has the kernel tell when a limit of memory is touched anywhere.
     *
     * @return groups that are listened to; 0 where there is no second version of cgroups with memory
     */
    public int onLimits(Consumer<Touch> told) throws IOException {
        int listened = 0;
        for (CgroupMount mount : CgroupMount.all(proc)) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(mount.at(), Files::isDirectory)) {
                for (Path group : groups) {
                    listened += listen(group.resolve("memory.events"), told) ? 1 : 0;
                }
            }
            break;
        }
        return listened;
    }

    private boolean listen(Path events, Consumer<Touch> told) {
        try {
            Fd fd = Descriptors.open(events, Descriptors.O_RDONLY, 0);
            open.add(fd);
            var known = new long[] {ooms(read(fd))};
            poller.add(fd, Poller.CHANGED, _ -> {
                byte[] text = read(fd);
                if (text.length == 0) { // the group is gone, of which the kernel would tell for ever
                    poller.remove(fd);
                    fd.close();
                    open.remove(fd);
                    return;
                }
                long ooms = ooms(text);
                told.accept(ooms > known[0] ? Touch.EXHAUSTED : Touch.RECLAIMED);
                known[0] = ooms;
            });
            return true;
        } catch (Errno noMemoryController) {
            return false;
        }
    }

    private byte[] read(Fd fd) {
        var text = new byte[Math.max(0, Descriptors.readAt(fd, buffer, 0, buffer.capacity(), 0))];
        buffer.bytes().get(0, text);
        return text;
    }

    /** How often memory did not suffice, and whoever was killed for it. */
    static long ooms(byte[] events) {
        return new String(events, StandardCharsets.US_ASCII)
                .lines()
                .filter(l -> l.startsWith("oom"))
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        open.forEach(fd -> {
            poller.remove(fd);
            fd.close();
        });
        open.clear();
    }
}
