package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One message to a Unix datagram socket, which java.nio does not have (unix(7)). Thread-safe. */
public final class Datagram {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MOST_NAME = 107;

    private Datagram() {}

    /**
     * Never waits for the receiver.
     *
     * @param socket an absolute path, or {@code @} and an abstract name
     * @throws Errno when it cannot be sent
     */
    public static void send(String socket, String text) throws Errno {
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        boolean known = socket.startsWith("/") || socket.startsWith("@");
        if (!known || name.length > MOST_NAME) {
            throw new Errno("send to " + socket, Errno.EINVAL);
        }
        boolean isAbstract = name[0] == '@';
        if (isAbstract) {
            name[0] = 0;
        }
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        int address = 2 + name.length + (isAbstract ? 0 : 1); // an abstract name ends with the address
        NativeBuffer memory = NativeBuffer.allocate(address + message.length);
        ByteBuffer b = memory.bytes();
        b.putShort(0, (short) AF_UNIX).put(2, name).put(address, message);
        try (Fd fd = new Fd((int) check("socket", Syscall.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)))) {
            check(
                    "send to " + socket,
                    memory.use(a -> Syscall.SENDTO.call(
                            fd.number(), a + address, message.length, MSG_DONTWAIT | MSG_NOSIGNAL, a, address)));
        }
    }
}
