package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.util.Optional;

/** What can be asked of, and done to, a file that is open, whatever its name has become. Thread-safe. */
public final class Handles {
    static final int O_PATH = 0x200000;
    private static final int ENXIO = Errno.ENXIO;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int NAME = 1024;
    private static final int VALUE = 2048;
    private static final int MOST_VALUE = 512;
    private static final String ACL = "system.posix_acl_access";

    private Handles() {}

    /** As whom we act on files: the effective user. */
    public static int user() {
        return (int) Syscall.GETEUID.call(0);
    }

    /** The effective group. */
    public static int group() {
        return (int) Syscall.GETEGID.call(0);
    }

    /** statx(2). */
    public static FileStatus status(Fd fd) throws Errno {
        NativeBuffer b = NativeBuffer.scratch(Long.BYTES);
        b.bytes().put(NAME, (byte) 0);
        check(
                "statx",
                Syscall.STATX.call(fd.number(), b.address() + NAME, AT_EMPTY_PATH, FileStatus.MASK, b.address(), 0));
        return FileStatus.read(b.bytes());
    }

    /** A new descriptor of the very same file, close-on-exec: for one that was opened to be looked at only. */
    public static Fd reopen(Fd fd, int flags) throws Errno {
        return Descriptors.open(path(fd), flags, 0);
    }

    /** A name of it while it is open (proc_pid_fd(5)). */
    private static String path(Fd fd) {
        return "/proc/self/fd/" + fd.number();
    }

    /** fchmod(2). */
    public static void mode(Fd fd, int mode) throws Errno {
        check("fchmod", Syscall.FCHMOD.call(fd.number(), mode));
    }

    /** fchown(2); -1 keeps. */
    public static void own(Fd fd, int uid, int gid) throws Errno {
        check("fchown", Syscall.FCHOWN.call(fd.number(), uid, gid));
    }

    /** As {@link #mode} of one that was opened to be looked at only. */
    public static void modeOfPath(Fd fd, int mode) throws Errno {
        check("chmod", NativeBuffer.withString(path(fd), p -> Syscall.FCHMODAT.call(-1, p, mode)));
    }

    /** fsync(2). */
    public static void sync(Fd fd) throws Errno {
        check("fsync", Syscall.FSYNC.call(fd.number()));
    }

    /** Where the next bytes are that are no hole, at {@code from} or later; -1: none (lseek(2)). */
    public static long data(Fd fd, long from) throws Errno {
        long at = Syscall.LSEEK.call(fd.number(), from, SEEK_DATA);
        return at == -ENXIO ? -1 : at == -Errno.EINVAL ? from : check("lseek", at);
    }

    /** Where the next hole begins, at {@code from} or later; {@code size} where none is before that. */
    public static long hole(Fd fd, long from, long size) throws Errno {
        long at = Syscall.LSEEK.call(fd.number(), from, SEEK_HOLE);
        return at == -ENXIO || at == -Errno.EINVAL ? size : Math.min(size, check("lseek", at));
    }

    /** Sets when it was last modified, and last read, to what another one has. */
    public static void modified(Fd fd, FileStatus as) throws Errno {
        NativeBuffer b = NativeBuffer.scratch(Long.BYTES);
        for (int i = 0; i < 2; i++) {
            b.bytes().putLong(16 * i, as.modifiedSeconds()).putLong(16 * i + 8, as.modifiedNanos());
        }
        check("utimensat", Syscall.UTIMENSAT.call(fd.number(), 0, b.address(), 0));
    }

    /**
     * fsetxattr(2).
     *
     * @param name at most 255 bytes
     * @param value at most 512 bytes
     * @return false when the file system, or a want of rights, does not let it
     */
    public static boolean mark(Fd fd, String name, String value) {
        byte[] bytes = Text.bytes(value);
        if (bytes.length > MOST_VALUE) {
            throw new IllegalArgumentException(value);
        }
        NativeBuffer b = attribute(name);
        b.bytes().put(VALUE, bytes);
        return Syscall.FSETXATTR.call(fd.number(), b.address() + NAME, b.address() + VALUE, bytes.length, 0, 0) == 0;
    }

    /** fgetxattr(2); empty where there is none, where it may not be read, and where it is longer than 512 bytes. */
    public static Optional<String> mark(Fd fd, String name) {
        NativeBuffer b = attribute(name);
        long n = Syscall.FGETXATTR.call(fd.number(), b.address() + NAME, b.address() + VALUE, MOST_VALUE);
        if (n < 0) {
            return Optional.empty();
        }
        var value = new byte[(int) n];
        b.bytes().get(VALUE, value);
        return Optional.of(Text.of(value));
    }

    private static NativeBuffer attribute(String name) {
        byte[] bytes = Text.bytes(name);
        NativeBuffer b = NativeBuffer.scratch(Long.BYTES);
        b.bytes().put(NAME, bytes).put(NAME + bytes.length, (byte) 0);
        return b;
    }

    /** Whether it has a list of who may do what, so that its mode is not the whole truth (acl(5)). */
    public static boolean hasAcl(Fd fd) {
        NativeBuffer list = NativeBuffer.ofString(ACL);
        return list.use(a -> NativeBuffer.withString(path(fd), p -> Syscall.GETXATTR.call(p, a, 0, 0))) > 0;
    }
}
