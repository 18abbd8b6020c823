package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.charset.StandardCharsets;

/** Sends datagrams to a Unix socket such as /dev/log, which java.nio cannot (unix(7)). One thread owns it. */
public final class UnixDatagram implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MOST_NAME = 107;

    private final Fd fd;
    private final String socket;
    private final NativeBuffer data;
    private final NativeBuffer address;

    private UnixDatagram(Fd fd, String socket, NativeBuffer address, int largest) {
        this.fd = fd;
        this.socket = socket;
        this.address = address;
        this.data = NativeBuffer.allocate(largest);
    }

    /**
     * @param socket an absolute path, or {@code @} and an abstract name
     * @param largest bytes of a datagram; what is more is cut off
     * @throws Errno when there can be no socket; whether somebody listens shows when something is sent
     */
    public static UnixDatagram to(String socket, int largest) throws Errno {
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        boolean known = socket.startsWith("/") || socket.startsWith("@");
        if (!known || name.length > MOST_NAME) {
            throw new Errno("socket " + socket, Errno.EINVAL);
        }
        boolean isAbstract = name[0] == '@';
        if (isAbstract) {
            name[0] = 0;
        }
        NativeBuffer address =
                NativeBuffer.allocate(2 + name.length + (isAbstract ? 0 : 1)); // which ends an abstract name
        address.bytes().putShort(0, (short) AF_UNIX).put(2, name);
        long fd = check("socket", Syscall.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        return new UnixDatagram(new Fd((int) fd), socket, address, largest);
    }

    /**
     * Waits while the receiver's queue is full.
     *
     * @throws Errno when nobody listens, or it does not fit
     */
    public void send(byte[] bytes, int length) throws Errno {
        send(bytes, length, MSG_NOSIGNAL);
    }

    /**
     * Never waits.
     *
     * @throws Errno when nobody listens, it does not fit, or the receiver's queue is full
     */
    public void offer(byte[] bytes, int length) throws Errno {
        send(bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    private void send(byte[] bytes, int length, int flags) throws Errno {
        int n = Math.min(length, data.capacity());
        data.bytes().put(0, bytes, 0, n);
        check(
                "send to " + socket,
                data.use(d -> address.use(a -> Syscall.SENDTO.call(fd.number(), d, n, flags, a, address.capacity()))));
    }

    @Override
    public void close() {
        fd.close();
    }
}
