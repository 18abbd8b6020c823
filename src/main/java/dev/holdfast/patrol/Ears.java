package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.MemoryAlarms;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Has the kernel tell of memory what rules ask for; the thread of the poller uses it. */
final class Ears implements AutoCloseable {
    /** What wakes a patrol where rules are about memory: a tenth of a second lost in one. */
    private static final Threshold.Pressure USUAL =
            new Threshold.Pressure(false, Duration.ofMillis(100), Duration.ofSeconds(1));

    private static final Threshold.Pressure SLOWER =
            new Threshold.Pressure(false, Duration.ofMillis(200), Duration.ofSeconds(2));

    private final Path proc;
    private final Poller poller;
    private final Consumer<Threshold.Pressure> stalled;
    private final Consumer<MemoryAlarms.Touch> touched;
    private MemoryAlarms alarms;

    /**
     * @param stalled told of each stall
     * @param touched told when a limit was touched
     */
    Ears(Path proc, Poller poller, Consumer<Threshold.Pressure> stalled, Consumer<MemoryAlarms.Touch> touched) {
        this.proc = proc;
        this.poller = poller;
        this.stalled = stalled;
        this.touched = touched;
        this.alarms = new MemoryAlarms(proc, poller);
    }

    /**
     * From now on what these rules ask for.
     *
     * @return what of it the kernel does not tell; null: it tells all
     */
    @Nullable
    String listen(GuardSpec spec) {
        alarms.close();
        alarms = new MemoryAlarms(proc, poller);
        String missing = null;
        for (Threshold.Pressure p : Stream.concat(pressures(spec), ofMemory(spec) ? Stream.of(USUAL) : Stream.of())
                .distinct()
                .toList()) {
            try {
                alarms.on(p, stalled);
            } catch (Errno e) {
                missing = p.equals(USUAL) && unprivileged() ? missing : e.getMessage();
            }
        }
        if (ofMemory(spec)) {
            try {
                alarms.onLimits(touched);
            } catch (IOException none) {
                // Groups tell nothing here: looks at the interval remain.
            }
        }
        return missing == null
                ? null
                : "the kernel does not tell of memory pressure (" + missing + "): "
                        + (pressures(spec).findAny().isPresent() ? "rules on pressure never hold, " : "")
                        + "memory is looked at only at each interval";
    }

    /** Without CAP_SYS_RESOURCE a window is a whole number of 2 s (psi.rst, since Linux 6.5). */
    private boolean unprivileged() {
        try {
            alarms.on(SLOWER, stalled);
            return true;
        } catch (Errno e) {
            return false;
        }
    }

    /** The stalls that rules name. */
    static Stream<Threshold.Pressure> pressures(GuardSpec spec) {
        return spec.rules().values().stream()
                .flatMap(r -> r.total().stream())
                .map(GuardSpec.ConditionSpec::threshold)
                .filter(Threshold.Pressure.class::isInstance)
                .map(Threshold.Pressure.class::cast);
    }

    /** Whether a rule is about the host's memory as a whole. */
    static boolean ofHost(GuardSpec spec) {
        return spec.rules().values().stream()
                .flatMap(r -> r.total().stream())
                .anyMatch(c -> c.measure() == Measure.PRESSURE || c.measure() == Measure.AVAILABLE);
    }

    private static boolean ofMemory(GuardSpec spec) {
        return spec.rules().values().stream()
                .flatMap(r -> Stream.of(r.any(), r.all(), r.total()).flatMap(List::stream))
                .anyMatch(c -> c.measure() == Measure.MEMORY || c.measure() == Measure.AVAILABLE);
    }

    @Override
    public void close() {
        alarms.close();
    }
}
