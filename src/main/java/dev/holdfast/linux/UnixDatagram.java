package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends datagrams to a Unix socket such as /dev/log, which java.nio cannot. A send waits while the receiver's queue is
 * full (unix(7)). One thread owns it.
 */
public final class UnixDatagram implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSGHDR = 56;
    private static final int IOV = MSGHDR;
    private static final int NAME = IOV + 16;
    private static final int SUN_PATH = 108;

    private final Fd fd;
    private final NativeBuffer message;
    private final NativeBuffer data;
    private final Path path;

    private UnixDatagram(Fd fd, Path path, int largest) {
        this.fd = fd;
        this.path = path;
        this.data = NativeBuffer.allocate(largest);
        this.message = NativeBuffer.allocate(NAME + 2 + SUN_PATH);
    }

    /**
     * @param largest bytes of a datagram; what is more is cut off
     * @throws Errno when there can be no socket; whether somebody listens shows when something is sent
     */
    public static UnixDatagram to(Path path, int largest) throws Errno {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length >= SUN_PATH) {
            throw new Errno("socket " + path, 36);
        }
        long fd = check("socket", Syscall.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        return new UnixDatagram(new Fd((int) fd), path, largest);
    }

    /** @throws Errno when nobody listens, or it does not fit */
    public void send(byte[] bytes, int length) throws Errno {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        int n = Math.min(length, data.capacity());
        data.bytes().put(0, bytes, 0, n);
        ByteBuffer m = message.bytes();
        long base = message.address();
        m.putLong(0, base + NAME)
                .putInt(8, 2 + name.length + 1)
                .putLong(16, base + IOV)
                .putLong(24, 1);
        m.putLong(32, 0).putLong(40, 0).putInt(48, 0);
        m.putLong(IOV, data.address()).putLong(IOV + 8, n);
        m.putShort(NAME, (short) AF_UNIX).put(NAME + 2, name).put(NAME + 2 + name.length, (byte) 0);
        long sent = data.use(_ -> message.use(at -> Syscall.SENDMSG.call(fd.number(), at, MSG_NOSIGNAL)));
        check("send " + path, sent);
    }

    @Override
    public void close() {
        fd.close();
    }
}
