package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * epoll(7) with a handler a descriptor, level-triggered. One platform thread owns it; only {@link #wake} may be called
 * by others.
 */
public final class Poller implements AutoCloseable {
    /** Only hang-ups and errors, which are always told. */
    public static final int NOTHING = 0;

    public static final int READABLE = 0x1;
    /** What kernfs files, such as cgroup.events, become when they have changed (EPOLLPRI). */
    public static final int CHANGED = 0x2;

    /** Told once for each change, not for as long as it is so. */
    public static final int EDGE = 1 << 31;

    private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));
    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int BATCH = 256;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;

    private final Fd epoll;
    private final Fd wakeup;
    private final NativeBuffer events = NativeBuffer.allocate(BATCH * EVENT_BYTES);
    private final NativeBuffer one = NativeBuffer.allocate(16);
    private final NativeBuffer timeout = NativeBuffer.allocate(16);
    private final Map<Integer, Handler> handlers = new HashMap<>();

    /** Told what happened to its descriptor. */
    @FunctionalInterface
    public interface Handler {
        /** @param ready bits of EPOLLIN, EPOLLHUP, EPOLLERR */
        void ready(int ready);
    }

    private Runnable woken = () -> {};

    private Poller(Fd epoll, Fd wakeup) {
        this.epoll = epoll;
        this.wakeup = wakeup;
    }

    public static Poller open() throws Errno {
        Fd epoll = new Fd((int) check("epoll_create1", Syscall.EPOLL_CREATE1.call(CLOEXEC)));
        Fd wakeup = new Fd((int) check("eventfd", Syscall.EVENTFD2.call(0, CLOEXEC | NONBLOCK)));
        Poller poller = new Poller(epoll, wakeup);
        NativeBuffer drained = NativeBuffer.allocate(8);
        poller.add(wakeup, READABLE, ready -> Syscall.READ.call(wakeup.number(), drained.address(), 8));
        return poller;
    }

    /** Watches {@code fd} until {@link #remove}; hang-ups are always told. */
    public void add(Fd fd, int interest, Handler handler) throws Errno {
        ByteBuffer b = one.bytes();
        b.putInt(0, interest);
        b.putLong(DATA_OFFSET, fd.number());
        check("epoll_ctl", Syscall.EPOLL_CTL.call(epoll.number(), CTL_ADD, fd.number(), one.address()));
        handlers.put(fd.number(), handler);
    }

    /** Stops watching; must come before the descriptor is closed. */
    public void remove(Fd fd) {
        if (handlers.remove(fd.number()) != null) {
            Syscall.EPOLL_CTL.call(epoll.number(), CTL_DEL, fd.number(), 0);
        }
    }

    /** What {@link #await} runs when it has waited, before any handler. */
    public void whenWoken(Runnable what) {
        woken = what;
    }

    /** Makes a running or the next {@link #await} return. Thread-safe. */
    public void wake() {
        NativeBuffer increment = NativeBuffer.scratch(8);
        increment.bytes().putLong(0, 1);
        increment.use(address -> Syscall.WRITE.call(wakeup.number(), address, 8));
    }

    /**
     * Waits for at most {@code timeoutNanos} (negative: without end) and calls the handlers of what is ready.
     *
     * @return how many descriptors were ready
     */
    public int await(long timeoutNanos) {
        long timeoutAddress = 0;
        if (timeoutNanos >= 0) {
            timeout.bytes().putLong(0, timeoutNanos / 1_000_000_000L).putLong(8, timeoutNanos % 1_000_000_000L);
            timeoutAddress = timeout.address();
        }
        long n = Syscall.EPOLL_PWAIT2.call(epoll.number(), events.address(), BATCH, timeoutAddress, 0, 8);
        if (n == -38) { // Linux before 5.11: whole milliseconds, rounded up
            long millis = timeoutNanos < 0 ? -1 : Math.min((timeoutNanos + 999_999) / 1_000_000, Integer.MAX_VALUE);
            n = Syscall.EPOLL_PWAIT.call(epoll.number(), events.address(), BATCH, millis, 0, 8);
        }
        woken.run();
        for (int i = 0; i < n; i++) {
            int ready = events.bytes().getInt(i * EVENT_BYTES);
            int fd = (int) events.bytes().getLong(i * EVENT_BYTES + DATA_OFFSET);
            Handler handler = handlers.get(fd); // an earlier handler of this batch may have removed it
            if (handler != null) {
                handler.ready(ready);
            }
        }
        return (int) Math.max(n, 0);
    }

    @Override
    public void close() {
        wakeup.close();
        epoll.close();
        handlers.clear();
    }
}
