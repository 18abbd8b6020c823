package dev.holdfast.daemon;

import dev.holdfast.linux.HostGauges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much there is of what can be limited.
 *
 * @param memoryBytes of the host, or of the group this process is in where that has less
 * @param swapBytes 0 without swap
 * @param cores that this process may use
 * @param pids that the kernel gives at most
 */
record HostRoom(long memoryBytes, long swapBytes, int cores, long pids) {
    /**
     * Of this host (proc_meminfo(5), proc_sys_kernel(5)).
     *
     * @param proc such as /proc
     * @param ownLimit memory.max of our own group; null without one
     */
    static HostRoom of(Path proc, @Nullable Long ownLimit) throws IOException {
        var gauges = new HostGauges(proc);
        long memory = told(gauges.memoryTotal(), "MemTotal");
        // Buffered: such a file gives all it has to the first read, however short that is.
        String most = Files.readAllLines(proc.resolve("sys/kernel/pid_max")).getFirst();
        return new HostRoom(
                ownLimit == null ? memory : Math.min(memory, ownLimit),
                told(gauges.swapTotal(), "SwapTotal"),
                cores(Files.readAllLines(proc.resolve("self/status"), StandardCharsets.ISO_8859_1)),
                Long.parseLong(most));
    }

    /** Such as {@code Cpus_allowed_list: 0-3,7} (proc_pid_status(5)). */
    static int cores(List<String> status) throws IOException {
        for (String line : status) {
            if (line.startsWith("Cpus_allowed_list:")) {
                int cores = 0;
                for (String range :
                        line.substring(line.indexOf(':') + 1).strip().split(",", -1)) {
                    String[] ends = range.split("-", -1);
                    cores += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
                }
                return cores;
            }
        }
        throw new IOException("/proc/self/status has no Cpus_allowed_list");
    }

    private static long told(OptionalLong bytes, String key) throws IOException {
        return bytes.orElseThrow(() -> new IOException("/proc/meminfo has no " + key));
    }
}
