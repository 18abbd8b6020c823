package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What streams hold back, mostly unfinished lines, two areas a stream, in a sparse file: written and not mapped, so that a full disk is an error and no
 * SIGBUS. One thread owns it.
 */
final class Carries {
    /** A longer line is told in pieces. */
    static final int MAX_LINE = 16 << 10;
    /** Room for what a stream holds back. */
    static final int AREA = 64 << 10;

    private final @Nullable Fd file;
    private final NativeBuffer scratch = NativeBuffer.allocate(AREA);

    private Carries(@Nullable Fd file) {
        this.file = file;
    }

    static Carries open(Path file) throws Errno {
        return new Carries(Descriptors.open(file, Descriptors.O_RDWR | Descriptors.O_CREAT, 0600));
    }

    static Carries none() {
        return new Carries(null);
    }

    /** @return how much of it is kept: all, or nothing when the disk is full */
    int write(int slot, int area, byte[] line, int length) {
        if (length == 0 || file == null) {
            return 0;
        }
        scratch.bytes().put(0, line, 0, length);
        int n = Descriptors.writeAt(file, scratch, 0, length, at(slot, area));
        return n == length ? length : 0;
    }

    byte[] read(int slot, int area, int length) {
        if (length <= 0 || length > AREA || file == null) {
            return new byte[0];
        }
        int n = Descriptors.readAt(file, scratch, 0, length, at(slot, area));
        byte[] line = new byte[Math.max(n, 0)];
        scratch.bytes().get(0, line);
        return line;
    }

    private static long at(int slot, int area) {
        return (2L * slot + area) * AREA;
    }
}
