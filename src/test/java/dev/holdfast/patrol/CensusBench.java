package dev.holdfast.patrol;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.Stimulus;
import dev.holdfast.linux.Census;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * For bench/census, in a JVM of its own. Prints a line for each round: nanoseconds, processes, bytes allocated. The JVM's
 * beans are not of this module: they are asked by name.
 */
final class CensusBench {
    private final Object bean;
    private final Method bytes;
    private final Method cpu;

    private CensusBench() throws ReflectiveOperationException {
        bean = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
        bytes = type.getMethod("getCurrentThreadAllocatedBytes");
        cpu = type.getMethod("getCurrentThreadCpuTime");
    }

    private long allocated() throws ReflectiveOperationException {
        return (Long) bytes.invoke(bean);
    }

    private long cpuNanos() throws ReflectiveOperationException {
        return (Long) cpu.invoke(bean);
    }

    /** @param args {@code look|guard ROUNDS MOST_OPEN}; guard: with 20 rules */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        int rounds = Integer.parseInt(args[1]);
        int most = Integer.parseInt(args[2]);
        var meter = new CensusBench();
        if (args[0].equals("look")) {
            try (Census census = new Census(Path.of("/proc"), most)) {
                for (int i = 0; i < rounds; i++) {
                    long bytes = meter.allocated();
                    long from = System.nanoTime();
                    census.look();
                    long took = System.nanoTime() - from;
                    System.out.println(took + " " + census.count() + " " + (meter.allocated() - bytes));
                }
            }
            return;
        }
        GuardSpec spec = spec();
        try (Eyes eyes =
                new Eyes(Path.of("/proc"), (int) ProcessHandle.current().pid(), _ -> "", Path.of("/"), most)) {
            eyes.heed(spec);
            var guard = new Guard(spec, (int) ProcessHandle.current().pid(), new MonoTime(0));
            for (int i = 0; i < rounds; i++) {
                var now = new Now(Instant.now(), new MonoTime(i * 5_000_000_000L));
                long bytes = meter.allocated();
                long cpu = meter.cpuNanos();
                eyes.look(now.mono(), false);
                guard.apply(new Stimulus.Looked(eyes), now);
                long took = meter.cpuNanos() - cpu;
                System.out.println(took + " " + eyes.count() + " " + (meter.allocated() - bytes));
            }
        }
    }

    private static GuardSpec spec() throws IOException {
        var yaml = new StringBuilder("version: 1\nguard:\n  rules:\n");
        for (int i = 0; i < 20; i++) {
            yaml.append("    r")
                    .append(i)
                    .append(": {match: {command: \"")
                    .append(i < 2 ? "sleepers" : "php.*worker" + i)
                    .append(
                            "\"}, any: [{cpu: \"> 80%\", for: 2m}, {memory: \"> 1Gi\", for: 10s}, {runtime: \"> 30d\"}],")
                    .append(" action: log}\n");
        }
        Path file = Files.createTempFile("bench", ".yaml");
        Files.writeString(file, yaml);
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        Files.delete(file);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().guard());
    }
}
