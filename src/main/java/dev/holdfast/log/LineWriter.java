package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import java.nio.ByteBuffer;

/** Collects records in native memory and appends them to a file with few calls. One thread owns it. */
final class LineWriter {
    private static final int CAPACITY = 256 << 10;

    private final NativeBuffer buffer = NativeBuffer.allocate(CAPACITY);
    private final ByteBuffer bytes = buffer.bytes();
    private int used;
    private long written;
    private int failure;

    /** A new batch. */
    void begin() {
        used = 0;
        written = 0;
        failure = 0;
    }

    /** One record; {@code text} must be far shorter than the buffer. */
    void record(Fd to, byte[] prefix, byte[] text, int offset, int length) {
        int needed = prefix.length + length + 1;
        if (used + needed > CAPACITY) {
            flush(to);
        }
        bytes.put(used, prefix);
        bytes.put(used + prefix.length, text, offset, length);
        bytes.put(used + needed - 1, (byte) '\n');
        used += needed;
    }

    /** Bytes without a line's end. */
    void bytes(Fd to, byte[] text, int offset, int length) {
        if (used + length > CAPACITY) {
            flush(to);
        }
        bytes.put(used, text, offset, length);
        used += length;
    }

    /** Bytes that lie in native memory already, behind what is collected. */
    void direct(Fd to, NativeBuffer memory, int offset, int length) {
        flush(to);
        write(to, memory, offset, length);
    }

    /** Writes what is collected; after a failure nothing more of this batch is written. */
    void flush(Fd to) {
        write(to, buffer, 0, used);
        used = 0;
    }

    private void write(Fd to, NativeBuffer memory, int offset, int length) {
        int from = 0;
        while (from < length && failure == 0) {
            int n = Descriptors.write(to, memory, offset + from, length - from);
            if (n == -Errno.EINTR) {
                continue;
            }
            if (n <= 0) {
                failure = n == 0 ? Errno.EIO : -n;
            } else {
                from += n;
                written += n;
            }
        }
    }

    /** Bytes of this batch in the file. */
    long written() {
        return written;
    }

    /** The errno that stopped this batch, or 0. */
    int failure() {
        return failure;
    }
}
