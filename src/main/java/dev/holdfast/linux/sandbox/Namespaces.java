package dev.holdfast.linux.sandbox;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Proc;
import dev.holdfast.linux.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/** Namespaces of this thread alone, which what it starts inherits (namespaces(7)). */
final class Namespaces {
    private static final int CLONE_NEWNS = 0x20000;
    private static final int CLONE_NEWUTS = 0x4000000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFF_UP = 1;
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;

    private Namespaces() {}

    /** All three at once and what one mounts in them; for a thread that ends then, to see whether it can be done. */
    static void tryAll() throws Errno {
        check("unshare", Syscall.UNSHARE.call(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET));
        SandboxMounts.detach();
    }

    static void unshare(boolean mounts, boolean network, boolean hostname) throws Errno {
        int flags = flags(mounts, network, hostname);
        if (flags != 0) {
            check("sandbox: unshare namespaces", Syscall.UNSHARE.call(flags));
        }
    }

    private static int flags(boolean mounts, boolean network, boolean hostname) {
        return (mounts ? CLONE_NEWNS : 0) | (network ? CLONE_NEWNET : 0) | (hostname ? CLONE_NEWUTS : 0);
    }

    /** Enters those of {@code process}, if it still is that process. */
    static void join(ProcessRef process, boolean mounts, boolean network, boolean hostname) throws IOException {
        var open = new ArrayList<Fd>();
        String what = "sandbox: enter that of pid " + process.pid();
        try {
            for (String name : new String[] {hostname ? "uts" : "", network ? "net" : "", mounts ? "mnt" : ""}) {
                if (!name.isEmpty()) {
                    open.add(Descriptors.open("/proc/" + process.pid() + "/ns/" + name, Descriptors.O_RDONLY, 0));
                }
            }
            boolean same = new Proc(Path.of("/proc"))
                    .stat(process.pid())
                    .filter(s -> s.ref().equals(process) && s.state() != 'Z')
                    .isPresent();
            if (!same) {
                throw new Errno(what, Errno.ESRCH);
            }
            for (Fd namespace : open) {
                check(what, Syscall.SETNS.call(namespace.number(), 0));
            }
        } catch (Errno gone) {
            throw new Errno(what, gone.number());
        } finally {
            open.forEach(Fd::close);
        }
    }

    /** In a network of its own the loopback is there, but down. */
    static void loopback() throws Errno {
        String what = "sandbox.private_network: bring lo up";
        try (Fd socket = new Fd((int) check(what, Syscall.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)))) {
            NativeBuffer request = NativeBuffer.scratch(IFREQ_BYTES);
            request.bytes().put(0, "lo".getBytes(StandardCharsets.US_ASCII));
            check(what, request.use(a -> Syscall.IOCTL.call(socket.number(), SIOCGIFFLAGS, a)));
            request.bytes().putShort(IFREQ_FLAGS, (short) (request.bytes().getShort(IFREQ_FLAGS) | IFF_UP));
            check(what, request.use(a -> Syscall.IOCTL.call(socket.number(), SIOCSIFFLAGS, a)));
        }
    }

    static void hostname(String name) throws Errno {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        check("sandbox.hostname " + name, NativeBuffer.with(text, a -> Syscall.SETHOSTNAME.call(a, text.length)));
    }
}
