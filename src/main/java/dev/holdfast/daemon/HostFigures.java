package dev.holdfast.daemon;

import dev.holdfast.host.WatchView;
import dev.holdfast.linux.HostGauges;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.probe.Sample;
import dev.holdfast.unit.Severity;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The host, and what is watched of it, as metrics. Thread-safe. */
final class HostFigures {
    private static final double TICKS = 100;
    private static final double MICROS = 1e6;

    private final HostGauges gauges;

    HostFigures(Path proc) {
        this.gauges = new HostGauges(proc);
    }

    void into(Sheet sheet) {
        gauges.processors().ifPresent(t -> {
            sheet.put(Family.HOST_CPU, t.busy() / TICKS, "busy");
            sheet.put(Family.HOST_CPU, (t.all() - t.busy()) / TICKS, "idle");
        });
        sheet.put(Family.HOST_CORES, gauges.cores());
        gauges.load().ifPresent(l -> sheet.put(Family.HOST_LOAD, l));
        gauges.memory().ifPresent(m -> {
            sheet.put(Family.HOST_MEMORY, m.total(), "total");
            sheet.put(Family.HOST_MEMORY, m.available(), "available");
            sheet.put(Family.HOST_MEMORY, m.swapTotal(), "swap_total");
            sheet.put(Family.HOST_MEMORY, m.swapFree(), "swap_free");
        });
        gauges.openFiles().ifPresent(f -> {
            sheet.put(Family.HOST_FILES, f.used(), "used");
            sheet.put(Family.HOST_FILES, f.most(), "most");
        });
        for (String resource : List.of("cpu", "memory", "io")) {
            gauges.stall(resource).ifPresent(s -> {
                sheet.put(Family.HOST_PRESSURE, s.someMicros() / MICROS, resource, "some");
                sheet.put(Family.HOST_PRESSURE, s.fullMicros() / MICROS, resource, "full");
            });
        }
    }

    static void watches(Sheet sheet, List<WatchView> views) {
        views.forEach(v ->
                sheet.put(Family.HOST_WATCH, severity(v.severity()), v.watch().name()));
    }

    static void probes(Sheet sheet, List<ProbeView> views) {
        for (ProbeView v : views) {
            String name = v.spec().name();
            sheet.put(Family.PROBE_SEVERITY, severity(v.severity()), name);
            Sample last = v.last();
            if (last != null) {
                sheet.put(Family.PROBE_UP, last.up(), name);
                Double latency = last.values().get("latency");
                if (latency != null) {
                    sheet.put(Family.PROBE_DURATION, latency, name);
                }
            }
        }
    }

    private static int severity(@Nullable Severity s) {
        return switch (s) {
            case null -> 0;
            case WARNING -> 1;
            case CRITICAL -> 2;
        };
    }

    /** What the host's processors did and its memory, for the history; null: unknown. */
    HostGauges gauges() {
        return gauges;
    }
}
