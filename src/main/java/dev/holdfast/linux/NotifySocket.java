package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A Unix datagram socket that a program tells its readiness on (sd_notify(3)), which java.nio does not have. One thread
 * owns it.
 */
public final class NotifySocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC
    private static final int MAX_PATH = 107; // unix(7): sun_path holds 108 with its end
    private static final int MAX_MESSAGE = 4096;

    private final Fd fd;
    private final NativeBuffer message = NativeBuffer.allocate(MAX_MESSAGE);

    private NotifySocket(Fd fd) {
        this.fd = fd;
    }

    /**
     * Binds anew at {@code path}, for {@code uid}:{@code gid} (-1: our own) to write to.
     *
     * @throws IOException when it cannot be bound, also because the path is longer than a socket's may be
     */
    public static NotifySocket bind(Path path, int uid, int gid) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH) {
            throw new IOException(
                    "notify socket " + path + ": longer than " + MAX_PATH + " bytes; use a shorter --dir");
        }
        Files.deleteIfExists(path);
        Fd fd = new Fd((int) check("socket", Syscall.SOCKET.call(AF_UNIX, SOCK_DGRAM | FLAGS, 0)));
        NativeBuffer address = NativeBuffer.allocate(2 + name.length + 1);
        address.bytes().putShort(0, (short) AF_UNIX).put(2, name);
        try {
            check("bind " + path, address.use(a -> Syscall.BIND.call(fd.number(), a, address.capacity())));
            Descriptors.own(path.toString(), uid, gid);
            Files.setPosixFilePermissions(path, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            fd.close();
            throw e;
        }
        return new NotifySocket(fd);
    }

    /** Readable when a message waits. */
    public Fd fd() {
        return fd;
    }

    /** The next message, or empty when none waits. */
    public Optional<String> receive() {
        long n = Syscall.RECVFROM.call(fd.number(), message.address(), MAX_MESSAGE, 0, 0, 0);
        if (n < 0) {
            return Optional.empty();
        }
        byte[] text = new byte[(int) n];
        message.bytes().get(0, text);
        return Optional.of(new String(text, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        fd.close();
    }
}
