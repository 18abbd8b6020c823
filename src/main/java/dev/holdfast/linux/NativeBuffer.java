package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/** Memory that the kernel can read and write, made once and reused. Not thread-safe. */
public final class NativeBuffer {
    private static final int SCRATCH_BYTES = 4096;
    private static final ThreadLocal<NativeBuffer> SCRATCH = ThreadLocal.withInitial(() -> allocate(SCRATCH_BYTES));

    private final ByteBuffer bytes;
    private final long address;

    private NativeBuffer(ByteBuffer bytes, long address) {
        this.bytes = bytes.order(ByteOrder.nativeOrder());
        this.address = address;
    }

    public static NativeBuffer allocate(int capacity) {
        ByteBuffer direct = ByteBuffer.allocateDirect(capacity);
        return new NativeBuffer(direct, Native.address(direct));
    }

    /**
     * The first {@code size} bytes of a file that only its owner may read, shared: what is stored here outlives this process however it ends. Made
     * long enough by writing zeros, so that a full disk is an exception now and no SIGBUS later.
     *
     * @throws IOException when the file cannot be made that long
     */
    public static NativeBuffer shared(Path file, int size) throws IOException {
        Set<OpenOption> options = Set.of(
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                LinkOption.NOFOLLOW_LINKS);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(file, options, owner)) {
            ByteBuffer zeros = ByteBuffer.allocate(4096);
            for (long at = channel.size(); at < size; at += zeros.capacity()) {
                channel.write(zeros.clear(), at);
            }
            ByteBuffer direct = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
            return new NativeBuffer(direct, Native.address(direct));
        }
    }

    static NativeBuffer mapped(long address, int length) {
        return new NativeBuffer(Native.view(address, length), address);
    }

    /**
     * This thread's scratch, its first {@code bytes} zeroed: for a call that points to little and is over at once. The
     * next call of this method takes it back.
     *
     * @param bytes at most 4096
     */
    public static NativeBuffer scratch(int bytes) {
        NativeBuffer b = SCRATCH.get();
        for (int i = 0; i < bytes; i += Long.BYTES) {
            b.bytes.putLong(i, 0);
        }
        return b;
    }

    /** Calls with the address of a NUL-terminated copy of {@code text}. */
    public static long withString(String text, LongUnaryOperator call) {
        return with(Text.bytes(text), call);
    }

    /** Calls with the address of a copy of {@code data} and a NUL behind it. */
    public static long with(byte[] data, LongUnaryOperator call) {
        NativeBuffer b = data.length < SCRATCH_BYTES ? SCRATCH.get() : allocate(data.length + 1);
        b.bytes.put(0, data).put(data.length, (byte) 0);
        return b.use(call);
    }

    /** A NUL-terminated copy of {@code text} in UTF-8, for paths and names. */
    public static NativeBuffer ofString(String text) {
        byte[] utf8 = Text.bytes(text);
        NativeBuffer b = allocate(utf8.length + 1);
        b.bytes.put(0, utf8);
        return b;
    }

    /** The memory in native byte order; position and limit are the caller's to leave alone: use absolute access. */
    public ByteBuffer bytes() {
        return bytes;
    }

    public int capacity() {
        return bytes.capacity();
    }

    /** Calls with the first byte's address; the memory stays while the call runs. */
    public long use(LongUnaryOperator call) {
        try {
            return call.applyAsLong(address);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The first byte's address, for other calls of this package; valid while this object is reachable. */
    long address() {
        return address;
    }
}
