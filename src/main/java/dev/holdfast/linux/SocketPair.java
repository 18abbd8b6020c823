package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Two connected Unix sockets, in which descriptors can be left: what was sent from the one end and not received stays
 * open while the other end, in whose queue it waits, is open in some process (unix(7), SCM_RIGHTS). One thread owns it.
 */
public final class SocketPair implements AutoCloseable {
    private static final int AF_UNIX = 1;
    /** A stream holds some hundred messages; of datagrams it would be net.unix.max_dgram_qlen, which is 10. */
    private static final int SOCK_STREAM = 1;

    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSGHDR = 56;
    private static final int CMSG_DATA = 16;
    /** SCM_MAX_FD is 253. */
    private static final int MOST = 250;

    private final NativeBuffer memory = NativeBuffer.allocate(MSGHDR + 16 + 8 + CMSG_DATA + 4 * MOST + 8);
    private final Fd one;
    private final Fd other;

    private SocketPair(Fd one, Fd other) {
        this.one = one;
        this.other = other;
    }

    public static SocketPair open() throws Errno {
        NativeBuffer two = NativeBuffer.allocate(8);
        check("socketpair", two.use(a -> Syscall.SOCKETPAIR.call(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a)));
        return new SocketPair(new Fd(two.bytes().getInt(0)), new Fd(two.bytes().getInt(4)));
    }

    public Fd one() {
        return one;
    }

    public Fd other() {
        return other;
    }

    /**
     * Leaves copies of descriptors in the pair.
     *
     * @return whether there was room; the kernel bounds how much may wait
     */
    public boolean leave(List<Fd> descriptors) {
        for (int from = 0; from < descriptors.size(); from += MOST) {
            if (!send(descriptors.subList(from, Math.min(descriptors.size(), from + MOST)))) {
                return false;
            }
        }
        return true;
    }

    private boolean send(List<Fd> descriptors) {
        int rights = CMSG_DATA + 4 * descriptors.size();
        long base = memory.address();
        int iov = MSGHDR;
        int data = iov + 16;
        int control = data + 8;
        ByteBuffer b = memory.bytes();
        b.putLong(16, base + iov).putLong(24, 1).putLong(32, base + control).putLong(40, rights);
        b.putLong(iov, base + data).putLong(iov + 8, 1);
        b.putLong(control, rights).putInt(control + 8, SOL_SOCKET).putInt(control + 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            b.putInt(control + CMSG_DATA + 4 * i, descriptors.get(i).number());
        }
        return memory.use(m -> Syscall.SENDMSG.call(one.number(), m, MSG_DONTWAIT)) >= 0;
    }

    @Override
    public void close() {
        one.close();
        other.close();
    }
}
