package dev.holdfast.protect;

import dev.holdfast.linux.HostGauges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much this host has; -1 is unknown.
 *
 * @param memory bytes
 * @param swap bytes
 * @param cores online
 * @param tasks pids at once
 */
public record HostSize(long memory, long swap, int cores, long tasks) {
    /** Nothing is known, as of an image. */
    public static final HostSize UNKNOWN = new HostSize(-1, -1, -1, -1);

    /** @param proc /proc (proc_meminfo(5), proc_stat(5)) */
    public static HostSize of(Path proc) {
        return new HostSize(
                new HostGauges(proc).memoryTotal().orElse(-1),
                new HostGauges(proc).swapTotal().orElse(-1),
                cores(proc),
                number(lines(proc.resolve("sys/kernel/pid_max")).stream()
                        .findFirst()
                        .orElse("")));
    }

    private static int cores(Path proc) {
        int n = (int) lines(proc.resolve("stat")).stream()
                .filter(l -> l.matches("cpu\\d.*"))
                .count();
        return n == 0 ? -1 : n;
    }

    private static long number(String text) {
        return text.matches("\\d{1,15}") ? Long.parseLong(text) : -1;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException unknown) {
            return List.of();
        }
    }
}
