package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Percent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each instance of a process may use at most, and what is kept for it; a null sets nothing. It can change while the
 * process runs.
 *
 * @param memorySwap memory and swap together
 * @param cpuReserved processors kept for it
 * @param memoryReserved memory kept for it
 * @param memoryWarn share of {@code memory} at which it is told
 * @param memoryRecycle share of {@code memory} at which it is asked to finish and started again
 */
public record ResourcesSpec(
        @Nullable CpuAmount cpu,
        @Nullable ByteSize memory,
        @Nullable ByteSize memoryHigh,
        @Nullable ByteSize memorySwap,
        @Nullable Integer pids,
        @Nullable IoSpec io,
        @Nullable CpuAmount cpuReserved,
        @Nullable ByteSize memoryReserved,
        @Nullable Percent memoryWarn,
        @Nullable Percent memoryRecycle) {
    /** Nothing is limited, nothing kept. */
    public static final ResourcesSpec NONE =
            new ResourcesSpec(null, null, null, null, null, null, null, null, null, null);

    /**
     * Of each disk, a second.
     *
     * @param weight share among others, 1 to 10000
     */
    public record IoSpec(
            @Nullable ByteSize readBytes,
            @Nullable ByteSize writeBytes,
            @Nullable Integer readOps,
            @Nullable Integer writeOps,
            @Nullable Integer weight) {}

    static ResourcesSpec of(ProcessSection.@Nullable Resources written, ProcessSection.@Nullable MemoryWatch watch) {
        ProcessSection.Limits l = written == null ? null : written.limits();
        ProcessSection.Reservations r = written == null ? null : written.reservations();
        ProcessSection.IoLimits io = l == null ? null : l.io();
        return new ResourcesSpec(
                l == null ? null : l.cpu(),
                l == null ? null : l.memory(),
                l == null ? null : l.memoryHigh(),
                l == null ? null : l.memorySwap(),
                l == null ? null : l.pids(),
                io == null
                        ? null
                        : new IoSpec(io.readBytes(), io.writeBytes(), io.readOps(), io.writeOps(), io.weight()),
                r == null ? null : r.cpu(),
                r == null ? null : r.memory(),
                watch == null ? null : watch.warn(),
                watch == null ? null : watch.recycle());
    }

    /** Keys that are given, as the file has them below {@code resources}. */
    public List<String> given() {
        var given = new ArrayList<String>();
        name(given, "limits.cpu", cpu);
        name(given, "limits.memory", memory);
        name(given, "limits.memory_high", memoryHigh);
        name(given, "limits.memory_swap", memorySwap);
        name(given, "limits.pids", pids);
        name(given, "limits.io", io);
        name(given, "reservations.cpu", cpuReserved);
        name(given, "reservations.memory", memoryReserved);
        return List.copyOf(given);
    }

    private static void name(List<String> given, String key, @Nullable Object value) {
        if (value != null) {
            given.add(key);
        }
    }
}
