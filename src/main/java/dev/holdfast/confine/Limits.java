package dev.holdfast.confine;

import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import org.jspecify.annotations.Nullable;

/** From what the file says of resources to what a group of the kernel's is given. */
public final class Limits {
    private Limits() {}

    /** Of the process itself. */
    public static GroupLimits of(ResourcesSpec r) {
        return of(r, r.cpuReserved(), r.memoryReserved());
    }

    /** Of what runs beside it, a hook or a check: as limited, but nothing is kept for it. */
    public static GroupLimits ofAside(ResourcesSpec r) {
        return of(r, null, null);
    }

    private static GroupLimits of(ResourcesSpec r, @Nullable CpuAmount cpu, @Nullable ByteSize memory) {
        ResourcesSpec.IoSpec io = r.io();
        ByteSize most = r.memory();
        ByteSize withSwap = r.memorySwap();
        return new GroupLimits(
                millicores(r.cpu()),
                bytes(most),
                bytes(r.memoryHigh()),
                most == null || withSwap == null ? null : (Long) (withSwap.bytes() - most.bytes()),
                r.pids(),
                io == null || !limits(io)
                        ? null
                        : new GroupLimits.Io(
                                bytes(io.readBytes()),
                                bytes(io.writeBytes()),
                                number(io.readOps()),
                                number(io.writeOps())),
                io == null ? null : io.weight(),
                millicores(cpu),
                bytes(memory));
    }

    private static boolean limits(ResourcesSpec.IoSpec io) {
        return io.readBytes() != null || io.writeBytes() != null || io.readOps() != null || io.writeOps() != null;
    }

    private static @Nullable Long bytes(@Nullable ByteSize size) {
        return size == null ? null : (Long) size.bytes();
    }

    private static @Nullable Integer millicores(@Nullable CpuAmount amount) {
        return amount == null ? null : (Integer) amount.millicores();
    }

    private static @Nullable Long number(@Nullable Integer n) {
        return n == null ? null : (Long) n.longValue();
    }
}
