package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Doctor;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.Status;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.event.Event;
import dev.holdfast.host.WatchView;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.linux.Errno;
import dev.holdfast.loop.Loop;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.History;
import dev.holdfast.metric.Metrics;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.queue.QueueView;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.usage.ProcessCensus;
import dev.holdfast.web.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the daemon's figures: what the loop knows is copied on its thread, in one short task; the rest is read on the
 * thread that asks.
 */
final class MetricDesk implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;
    private static final Duration KEPT_EVERY = Duration.ofMinutes(1);

    private final Daemon daemon;
    private final Totals totals;
    private final MetricTally tally;
    private final CheckTally checks = new CheckTally();
    private final ProcessCensus census;
    private final ProcessFigures processes;
    private final WorkFigures work;
    private final HostFigures host = new HostFigures(Daemon.PROC);
    private final History history;
    private final Sampler sampler;
    private final MetricDoor door;
    private final Telemetry telemetry;
    private MonoTime kept = new MonoTime(0);
    private final Metrics metrics = new Metrics(this::gather, () -> Loop.now().mono());

    /** What the loop knows, at one moment. */
    private record Known(
            List<ReplicaView> replicas,
            List<ScheduleView> schedules,
            List<QueueView> queues,
            List<WatchView> watches,
            List<ProbeView> probes,
            List<Status.Scale> scales,
            Map<String, Map<String, Long>> scaled,
            List<Doctor.Finding> findings) {}

    /** @param dir for what outlives this daemon */
    MetricDesk(Daemon daemon, Path dir) {
        this.daemon = daemon;
        this.totals = new Totals(dir.resolve("totals"), daemon.startedAt, daemon.console::warn);
        this.tally = new MetricTally(totals);
        this.census = new ProcessCensus(Daemon.PROC, daemon.pid());
        this.processes = new ProcessFigures(daemon, totals, tally, checks, census);
        this.work = new WorkFigures(daemon, totals, tally);
        this.door = new MetricDoor(metrics, daemon.console);
        this.history = new History(dir, daemon.console::warn);
        this.sampler =
                new Sampler(daemon, history, processes, () -> onLoop(daemon.processes.supervision::views), this::beat);
        this.telemetry = new Telemetry(daemon, totals, metrics::sheet);
        daemon.timetable.history().listen(a -> {
            tally.ran(a);
            telemetry.ran(a);
        });
        daemon.workshop.ends.listen(e -> {
            tally.worked(e);
            telemetry.worked(e.job(), e.attempt(), e.next());
        });
    }

    /** An attempt at a job that a worker had taken is over. On any thread. */
    void pulled(Job job, Attempt attempt, Next next) {
        telemetry.worked(job, attempt, next);
    }

    /** Answers scrapes. */
    HttpHandler handler() {
        return metrics;
    }

    /** Measures from now on. */
    void begin() {
        kept = Loop.now().mono();
        sampler.begin();
    }

    /** @throws Refused when there is no such history */
    HistoryReport history(String of, String metric, String span) throws Refused {
        return sampler.report(of, metric, span);
    }

    /** What is kept, for reports. */
    Sampler sampler() {
        return sampler;
    }

    /** Where they are served beside the socket, and who is told. */
    void configure(GlobalSpec global) {
        door.configure(global.metrics());
        telemetry.configure(global.otlp());
    }

    List<Doctor.Finding> findings() {
        var all = new ArrayList<>(door.findings());
        all.addAll(telemetry.findings());
        return all;
    }

    private void beat() {
        door.look();
        metrics.tidy();
        if (daemon.trim.hasGrown(Runtime.getRuntime().totalMemory())) {
            daemon.loop.soon(() -> daemon.trim.grew(Loop.now().mono()));
        }
        MonoTime now = Loop.now().mono();
        if (now.since(kept).compareTo(KEPT_EVERY) >= 0) {
            kept = now;
            daemon.guard.tally.into(totals);
            totals.keep();
        }
    }

    // ── on the loop's thread ──

    void happened(Event event) {
        tally.happened(event);
        if (event instanceof Event.Exited e) {
            checks.ended(e.instance());
        }
    }

    void asks(Action.Probe probe) {
        checks.asks(probe, Loop.now().mono());
    }

    void answered(Stimulus answer) {
        checks.answers(answer, Loop.now().mono());
        daemon.processes.apply(answer);
    }

    // ── on the thread of who asks ──

    private void gather(Sheet sheet) {
        Known known = onLoop(() -> new Known(
                daemon.processes.supervision.views(),
                daemon.timetable.schedules().views(),
                daemon.workshop.queues().views(),
                daemon.watchers.hostViews(),
                daemon.watchers.probeViews(),
                daemon.scales.views(daemon.specs().keySet()),
                daemon.scales.changes(),
                daemon.watchers.findings()));
        if (known != null) { // else the loop is stuck, which its lag shows
            sheet.gather(s -> replicas(s, known.replicas));
            sheet.gather(s -> work.schedules(s, known.schedules));
            sheet.gather(s -> work.queues(s, known.queues));
            sheet.gather(s -> HostFigures.watches(s, known.watches));
            sheet.gather(s -> HostFigures.probes(s, known.probes));
            sheet.gather(s -> scales(s, known.scales, known.scaled));
            sheet.gather(s -> degraded(s, known.findings));
            daemon.loop.soon(() -> daemon.trim.told(Loop.now().mono(), known.replicas.size()));
        }
        sheet.gather(this::audit);
        sheet.gather(work::alerts);
        sheet.gather(host::into);
        sheet.gather(s -> guard(s, known != null));
        sheet.gather(daemon.console.moved::into);
        sheet.gather(this::itself);
        sheet.gather(history::into);
        totals.keep(); // what is told now is never taken back
        sheet.troubles().forEach(t -> daemon.console.warn("a bug: some metrics are missing: " + t));
    }

    private void replicas(Sheet sheet, List<ReplicaView> views) {
        try {
            ProcessFigures.Look look = processes.look(views, true);
            processes.into(sheet, look);
            ProcessCensus.Tree own = look.daemon();
            sheet.put(Family.DAEMON_CPU, own.cpuSeconds());
            sheet.put(Family.DAEMON_MEMORY, own.rssBytes(), "rss");
            sheet.put(Family.DAEMON_MEMORY, own.swapBytes(), "swap");
            if (own.pssBytes() >= 0) {
                sheet.put(Family.DAEMON_MEMORY, own.pssBytes(), "pss");
            }
            if (own.descriptors() >= 0) {
                sheet.put(Family.DAEMON_FDS, own.descriptors());
            }
            sheet.put(Family.DAEMON_THREADS, own.threads());
        } catch (Errno e) {
            daemon.console.warn("metrics of processes are missing: " + e.getMessage());
        }
    }

    private static void scales(Sheet sheet, List<Status.Scale> scales, Map<String, Map<String, Long>> changes) {
        for (Status.Scale s : scales) {
            sheet.put(Family.SCALE_REPLICAS, s.replicas(), s.process());
            sheet.put(Family.SCALE_BOUND, s.min(), s.process(), "min");
            sheet.put(Family.SCALE_BOUND, s.max(), s.process(), "max");
            sheet.put(Family.SCALE_REASON, 1, s.process(), s.reason());
            Integer wanted = s.wanted();
            if (wanted != null) {
                sheet.put(Family.SCALE_WANTED, wanted, s.process());
            }
            Double figure = s.figure();
            if (figure != null) {
                sheet.put(Family.SCALE_FIGURE, figure, s.process());
            }
        }
        changes.forEach(
                (process, by) -> by.forEach((direction, n) -> sheet.put(Family.SCALE_CHANGES, n, process, direction)));
    }

    private void degraded(Sheet sheet, List<Doctor.Finding> watched) {
        var weaker = new java.util.TreeSet<String>();
        java.util.stream.Stream.concat(daemon.findings().stream(), watched.stream())
                .filter(f -> !f.level().equals("ok"))
                .forEach(f -> weaker.add(f.what()));
        weaker.forEach(what -> sheet.put(Family.DEGRADED, 1, what));
        sheet.put(Family.DEGRADED_COUNT, weaker.size());
    }

    private void audit(Sheet sheet) {
        Audits audits = daemon.watchers.audits();
        if (audits != null) {
            audits.counts().forEach((severity, n) -> sheet.put(Family.AUDIT_FINDINGS, n, severity));
        }
    }

    /** @param begun else it is not known yet which rules there are, and what an earlier daemon counted is kept */
    private void guard(Sheet sheet, boolean begun) {
        if (begun) {
            daemon.guard.tally.into(totals, daemon.guard.names());
        } else {
            daemon.guard.tally.into(totals);
        }
        daemon.guard.tally.into(sheet);
        totals.into(sheet, Set.of(Family.GUARD_FINDINGS, Family.GUARD_KILLS));
    }

    private void itself(Sheet sheet) {
        sheet.put(Family.BUILD, 1, Holdfast.VERSION, System.getProperty("java.version", "unknown"));
        sheet.put(Family.DAEMON_START, WorkFigures.seconds(daemon.startedAt));
        sheet.put(Family.LOOP_LAG, daemon.loop.lag().filled());
        Limits.Counts judged = daemon.web.requests();
        sheet.put(Family.RATE_LIMIT, judged.allowed(), "true");
        sheet.put(Family.RATE_LIMIT, judged.refused(), "false");
        sheet.put(Family.RATE_LIMIT_ERRORS, judged.errors());
        sheet.put(Family.AUTHENTICATION_FAILURES, judged.withoutToken(), "missing");
        sheet.put(Family.AUTHENTICATION_FAILURES, judged.wrongToken(), "wrong");
        sheet.put(Family.AUTHENTICATION_FAILURES, judged.guesses(), "guessing");
        daemon.console.dropped().forEach((output, lines) -> sheet.put(Family.LOG_OUTPUT_DROPPED, lines, output));
        telemetry.into(sheet);
    }

    /** Null: the loop did not come to it in time. */
    private <T> @Nullable T onLoop(Callable<T> task) {
        var future = new FutureTask<T>(task);
        daemon.loop.soon(future);
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (TimeoutException e) {
            future.cancel(false);
            return null;
        } catch (ExecutionException bug) {
            daemon.console.warn("a bug: some metrics are missing: " + bug.getCause());
            return null;
        }
    }

    @Override
    public void close() {
        sampler.close();
        door.close();
        daemon.guard.tally.into(totals);
        totals.keep();
        telemetry.close(); // a collector that hangs takes its seconds when all else is on disk
        census.close();
    }
}
