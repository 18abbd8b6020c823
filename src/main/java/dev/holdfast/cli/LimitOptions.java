package dev.holdfast.cli;

import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.protect.DeviceLimit;
import dev.holdfast.protect.Limits;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The limits of {@code protect} and {@code run}, by the names that {@code resources} of a configuration has for them. */
final class LimitOptions {
    /** As a reservation of processors is turned into a weight. */
    private static final int MILLICORES_OF_WEIGHT = 10;

    @Option(names = "--memory", paramLabel = "SIZE", description = "above it the kernel kills")
    private @Nullable ByteSize memory;

    @Option(names = "--memory-high", paramLabel = "SIZE", description = "above it the kernel slows down and reclaims")
    private @Nullable ByteSize memoryHigh;

    @Option(
            names = "--memory-swap",
            paramLabel = "SIZE",
            description = "memory and swap together; as much as --memory is no swap")
    private @Nullable ByteSize memorySwap;

    @Option(names = "--reserve-memory", paramLabel = "SIZE", description = "kept for it while others have some to give")
    private @Nullable ByteSize reserveMemory;

    @Option(names = "--cpu", paramLabel = "CORES", description = "at most; 0.5 or 500m is half a core")
    private @Nullable CpuAmount cpu;

    @Option(names = "--cpu-weight", paramLabel = "N", description = "share among others, 1 to 10000; usual is 100")
    private @Nullable Integer cpuWeight;

    @Option(
            names = "--reserve-cpu",
            paramLabel = "CORES",
            description = "as a share among others: a core is a weight of 100")
    private @Nullable CpuAmount reserveCpu;

    @Option(
            names = {"--tasks", "--pids"},
            paramLabel = "N",
            description = "processes and threads")
    private @Nullable Integer tasks;

    @Option(
            names = "--io-read-bytes",
            paramLabel = "[DISK=]SIZE",
            converter = Bandwidth.class,
            description = "read a second; DISK is a node or any path on it, / when not given; may be repeated")
    private List<DeviceLimit> readBytes = List.of();

    @Option(
            names = "--io-write-bytes",
            paramLabel = "[DISK=]SIZE",
            converter = Bandwidth.class,
            description = "written a second")
    private List<DeviceLimit> writeBytes = List.of();

    @Option(
            names = "--io-read-ops",
            paramLabel = "[DISK=]N",
            converter = Operations.class,
            description = "read operations a second")
    private List<DeviceLimit> readOps = List.of();

    @Option(
            names = "--io-write-ops",
            paramLabel = "[DISK=]N",
            converter = Operations.class,
            description = "write operations a second")
    private List<DeviceLimit> writeOps = List.of();

    @Option(names = "--io-weight", paramLabel = "N", description = "share among others, 1 to 10000; usual is 100")
    private @Nullable Integer ioWeight;

    @Option(names = "--nice", paramLabel = "N", description = "-20 (most favoured) to 19")
    private @Nullable Integer nice;

    @Option(
            names = "--oom-score-adj",
            paramLabel = "N",
            description = "-1000 (never) to 1000 (first) when the host's memory runs out")
    private @Nullable Integer oomScoreAdj;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "it is ended after so long, such as 2h")
    private @Nullable Duration timeout;

    Limits limits() {
        return new Limits(
                memory,
                memoryHigh,
                memorySwap,
                cpu,
                cpuWeight,
                reserveCpu,
                reserveMemory,
                tasks,
                readBytes,
                writeBytes,
                readOps,
                writeOps,
                ioWeight,
                nice,
                oomScoreAdj,
                timeout);
    }

    /**
     * For a group of our own, in which a limit of I/O holds for each disk.
     *
     * @throws IllegalArgumentException for what only a unit of systemd can have
     */
    static ResourcesSpec resources(Limits l) {
        Integer weight = l.cpuWeight();
        CpuAmount reserved = weight == null ? l.reserveCpu() : new CpuAmount(weight * MILLICORES_OF_WEIGHT);
        boolean io = l.ioWeight() != null || !l.io().isEmpty();
        return new ResourcesSpec(
                l.cpu(),
                l.memory(),
                l.memoryHigh(),
                l.memorySwap(),
                l.tasks(),
                io
                        ? new ResourcesSpec.IoSpec(
                                size(l.readBytes()),
                                size(l.writeBytes()),
                                operations(l.readOps()),
                                operations(l.writeOps()),
                                l.ioWeight())
                        : null,
                reserved,
                l.reserveMemory(),
                null,
                null);
    }

    private static @Nullable ByteSize size(List<DeviceLimit> limits) {
        Long amount = each(limits);
        return amount == null ? null : new ByteSize(amount);
    }

    private static @Nullable Integer operations(List<DeviceLimit> limits) {
        Long amount = each(limits);
        return amount == null ? null : (Integer) Math.toIntExact(amount);
    }

    private static @Nullable Long each(List<DeviceLimit> limits) {
        for (DeviceLimit l : limits) {
            if (!l.device().equals(DeviceLimit.ROOT)) {
                throw new IllegalArgumentException(
                        l.device() + ": limits of I/O hold for each disk here; give the amount without one");
            }
        }
        return limits.isEmpty() ? null : (Long) limits.getLast().amount();
    }

    private static DeviceLimit device(String text, ToLongFunction<String> amount) {
        int equals = text.lastIndexOf('=');
        String device = equals < 0 ? DeviceLimit.ROOT : text.substring(0, equals);
        return Conversions.converted(
                text, _ -> new DeviceLimit(device, amount.applyAsLong(text.substring(equals + 1))));
    }

    /** Bytes a second. */
    static final class Bandwidth implements ITypeConverter<DeviceLimit> {
        @Override
        public DeviceLimit convert(String text) {
            return device(text, t -> ByteSize.parse(t).bytes());
        }
    }

    /** Operations a second. */
    static final class Operations implements ITypeConverter<DeviceLimit> {
        @Override
        public DeviceLimit convert(String text) {
            return device(text, t -> {
                if (!t.matches("\\d{1,9}")) {
                    throw new IllegalArgumentException("a whole number of operations a second is expected");
                }
                return Long.parseLong(t);
            });
        }
    }
}
