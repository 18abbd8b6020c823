package dev.holdfast.protect;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for; null, or an empty list, is not asked for.
 *
 * @param memory above it the kernel kills
 * @param memoryHigh above it the kernel slows down and reclaims
 * @param memorySwap memory and swap together
 * @param cpu at most
 * @param cpuWeight share among others, 1 to 10000; 100 is usual
 * @param reserveCpu at least, when processors are short
 * @param reserveMemory not reclaimed while others have some to give
 * @param tasks processes and threads
 * @param ioWeight share among others, 1 to 10000; 100 is usual
 * @param timeout after which it is ended
 */
public record Limits(
        @Nullable ByteSize memory,
        @Nullable ByteSize memoryHigh,
        @Nullable ByteSize memorySwap,
        @Nullable CpuAmount cpu,
        @Nullable Integer cpuWeight,
        @Nullable CpuAmount reserveCpu,
        @Nullable ByteSize reserveMemory,
        @Nullable Integer tasks,
        List<DeviceLimit> readBytes,
        List<DeviceLimit> writeBytes,
        List<DeviceLimit> readOps,
        List<DeviceLimit> writeOps,
        @Nullable Integer ioWeight,
        @Nullable Integer nice,
        @Nullable Integer oomScoreAdj,
        @Nullable Duration timeout) {

    public boolean none() {
        return Stream.of(
                                memory,
                                memoryHigh,
                                memorySwap,
                                cpu,
                                cpuWeight,
                                reserveCpu,
                                reserveMemory,
                                tasks,
                                ioWeight,
                                nice,
                                oomScoreAdj,
                                timeout)
                        .allMatch(Objects::isNull)
                && io().isEmpty();
    }

    /** All limits of disks. */
    public List<DeviceLimit> io() {
        return Stream.of(readBytes, writeBytes, readOps, writeOps)
                .flatMap(List::stream)
                .toList();
    }
}
