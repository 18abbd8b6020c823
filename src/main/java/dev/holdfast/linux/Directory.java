package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory, and what lies in it by name. Names are bytes; a name leads to an entry of this very directory, never
 * through a symbolic link and never elsewhere: {@code .}, {@code ..} and what has a slash are refused as names. Not
 * thread-safe.
 */
public final class Directory implements AutoCloseable {
    /** What {@link #next} wants. */
    public static final int LISTING_BYTES = 32 << 10;

    /** What has the name already stays. */
    public static final int RENAME_NOREPLACE = 1;

    /** Both names come to each other's place. */
    public static final int RENAME_EXCHANGE = 2;

    private static final int O_DIRECTORY = "amd64".equals(System.getProperty("os.arch")) ? 0x10000 : 0x4000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_STATX_DONT_SYNC = 0x4000;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int LONGEST = 255;
    private static final int NAME = 1024;
    private static final int OTHER = 2048;
    private static final int HEADER = 19;

    private final Fd fd;
    private long position;

    private Directory(Fd fd) {
        this.fd = fd;
    }

    /** "/", for {@link #pass} and {@link #status}. */
    public static Directory root() throws Errno {
        return new Directory(Descriptors.open("/", Handles.O_PATH | O_DIRECTORY, 0));
    }

    /** By a path that is trusted, such as one of /proc. */
    static Directory at(Path path) throws Errno {
        return new Directory(Descriptors.open(path, Descriptors.O_RDONLY | O_DIRECTORY | Descriptors.O_NONBLOCK, 0));
    }

    /**
     * Opens a directory in it.
     *
     * @throws Errno ENOTDIR when it is anything else, a symbolic link included
     */
    public Directory enter(byte[] name) throws Errno {
        return new Directory(file(name, Descriptors.O_RDONLY | O_DIRECTORY | Descriptors.O_NONBLOCK, 0));
    }

    /** As {@link #enter}, only to go further: it need not be readable, and cannot be listed. */
    public Directory pass(byte[] name) throws Errno {
        return new Directory(file(name, Handles.O_PATH | O_DIRECTORY, 0));
    }

    /** Itself, opened to be listed. */
    public Directory listable() throws Errno {
        return at(".");
    }

    /** The directory that it lies in now, which need not be the one it was found in. */
    public Directory above() throws Errno {
        return at("..");
    }

    private Directory at(String name) throws Errno {
        int flags = Descriptors.O_RDONLY | O_DIRECTORY | Descriptors.O_CLOEXEC;
        return new Directory(new Fd((int) check(
                "open", NativeBuffer.withString(name, n -> Syscall.OPENAT.call(fd.number(), n, flags, 0)))));
    }

    /**
     * Opens a file in it, close-on-exec.
     *
     * @throws Errno ELOOP when it is a symbolic link
     */
    public Fd file(byte[] name, int flags, int mode) throws Errno {
        NativeBuffer b = named(name);
        long n = Syscall.OPENAT.call(
                fd.number(), b.address() + NAME, flags | Descriptors.O_NOFOLLOW | Descriptors.O_CLOEXEC, mode);
        return new Fd((int) check("open", n));
    }

    /** Opens whatever it is, a symbolic link itself, to be looked at only: without any effect on it. */
    public Fd look(byte[] name) throws Errno {
        return file(name, Handles.O_PATH, 0);
    }

    /** What it is itself. */
    public FileStatus status() throws Errno {
        return Handles.status(fd);
    }

    /** What an entry is, of a symbolic link itself; empty when there is none. */
    public Optional<FileStatus> status(byte[] name) throws Errno {
        NativeBuffer b = named(name);
        long r = Syscall.STATX.call(
                fd.number(),
                b.address() + NAME,
                AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
                FileStatus.MASK,
                b.address(),
                0);
        if (r == -Errno.ENOENT) {
            return Optional.empty();
        }
        check("statx", r);
        return Optional.of(FileStatus.read(b.bytes()));
    }

    /**
     * What the link of a process in /proc leads to, such as {@code fd/3}, as far as the kernel knows it without asking a
     * server (AT_STATX_DONT_SYNC): one that hangs holds up nobody. Empty when there is none, or its server is gone.
     *
     * @throws Errno EACCES, EPERM: who asks may not know (ptrace(2): without CAP_SYS_PTRACE not even root)
     */
    Optional<FileStatus> linked(byte[] name) throws Errno {
        NativeBuffer b = named(name);
        long r = Syscall.STATX.call(
                fd.number(), b.address() + NAME, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, FileStatus.MASK, b.address(), 0);
        if (r == -Errno.EACCES || r == -Errno.EPERM) {
            throw new Errno("statx", (int) -r);
        }
        return r == 0 ? Optional.of(FileStatus.read(b.bytes())) : Optional.empty();
    }

    /** flock(2), exclusive, without waiting; until it is closed. @return whether it is ours */
    public boolean lock() {
        return Syscall.FLOCK.call(fd.number(), LOCK_EX | LOCK_NB) == 0;
    }

    /** Where a symbolic link points. */
    public byte[] target(byte[] name) throws Errno {
        NativeBuffer b = named(name);
        int most = b.capacity() - OTHER;
        long n = Syscall.READLINKAT.call(fd.number(), b.address() + NAME, b.address() + OTHER, most);
        if (check("readlink", n) == most) {
            throw new Errno("readlink", 36);
        }
        var target = new byte[(int) n];
        b.bytes().get(OTHER, target);
        return target;
    }

    /**
     * Its next entries, without {@code .} and {@code ..}; none: there are no more, or it was removed meanwhile.
     *
     * @param memory of {@link #LISTING_BYTES}
     */
    public List<DirectoryEntry> next(NativeBuffer memory) throws Errno {
        var entries = new ArrayList<DirectoryEntry>();
        while (entries.isEmpty()) {
            long listed = Syscall.GETDENTS64.call(fd.number(), memory.address(), memory.capacity());
            int n = (int) (listed == -Errno.ENOENT ? 0 : check("getdents", listed));
            if (n == 0) {
                break;
            }
            // struct linux_dirent64: inode, position behind it, its own length, type, name
            for (int at = 0; at < n; ) {
                position = memory.bytes().getLong(at + 8);
                int length = Short.toUnsignedInt(memory.bytes().getShort(at + 16));
                int end = at + HEADER;
                while (memory.bytes().get(end) != 0) {
                    end++;
                }
                var name = new byte[end - at - HEADER];
                memory.bytes().get(at + HEADER, name);
                if (!dots(name)) {
                    entries.add(new DirectoryEntry(
                            name, FileStatus.Kind.of(memory.bytes().get(at + 18))));
                }
                at += length;
            }
        }
        return entries;
    }

    /** Behind the entry that {@link #next} gave last; 0 at the begin. */
    public long position() {
        return position;
    }

    /** {@link #next} goes on there. */
    public void seek(long to) throws Errno {
        check("lseek", Syscall.LSEEK.call(fd.number(), to, 0));
        position = to;
    }

    /** mkdir(2). */
    public void make(byte[] name, int mode) throws Errno {
        NativeBuffer b = named(name);
        check("mkdir", Syscall.MKDIRAT.call(fd.number(), b.address() + NAME, mode));
    }

    /** unlink(2). @return 0, or an errno */
    public int unlink(byte[] name) {
        NativeBuffer b = named(name);
        return (int) -Syscall.UNLINKAT.call(fd.number(), b.address() + NAME, 0);
    }

    /** rmdir(2). @return 0, or an errno */
    public int rmdir(byte[] name) {
        NativeBuffer b = named(name);
        return (int) -Syscall.UNLINKAT.call(fd.number(), b.address() + NAME, AT_REMOVEDIR);
    }

    /**
     * renameat2(2): {@code name} of this comes into {@code to}.
     *
     * @param flags 0, {@link #RENAME_NOREPLACE} or {@link #RENAME_EXCHANGE}
     * @return 0, or an errno
     */
    public int rename(byte[] name, Directory to, byte[] as, int flags) {
        NativeBuffer b = named(name);
        put(b, OTHER, as);
        return (int)
                -Syscall.RENAMEAT2.call(fd.number(), b.address() + NAME, to.fd.number(), b.address() + OTHER, flags, 0);
    }

    /** Of one that can be listed. */
    public void own(int uid, int gid) throws Errno {
        Handles.own(fd, uid, gid);
    }

    /** Of one that can be listed. */
    public void mode(int mode) throws Errno {
        Handles.mode(fd, mode);
    }

    /** Its entries are on disk. Of one that can be listed. */
    public void sync() throws Errno {
        Handles.sync(fd);
    }

    /** For {@link Handles}. */
    public Fd fd() {
        return fd;
    }

    private static NativeBuffer named(byte[] name) {
        NativeBuffer b = NativeBuffer.scratch(Long.BYTES);
        put(b, NAME, name);
        return b;
    }

    private static void put(NativeBuffer b, int at, byte[] name) {
        boolean odd = name.length == 0 || name.length > LONGEST || dots(name);
        for (int i = 0; i < name.length && !odd; i++) {
            odd = name[i] == '/' || name[i] == 0;
        }
        if (odd) {
            throw new IllegalArgumentException("no name: " + Text.of(name));
        }
        b.bytes().put(at, name).put(at + name.length, (byte) 0);
    }

    private static boolean dots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    @Override
    public void close() {
        fd.close();
    }
}
