package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import java.util.Arrays;

/**
 * Collects records and appends them to a file with few calls: on the heap, since many small copies to native memory cost
 * more than one large one behind them. One thread owns it.
 */
final class LineWriter {
    private static final int CAPACITY = 128 << 10;
    private static final int AT_FIRST = 4 << 10;
    private static final byte[] END = {'\n'};

    private final NativeBuffer buffer = NativeBuffer.allocate(CAPACITY);
    /** Grows up to the capacity, which who writes little never needs. */
    private byte[] collected = new byte[AT_FIRST];

    private int used;
    private long written;
    private int failure;

    /** A new batch. */
    void begin() {
        used = 0;
        written = 0;
        failure = 0;
    }

    /** One record. */
    void record(Fd to, byte[] prefix, byte[] text, int offset, int length) {
        record(to, prefix, text, offset, length, END);
    }

    /** One record, of which {@code suffix} ends the line. */
    void record(Fd to, byte[] prefix, byte[] text, int offset, int length, byte[] suffix) {
        int needed = prefix.length + length + suffix.length;
        if (needed > CAPACITY) {
            bytes(to, prefix, 0, prefix.length);
            bytes(to, text, offset, length);
            bytes(to, suffix, 0, suffix.length);
            return;
        }
        room(to, needed);
        System.arraycopy(prefix, 0, collected, used, prefix.length);
        System.arraycopy(text, offset, collected, used + prefix.length, length);
        used += needed;
        for (int i = suffix.length, at = used; i > 0; ) { // too few for a call
            collected[--at] = suffix[--i];
        }
    }

    /** Bytes without a line's end. */
    void bytes(Fd to, byte[] text, int offset, int length) {
        for (int done = 0; done < length; ) {
            int part = Math.min(length - done, CAPACITY);
            room(to, part);
            System.arraycopy(text, offset + done, collected, used, part);
            used += part;
            done += part;
        }
    }

    private void room(Fd to, int needed) {
        if (used + needed > CAPACITY) {
            flush(to);
        }
        if (used + needed > collected.length) {
            collected = Arrays.copyOf(collected, Math.min(CAPACITY, Math.max(2 * collected.length, used + needed)));
        }
    }

    /** Bytes that lie in native memory already, behind what is collected. */
    void direct(Fd to, NativeBuffer memory, int offset, int length) {
        flush(to);
        write(to, memory, offset, length);
    }

    /** Writes what is collected; after a failure nothing more of this batch is written. */
    void flush(Fd to) {
        if (used > 0) {
            buffer.bytes().put(0, collected, 0, used);
            write(to, buffer, 0, used);
            used = 0;
        }
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
