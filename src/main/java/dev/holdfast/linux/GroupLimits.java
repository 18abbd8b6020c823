package dev.holdfast.linux;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a group of processes may use, and is favoured with, all of them together; a null sets none.
 *
 * @param cpuMillicores thousandths of a core's time, above 0
 * @param memoryBytes above it the kernel kills
 * @param memoryHighBytes above it the kernel slows down and reclaims
 * @param swapBytes swap beside the memory
 * @param pids processes and threads
 * @param io of each disk
 * @param ioWeight share of each disk among others, 1 to 10000
 * @param reservedMillicores its share of the processors when they are short: 1000 weigh 100
 * @param reservedBytes memory that is reclaimed last
 */
public record GroupLimits(
        @Nullable Integer cpuMillicores,
        @Nullable Long memoryBytes,
        @Nullable Long memoryHighBytes,
        @Nullable Long swapBytes,
        @Nullable Integer pids,
        @Nullable Io io,
        @Nullable Integer ioWeight,
        @Nullable Integer reservedMillicores,
        @Nullable Long reservedBytes) {
    /** Nothing is limited. */
    public static final GroupLimits NONE = new GroupLimits(null, null, null, null, null, null, null, null, null);

    private static final String MAX = "max";
    private static final int PERIOD_MICROS = 100_000;
    private static final int LONG_PERIOD_MICROS = 1_000_000;
    /** Below it the kernel would be asked for less than its least quota, 1 ms a period. */
    private static final int FEW_MILLICORES = 10;

    private static final int USUAL_WEIGHT = 100;
    private static final int MOST_WEIGHT = 10_000;

    /** A second; a null sets none. */
    public record Io(
            @Nullable Long readBytes,
            @Nullable Long writeBytes,
            @Nullable Long readOps,
            @Nullable Long writeOps) {}

    /**
     * What one file of a group shall hold.
     *
     * @param key as the configuration calls it
     * @param wanted false: it is the kernel's own default
     */
    public record Setting(String controller, String key, String file, String value, boolean wanted) {}

    /**
     * All of it, in the order in which it is to be written; defaults too, which take back what was set before.
     *
     * @param disks numbers of the disks whose I/O is limited, such as {@code 8:0}
     */
    public List<Setting> settings(List<String> disks) {
        var all = new ArrayList<Setting>();
        add(all, "cpu", "limits.cpu", "cpu.max", cpuMillicores, cpuMax());
        add(all, "cpu", "reservations.cpu", "cpu.weight", reservedMillicores, Integer.toString(cpuWeight()));
        add(all, "memory", "reservations.memory", "memory.low", reservedBytes, number(reservedBytes, "0"));
        add(all, "memory", "limits.memory_high", "memory.high", memoryHighBytes, number(memoryHighBytes, MAX));
        add(all, "memory", "limits.memory_swap", "memory.swap.max", swapBytes, number(swapBytes, MAX));
        add(all, "memory", "limits.memory", "memory.max", memoryBytes, number(memoryBytes, MAX));
        add(all, "pids", "limits.pids", "pids.max", pids, number(pids, MAX));
        add(all, "io", "limits.io.weight", "io.weight", ioWeight, "default " + number(ioWeight, USUAL_WEIGHT + ""));
        for (String disk : disks) {
            add(
                    all,
                    "io",
                    "limits.io",
                    "io.max",
                    io,
                    disk + " " + ioMax(io == null ? new Io(null, null, null, null) : io));
        }
        if (disks.isEmpty() && io != null) {
            add(all, "io", "limits.io", "io.max", io, "");
        }
        return List.copyOf(all);
    }

    private static void add(
            List<Setting> all, String controller, String key, String file, @Nullable Object given, String value) {
        all.add(new Setting(controller, key, file, value, given != null));
    }

    private String cpuMax() {
        if (cpuMillicores == null) {
            return MAX + " " + PERIOD_MICROS;
        }
        int period = cpuMillicores < FEW_MILLICORES ? LONG_PERIOD_MICROS : PERIOD_MICROS;
        return (long) cpuMillicores * period / 1000 + " " + period;
    }

    private int cpuWeight() {
        return reservedMillicores == null
                ? USUAL_WEIGHT
                : Math.clamp(Math.round(reservedMillicores / 10.0), 1, MOST_WEIGHT);
    }

    private static String ioMax(Io io) {
        return "rbps=" + number(io.readBytes, MAX) + " wbps=" + number(io.writeBytes, MAX) + " riops="
                + number(io.readOps, MAX) + " wiops=" + number(io.writeOps, MAX);
    }

    private static String number(@Nullable Number given, String otherwise) {
        return given == null ? otherwise : Long.toString(given.longValue());
    }
}
