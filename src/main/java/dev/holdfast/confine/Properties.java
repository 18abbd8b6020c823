package dev.holdfast.confine;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.process.Launch;
import dev.holdfast.unit.Resource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Of a process as configured, by the numbers that the kernel has for them. */
public final class Properties {
    private Properties() {}

    /** Null keeps it. */
    public static Launch.@Nullable IoPriority ioPriority(LaunchSpec l) {
        LaunchSpec.IoClass io = l.ioClass();
        return io == null ? null : new Launch.IoPriority(number(io), l.ioPriority());
    }

    private static int number(LaunchSpec.IoClass io) {
        return switch (io) {
            case REALTIME -> 1;
            case BEST_EFFORT -> 2;
            case IDLE -> 3;
        };
    }

    public static List<Launch.Rlimit> rlimits(LaunchSpec l) {
        return l.rlimits().entrySet().stream()
                .map(e -> new Launch.Rlimit(
                        Resource.named(e.getKey()).orElseThrow().number(),
                        e.getValue().soft(),
                        e.getValue().hard()))
                .toList();
    }
}
