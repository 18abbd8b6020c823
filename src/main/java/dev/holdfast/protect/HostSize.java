package dev.holdfast.protect;

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
                kibibytes(proc, "MemTotal:"),
                kibibytes(proc, "SwapTotal:"),
                cores(proc),
                number(lines(proc.resolve("sys/kernel/pid_max")).stream()
                        .findFirst()
                        .orElse("")));
    }

    private static long kibibytes(Path proc, String name) {
        return lines(proc.resolve("meminfo")).stream()
                .filter(l -> l.startsWith(name))
                .mapToLong(l -> number(l.replaceAll("\\D", "")))
                .map(k -> k < 0 ? k : k * 1024)
                .findFirst()
                .orElse(-1);
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
