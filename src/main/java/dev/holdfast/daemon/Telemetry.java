package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.OtlpSpec;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.linux.BootClock;
import dev.holdfast.loop.Loop;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import dev.holdfast.otlp.Epochs;
import dev.holdfast.otlp.Exporter;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code global.otlp} is told: figures as they are measured, runs and jobs as they end. Thread-safe. */
final class Telemetry implements AutoCloseable {
    private final Tracing tracing;
    private final Exporter exporter;

    Telemetry(Daemon daemon, Totals totals, Supplier<Sheet> figures) {
        this.tracing = daemon.tracing;
        Instant booted = Loop.now().wall().minusNanos(new BootClock().nanos());
        this.exporter = new Exporter(Exporter.Parts.usual(
                Holdfast.VERSION,
                daemon.hostName,
                figures,
                new Epochs(daemon.startedAt, totals.since(), booted),
                Loop::now,
                daemon.console::warn,
                daemon.console::say));
    }

    /** @param spec null: nobody is told */
    void configure(@Nullable OtlpSpec spec) {
        tracing.on(spec != null && spec.traces());
        exporter.configure(spec);
    }

    /** An attempt of a schedule's run is over, or was left out. */
    void ran(dev.holdfast.store.Attempt a) {
        if (tracing.on()) {
            Spans.of(a).ifPresent(exporter::add);
        }
    }

    /** An attempt at a job is over. */
    void worked(Job job, Attempt attempt, Next next) {
        if (tracing.on()) {
            Spans.of(job, attempt, next).forEach(exporter::add);
        }
    }

    void into(Sheet sheet) {
        exporter.into(sheet);
    }

    List<Doctor.Finding> findings() {
        return exporter.troubles().entrySet().stream()
                .map(e -> HostFindings.weaker("OpenTelemetry " + e.getKey().written(), "not told now: " + e.getValue()))
                .toList();
    }

    @Override
    public void close() {
        exporter.close();
    }
}
