package dev.holdfast.protect;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a drop-in, and how to see that it has taken effect (systemd.resource-control(5), systemd.exec(5)).
 *
 * @param option what it was asked by
 * @param key the directive
 * @param value as it is written
 * @param property of {@code systemctl show}
 * @param shown what that shows, times in microseconds; a list when there may be several
 * @param file of the unit's group, or null
 * @param inFile what stands there: a whole line, or a word of one for io.max
 */
record Setting(
        String option,
        String key,
        String value,
        String property,
        String shown,
        @Nullable String file,
        String inFile) {
    private static final int WEIGHT_OF_A_CORE = 100;

    /** The lines that {@code limits} come to. */
    static List<Setting> of(Limits l) {
        var s = new ArrayList<Setting>();
        bytes(s, "--memory", "MemoryMax", l.memory(), "memory.max");
        bytes(s, "--memory-high", "MemoryHigh", l.memoryHigh(), "memory.high");
        ByteSize total = l.memorySwap();
        ByteSize memory = l.memory();
        if (total != null && memory != null) {
            var swap = new ByteSize(Math.max(0, total.bytes() - memory.bytes())); // less is refused by Sanity
            bytes(s, "--memory-swap", "MemorySwapMax", swap, "memory.swap.max");
        }
        bytes(s, "--reserve-memory", "MemoryLow", l.reserveMemory(), "memory.low");
        cpu(s, l);
        number(s, "--tasks", "TasksMax", l.tasks(), "pids.max", "");
        number(s, "--io-weight", "IOWeight", l.ioWeight(), "io.weight", "default ");
        disks(s, "--io-read-bytes", "IOReadBandwidthMax", l.readBytes(), "rbps=");
        disks(s, "--io-write-bytes", "IOWriteBandwidthMax", l.writeBytes(), "wbps=");
        disks(s, "--io-read-ops", "IOReadIOPSMax", l.readOps(), "riops=");
        disks(s, "--io-write-ops", "IOWriteIOPSMax", l.writeOps(), "wiops=");
        number(s, "--nice", "Nice", l.nice(), null, "");
        number(s, "--oom-score-adj", "OOMScoreAdjust", l.oomScoreAdj(), null, "");
        Duration timeout = l.timeout();
        if (timeout != null) {
            long micros = timeout.toNanos() / 1000;
            s.add(new Setting(
                    "--timeout",
                    "RuntimeMaxSec",
                    Durations.format(timeout),
                    "RuntimeMaxUSec",
                    Long.toString(micros),
                    null,
                    ""));
        }
        return List.copyOf(s);
    }

    private static void cpu(List<Setting> s, Limits l) {
        CpuAmount cpu = l.cpu();
        if (cpu != null) {
            String percent =
                    BigDecimal.valueOf(cpu.millicores(), 1).stripTrailingZeros().toPlainString() + "%";
            s.add(new Setting(
                    "--cpu",
                    "CPUQuota",
                    percent,
                    "CPUQuotaPerSecUSec",
                    Long.toString(cpu.millicores() * 1000L),
                    "cpu.max",
                    Integer.toString(cpu.millicores())));
        }
        CpuAmount reserved = l.reserveCpu();
        if (reserved != null) {
            long weight = Math.clamp(Math.round(reserved.millicores() * WEIGHT_OF_A_CORE / 1000.0), 1, 10_000);
            number(s, "--reserve-cpu", "CPUWeight", (int) weight, "cpu.weight", "");
        }
        number(s, "--cpu-weight", "CPUWeight", l.cpuWeight(), "cpu.weight", "");
    }

    private static void bytes(List<Setting> to, String option, String key, @Nullable ByteSize size, String file) {
        if (size != null) {
            String bytes = Long.toString(size.bytes());
            to.add(new Setting(option, key, bytes, key, bytes, file, bytes));
        }
    }

    private static void number(
            List<Setting> to, String option, String key, @Nullable Integer n, @Nullable String file, String before) {
        if (n != null) {
            to.add(new Setting(option, key, n.toString(), key, n.toString(), file, before + n));
        }
    }

    private static void disks(List<Setting> to, String option, String key, List<DeviceLimit> limits, String word) {
        for (DeviceLimit d : limits) {
            to.add(new Setting(option, key, d.toString(), key, d.toString(), "io.max", word + d.amount()));
        }
    }

    /** The controller that enforces it; null when it is none that does. */
    @Nullable
    String controller() {
        String f = file;
        return f == null ? null : f.substring(0, f.indexOf('.'));
    }

    /** Whether units of this kind have it. */
    boolean fits(UnitName.Kind kind) {
        return switch (key) {
            case "Nice", "OOMScoreAdjust" -> kind.starts();
            case "RuntimeMaxSec" -> kind == UnitName.Kind.SERVICE || kind == UnitName.Kind.SCOPE;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return key + "=" + value;
    }
}
