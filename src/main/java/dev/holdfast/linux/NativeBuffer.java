package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongUnaryOperator;

/** Memory that the kernel can read and write, made once and reused. Not thread-safe. */
public final class NativeBuffer {
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

    static NativeBuffer mapped(long address, int length) {
        return new NativeBuffer(Native.view(address, length), address);
    }

    /** A NUL-terminated copy of {@code text} in UTF-8, for paths and names. */
    public static NativeBuffer ofString(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
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
    long use(LongUnaryOperator call) {
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
