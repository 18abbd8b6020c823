package dev.holdfast.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Files below /proc, read into one buffer without allocating anything; one thread uses it. */
final class ProcFiles {
    static final int TEXT = 16 << 10;
    private static final int O_DIRECTORY = "amd64".equals(System.getProperty("os.arch")) ? 0x10000 : 0x4000;
    private static final int OPEN = Descriptors.O_RDONLY | Descriptors.O_CLOEXEC;
    private static final int NAME = 64;

    final Fd root;
    final NativeBuffer buffer = NativeBuffer.allocate(TEXT);
    /** What was read last. */
    final byte[] text = new byte[TEXT];

    private final NativeBuffer name = NativeBuffer.allocate(NAME);

    ProcFiles(Path proc) throws Errno {
        this.root = Descriptors.open(proc, OPEN | O_DIRECTORY, 0);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Into {@link #text}, as much as fits.
     *
     * @param stat its open stat file, which tells whether the pid is still its; below 0: none is open
     * @return 0 or less when it cannot be read, or the process is no longer that one
     */
    int read(int who, int stat, byte[] file) {
        long opened = openAt(who, file);
        if (opened < 0) {
            return -1;
        }
        int n = 0;
        int got = 1;
        while (got > 0 && n < TEXT) {
            got = (int) Syscall.READ.quickly(opened, buffer.address() + n, TEXT - n, 0);
            n += Math.max(got, 0);
        }
        Syscall.CLOSE.quickly(opened, 0, 0, 0);
        // The stat file tells whether the pid was still this one's after it was opened by number.
        if (stat >= 0 && Syscall.PREAD64.quickly(stat, buffer.address() + TEXT - 1, 1, 0) <= 0) {
            return -1;
        }
        buffer.bytes().get(0, text, 0, n);
        return n;
    }

    /**
     * Into {@link #text} in one go, without asking whose it is: half the price of {@link #read}.
     *
     * @return 0 or less when it cannot be read
     */
    int glance(int who, byte[] file) {
        long opened = openAt(who, file);
        if (opened < 0) {
            return -1;
        }
        int n = (int) Syscall.READ.quickly(opened, buffer.address(), TEXT, 0);
        Syscall.CLOSE.quickly(opened, 0, 0, 0);
        if (n > 0) {
            buffer.bytes().get(0, text, 0, n);
        }
        return n;
    }

    long openAt(int who, byte[] file) {
        named(who, file);
        return Syscall.OPENAT.quickly(root.number(), name.address(), OPEN, 0);
    }

    /** As openAt, with its error. */
    long openAtLoudly(int who, byte[] file) {
        named(who, file);
        return Syscall.OPENAT.call(root.number(), name.address(), OPEN, 0);
    }

    /** Into {@link #text}: what a symbolic link names; 0 or less when that may not be known. */
    int readLink(int who, byte[] file) {
        named(who, file);
        int n = (int) Syscall.READLINKAT.call(root.number(), name.address(), buffer.address(), TEXT);
        if (n > 0) {
            buffer.bytes().get(0, text, 0, n);
        }
        return n;
    }

    /** Writes {@code PID/FILE}. */
    private void named(int who, byte[] file) {
        ByteBuffer b = name.bytes();
        int digits = 1;
        for (int rest = who / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int rest = who;
        for (int at = digits - 1; at >= 0; at--) {
            b.put(at, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        b.put(digits, file).put(digits + file.length, (byte) 0);
    }
}
