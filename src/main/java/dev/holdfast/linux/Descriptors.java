package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** Opening, reading and writing by descriptor: what java.nio cannot do with FIFOs. Thread-safe. */
public final class Descriptors {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    /** Differs between machines, as asm/fcntl.h has it. */
    public static final int O_NOFOLLOW = "amd64".equals(System.getProperty("os.arch")) ? 0x20000 : 0x8000;

    public static final int O_CLOEXEC = 0x80000;

    private static final int AT_FDCWD = -100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int EVERYTHING = 0777;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int S_IFIFO = 0x1000;
    private static final int OTHERS = 077;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int FIONREAD = 0x541B;
    private static final int SEEK_END = 2;
    private static final int MOST_ATTRIBUTE = 64;

    private Descriptors() {}

    /** open(2), always close-on-exec. */
    public static Fd open(Path path, int flags, int mode) throws Errno {
        return open(path.toString(), flags, mode);
    }

    /** The same by name: a {@link Path} costs more to make than the file to open. */
    public static Fd open(String path, int flags, int mode) throws Errno {
        long fd = named(path, name -> Syscall.OPENAT.call(AT_FDCWD, name, flags | O_CLOEXEC, mode));
        if (fd < 0) {
            throw new Errno("open " + path, (int) -fd);
        }
        return new Fd((int) fd);
    }

    /** Another descriptor of the same open file, close-on-exec. */
    public static Fd duplicate(Fd fd) throws Errno {
        return new Fd((int) check("dup", Syscall.FCNTL.call(fd.number(), F_DUPFD_CLOEXEC, 3)));
    }

    /** Another descriptor of what this process got as its 0, 1 or 2, close-on-exec; of /dev/null if that is closed. */
    public static Fd standard(int number) throws Errno {
        long fd = Syscall.FCNTL.call(number, F_DUPFD_CLOEXEC, 3);
        return fd == -9 ? open("/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0) : new Fd((int) check("dup", fd));
    }

    /** mkfifo(3) with exactly {@code mode}, owned by {@code uid}:{@code gid} (-1 keeps). */
    public static void mkfifo(String path, int mode, int uid, int gid) throws Errno {
        done("mkfifo", path, named(path, name -> Syscall.MKNODAT.call(AT_FDCWD, name, S_IFIFO | mode, 0)));
        if ((mode & OTHERS) != 0) { // which a umask takes away
            done("chmod", path, named(path, name -> Syscall.FCHMODAT.call(AT_FDCWD, name, mode)));
        }
        own(path, uid, gid);
    }

    /** chown(2); -1 keeps. */
    public static void own(String path, int uid, int gid) throws Errno {
        if (uid >= 0 || gid >= 0) {
            done(
                    "chown",
                    path,
                    named(path, name -> Syscall.FCHOWNAT.call(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW, 0)));
        }
    }

    /** mkdir(2), mode 0777 less the umask. */
    public static void mkdir(String path) throws Errno {
        mkdir(path, EVERYTHING);
    }

    /** mkdir(2). */
    public static void mkdir(String path, int mode) throws Errno {
        done("mkdir", path, named(path, name -> Syscall.MKDIRAT.call(AT_FDCWD, name, mode)));
    }

    /** rename(2). */
    public static void rename(String from, String to) throws Errno {
        NativeBuffer target = NativeBuffer.ofString(to);
        done("rename", from, named(from, a -> target.use(b -> Syscall.RENAMEAT2.call(AT_FDCWD, a, AT_FDCWD, b, 0, 0))));
    }

    /** unlink(2); false when that cannot be or there is none. */
    public static boolean unlink(String path) {
        return named(path, name -> Syscall.UNLINKAT.call(AT_FDCWD, name, 0)) == 0;
    }

    /** rmdir(2); false when that cannot be. */
    public static boolean rmdir(String path) {
        return named(path, name -> Syscall.UNLINKAT.call(AT_FDCWD, name, AT_REMOVEDIR)) == 0;
    }

    /** getxattr(2); empty where there is none, where it may not be read, and where it is longer than 64 bytes. */
    static Optional<String> attribute(Path path, String name) {
        NativeBuffer value = NativeBuffer.allocate(MOST_ATTRIBUTE);
        NativeBuffer attribute = NativeBuffer.ofString(name);
        long n = attribute.use(a ->
                value.use(v -> named(path.toString(), p -> Syscall.GETXATTR.call(p, a, v, MOST_ATTRIBUTE))));
        if (n < 0) {
            return Optional.empty();
        }
        var bytes = new byte[(int) n];
        value.bytes().get(0, bytes);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    private static void done(String call, String path, long result) throws Errno {
        if (result < 0) {
            throw new Errno(call + " " + path, (int) -result);
        }
    }

    private static long named(String path, LongUnaryOperator call) {
        return NativeBuffer.withString(path, call);
    }

    /** @return bytes read, 0 at the end of file, or minus errno */
    public static int read(Fd fd, NativeBuffer into, int offset, int length) {
        return (int) Syscall.READ.call(fd.number(), into.address() + offset, length);
    }

    /** @return bytes written, which may be fewer than asked, or minus errno */
    public static int write(Fd fd, NativeBuffer from, int offset, int length) {
        return (int) Syscall.WRITE.call(fd.number(), from.address() + offset, length);
    }

    /** Writes all of it. */
    public static void writeWhole(Fd fd, byte[] bytes) throws Errno {
        long n = NativeBuffer.with(bytes, a -> Syscall.WRITE.call(fd.number(), a, bytes.length));
        check("write", n);
        if (n < bytes.length) {
            throw new Errno("write", Errno.ENOSPC);
        }
    }

    /** As {@link #read} at an offset of the file, which stays where it is. */
    public static int readAt(Fd fd, NativeBuffer into, int offset, int length, long at) {
        return (int) Syscall.PREAD64.call(fd.number(), into.address() + offset, length, at);
    }

    /** As {@link #write} at an offset of the file. */
    public static int writeAt(Fd fd, NativeBuffer from, int offset, int length, long at) {
        return (int) Syscall.PWRITE64.call(fd.number(), from.address() + offset, length, at);
    }

    /** The file's size. */
    public static long size(Fd fd) throws Errno {
        return check("lseek", Syscall.LSEEK.call(fd.number(), 0, SEEK_END));
    }

    /** ftruncate(2). */
    public static void truncate(Fd fd, long size) throws Errno {
        check("ftruncate", Syscall.FTRUNCATE.call(fd.number(), size));
    }

    /**
     * Bytes that a read would find now; -1 when the other end is no pipe.
     *
     * @param scratch at least 4 bytes
     */
    public static int readable(Fd fd, NativeBuffer scratch) {
        long r = Syscall.IOCTL.call(fd.number(), FIONREAD, scratch.address());
        return r < 0 ? -1 : scratch.bytes().getInt(0);
    }

    /** Makes a pipe hold up to {@code bytes}; refused beyond the user's allowance, which is no harm. */
    public static void growPipe(Fd fd, int bytes) {
        Syscall.FCNTL.call(fd.number(), F_SETPIPE_SZ, bytes);
    }
}
