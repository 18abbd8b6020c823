package dev.holdfast.linux;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * What the kernel says of a file (statx(2)), at the moment it was asked.
 *
 * @param mode permission bits, 0 to 07777
 * @param links names that it has
 * @param size bytes that it seems to have
 * @param diskBytes bytes that are allocated to it
 * @param mount on which it lies, as a number that differs between mounts
 */
public record FileStatus(
        Kind kind,
        int mode,
        int uid,
        int gid,
        long links,
        long size,
        long diskBytes,
        Identity identity,
        long mount,
        long modifiedSeconds,
        int modifiedNanos,
        long changedSeconds,
        int changedNanos) {
    static final int BYTES = 256;
    private static final int STATX_BASIC_STATS = 0x7FF;
    private static final int STATX_BTIME = 0x800;
    private static final int STATX_MNT_ID = 0x1000;
    /** What is asked for. */
    static final int MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;

    private static final int S_IFMT = 0xF000;
    private static final int BLOCK = 512;

    /** When what is in it was last written; programs can set it back (utimensat(2)). */
    public Instant modified() {
        return Instant.ofEpochSecond(modifiedSeconds, modifiedNanos);
    }

    /** When it, its owner, mode or names last changed; nobody can set it. */
    public Instant changed() {
        return Instant.ofEpochSecond(changedSeconds, changedNanos);
    }

    /** What a file is. */
    public enum Kind {
        FILE("a file"),
        DIRECTORY("a directory"),
        SYMLINK("a symbolic link"),
        FIFO("a FIFO"),
        SOCKET("a socket"),
        DEVICE("a device"),
        UNKNOWN("of an unknown kind");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** With its article. */
        public String words() {
            return words;
        }

        /** By DT_* of readdir(3), which are the S_IF* of inode(7) less twelve bits. */
        static Kind of(int type) {
            return switch (type) {
                case 1 -> FIFO;
                case 2, 6 -> DEVICE;
                case 4 -> DIRECTORY;
                case 8 -> FILE;
                case 10 -> SYMLINK;
                case 12 -> SOCKET;
                default -> UNKNOWN;
            };
        }
    }

    /**
     * Which file it is. The time at which it was made, where the file system knows it, keeps a number that was given anew
     * apart.
     */
    public record Identity(long device, long inode, long bornSeconds, int bornNanos) {}

    /** Reads a struct statx. */
    static FileStatus read(ByteBuffer b) {
        int mask = b.getInt(0);
        int mode = Short.toUnsignedInt(b.getShort(28));
        long device = Integer.toUnsignedLong(b.getInt(136)) << 32 | Integer.toUnsignedLong(b.getInt(140));
        boolean born = (mask & STATX_BTIME) != 0;
        return new FileStatus(
                Kind.of((mode & S_IFMT) >> 12),
                mode & 0xFFF,
                b.getInt(20),
                b.getInt(24),
                Integer.toUnsignedLong(b.getInt(16)),
                b.getLong(40),
                b.getLong(48) * BLOCK,
                new Identity(device, b.getLong(32), born ? b.getLong(80) : 0, born ? b.getInt(88) : 0),
                // Linux before 5.8 does not tell: another device is another mount at least.
                (mask & STATX_MNT_ID) != 0 ? b.getLong(144) : device | Long.MIN_VALUE,
                b.getLong(112),
                b.getInt(120),
                b.getLong(96),
                b.getInt(104));
    }
}
