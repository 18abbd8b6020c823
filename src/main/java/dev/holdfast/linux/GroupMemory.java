package dev.holdfast.linux;

/**
 * The memory of one cgroup (Documentation/admin-guide/cgroup-v2.rst), its files kept open. One thread uses it.
 */
public final class GroupMemory implements AutoCloseable {
    private static final int TEXT = 8192;
    private static final byte[] INACTIVE = "\ninactive_file ".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Fd current;
    private final Fd stat;
    private final Fd events;
    private final NativeBuffer buffer = NativeBuffer.allocate(TEXT);
    private final byte[] text = new byte[TEXT];

    /** @throws Errno when the group is gone, or has no memory controller */
    public GroupMemory(Cgroup group) throws Errno {
        current = Descriptors.open(group.dir().resolve("memory.current"), Descriptors.O_RDONLY, 0);
        Fd opened = null;
        try {
            opened = Descriptors.open(group.dir().resolve("memory.stat"), Descriptors.O_RDONLY, 0);
            events = Descriptors.open(group.dir().resolve("memory.events"), Descriptors.O_RDONLY, 0);
        } catch (Errno e) {
            current.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        stat = opened;
        quieten();
    }

    /** Becomes ready (EPOLLPRI) when memory.high or memory.max was touched, or somebody was killed for it. */
    public Fd events() {
        return events;
    }

    /** Has been told of the last change of {@link #events}. */
    public void quieten() {
        read(events);
    }

    /** All that is charged to it, page cache included; 0 when it is gone. */
    public long currentBytes() {
        return number(0, read(current));
    }

    /**
     * Without the file cache that nobody has used lately: what the kernel can take back before it must kill. The same
     * figure that kubelet and docker stats call working set.
     */
    public long workingSetBytes() {
        long all = currentBytes();
        int n = read(stat);
        for (int at = 0; at + INACTIVE.length < n; at++) {
            if (java.util.Arrays.equals(text, at, at + INACTIVE.length, INACTIVE, 0, INACTIVE.length)) {
                return Math.max(0, all - number(at + INACTIVE.length, n));
            }
        }
        return all;
    }

    private int read(Fd fd) {
        int n = Math.max(0, Descriptors.readAt(fd, buffer, 0, TEXT, 0));
        buffer.bytes().get(0, text, 0, n);
        return n;
    }

    private long number(int at, int n) {
        long value = 0;
        for (int i = at; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }

    @Override
    public void close() {
        current.close();
        stat.close();
        events.close();
    }
}
