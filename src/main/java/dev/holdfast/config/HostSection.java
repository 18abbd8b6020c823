package dev.holdfast.config;

import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code host:} as it is written. */
@Doc("a host")
record HostSection(
        @Doc("from one look to the next") @Default("10s") Duration interval,

        @Doc("used: all that is not available (MemAvailable); also available < 1Gi") @Nullable
        Levels memory,

        @Doc("used of all processors together") @Nullable Levels cpu,

        @Doc("tasks that run or wait, mean of a minute: > 8, or > 150% of the processors") @Nullable
        Levels load,

        @Doc("used; also free < 1Gi") @Nullable Levels swap,

        @Doc("read back from swap, a second: > 10Mi") @Nullable
        Levels swapIn,

        @Doc("used, by mount point: > 80%, free < 15%, free < 10Gi")
        Map<String, Levels> disk,

        @Doc("used inodes, by mount point: > 80%, free < 15%, free < 10000")
        Map<String, Levels> inodes,

        @Doc("used file descriptors of the whole host: > 80%, > 100000") @Nullable
        Levels openFiles,

        @Doc("stall times of the kernel (PSI), which wakes us at once") @Nullable
        Pressure pressure,

        @Doc("channels that are told") List<String> alert,

        @Doc("steps, first to last; after each is looked whether it helped")
        List<RecoverSection> recover) {

    @Doc("levels")
    record Levels(
            @Doc("from here on it is a warning") @Nullable Threshold warning,
            @Doc("from here on it is critical") @Nullable Threshold critical,

            @Doc("for as long as this; and it is over when it is not so for as long") @KeyName("for") @Default("0")
            Duration window) {}

    @Doc("pressure")
    record Pressure(
            @Doc("stalled for memory") @Nullable PressureLevels memory,
            @Doc("stalled for CPU") @Nullable PressureLevels cpu,
            @Doc("stalled for I/O") @Nullable PressureLevels io) {}

    @Doc("levels of pressure, or one, which is a warning")
    record PressureLevels(
            @Doc("such as: some > 150ms / 1s") @Nullable Threshold warning,
            @Doc("such as: full > 300ms / 1s") @Nullable Threshold critical) {
        @Form
        static PressureLevels ofWarning(Threshold warning) {
            return new PressureLevels(warning, null);
        }
    }
}
