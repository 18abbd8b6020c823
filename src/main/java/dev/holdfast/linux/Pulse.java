package dev.holdfast.linux;

import java.nio.file.Path;

/**
 * Two small files that tell whether anything of a host can have grown: /proc/meminfo (proc_meminfo(5)) and /proc/loadavg
 * (proc_loadavg(5)). They stay open; a beat costs two preads. One thread uses it.
 */
public final class Pulse implements AutoCloseable {
    private static final int TEXT = 512;

    private final Path proc;
    private Fd meminfo;
    private final Fd loadavg;
    private final NativeBuffer buffer = NativeBuffer.allocate(TEXT);
    private final byte[] text = new byte[TEXT];
    private long totalBytes;
    private long availableBytes;
    private int lastPid;

    /** @param proc such as /proc */
    public Pulse(Path proc) throws Errno {
        this.proc = proc;
        meminfo = Descriptors.open(proc.resolve("meminfo"), Descriptors.O_RDONLY, 0);
        loadavg = Descriptors.open(proc.resolve("loadavg"), Descriptors.O_RDONLY, 0);
    }

    /** Reads both anew. */
    public void beat() {
        int n = read(meminfo);
        if (n == 0) { // served by lxcfs, say, which was started anew: what was opened before is nobody's
            n = again();
        }
        totalBytes = Math.max(0, MemInfo.bytes(text, n, MemInfo.TOTAL));
        availableBytes = MemInfo.bytes(text, n, MemInfo.AVAILABLE);
        n = read(loadavg);
        int at = n - 1;
        while (at > 0 && text[at - 1] != ' ') {
            at--;
        }
        lastPid = (int) number(at, n);
    }

    private int again() {
        try {
            Fd fresh = Descriptors.open(proc.resolve("meminfo"), Descriptors.O_RDONLY, 0);
            meminfo.close();
            meminfo = fresh;
            return read(meminfo);
        } catch (Errno e) {
            return 0;
        }
    }

    private int read(Fd fd) {
        int n = Math.max(0, Descriptors.readAt(fd, buffer, 0, TEXT, 0));
        buffer.bytes().get(0, text, 0, n);
        return n;
    }

    /** The first number from there on. */
    private long number(int at, int n) {
        int i = at;
        while (i < n && (text[i] < '0' || text[i] > '9')) {
            i++;
        }
        long value = 0;
        for (; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }

    public long totalBytes() {
        return totalBytes;
    }

    /** What programs could still get without swapping; -1: the kernel does not tell. */
    public long availableBytes() {
        return availableBytes;
    }

    /** The number given to the last process or thread that was made. */
    public int lastPid() {
        return lastPid;
    }

    @Override
    public void close() {
        meminfo.close();
        loadavg.close();
    }
}
