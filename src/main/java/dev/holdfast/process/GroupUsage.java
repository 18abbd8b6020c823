package dev.holdfast.process;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a group uses now, as the kernel counts it; a null where a controller is lacking.
 *
 * @param cpu user plus system time of all it ever held (cpu.stat)
 * @param memoryBytes page cache included (memory.current)
 * @param peakBytes the most so far (memory.peak, Linux 5.19)
 * @param pids processes and threads (pids.current)
 */
public record GroupUsage(
        Duration cpu,
        @Nullable Long memoryBytes,
        @Nullable Long peakBytes,
        @Nullable Long pids) {}
