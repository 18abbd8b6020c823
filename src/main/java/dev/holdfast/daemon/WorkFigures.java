package dev.holdfast.daemon;

import dev.holdfast.alert.AlertsView;
import dev.holdfast.alert.Matter;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import dev.holdfast.queue.QueueView;
import dev.holdfast.schedule.Last;
import dev.holdfast.schedule.Result;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Schedules, queues and alerts as metrics. Off the loop's thread: it waits for the store, though not long. */
final class WorkFigures {
    private static final long PATIENCE_MILLIS = 2000;

    private final Daemon daemon;
    private final Totals totals;
    private final MetricTally tally;

    WorkFigures(Daemon daemon, Totals totals, MetricTally tally) {
        this.daemon = daemon;
        this.totals = totals;
        this.tally = tally;
    }

    void schedules(Sheet sheet, List<ScheduleView> views) {
        Set<String> there = views.stream().map(ScheduleView::name).collect(Collectors.toUnmodifiableSet());
        totals.retain((family, labels) -> !(family == Family.SCHEDULE_RUNS || family == Family.SCHEDULE_SKIPS)
                || there.contains(labels.getFirst()));
        for (ScheduleView v : views) {
            String name = v.name();
            totals.add(Family.SCHEDULE_SKIPS, 0, name);
            for (Result r : Result.values()) {
                totals.add(Family.SCHEDULE_RUNS, 0, name, r.written());
            }
            sheet.put(Family.SCHEDULE_RUNNING, v.running() != null, name);
            sheet.put(Family.SCHEDULE_PENDING, v.pending(), name);
            sheet.put(Family.SCHEDULE_PAUSED, v.paused() != null, name);
            sheet.put(Family.SCHEDULE_FAILURES, v.failures(), name);
            Instant next = v.next();
            if (next != null) {
                sheet.put(Family.SCHEDULE_NEXT, seconds(next), name);
            }
            Double late = tally.lateness(name);
            if (late != null) {
                sheet.put(Family.SCHEDULE_LATENESS, late, name);
            }
            Last last = v.last();
            if (last != null) {
                double took = Duration.between(last.started(), last.ended()).toNanos() / 1e9;
                sheet.put(Family.SCHEDULE_LAST_DURATION, Math.max(0, took), name);
                sheet.put(Family.SCHEDULE_LAST_SUCCESS, last.result() == Result.SUCCESS, name);
                sheet.put(Family.SCHEDULE_LAST_START, seconds(last.started()), name);
                sheet.put(Family.SCHEDULE_LAST_END, seconds(last.ended()), name);
            }
        }
        totals.into(sheet, Set.of(Family.SCHEDULE_RUNS, Family.SCHEDULE_SKIPS));
    }

    static double seconds(Instant at) {
        return at.toEpochMilli() / 1000.0;
    }

    void queues(Sheet sheet, List<QueueView> views) {
        Set<String> there = views.stream().map(QueueView::name).collect(Collectors.toUnmodifiableSet());
        totals.retain((family, labels) -> family != Family.QUEUE_ATTEMPTS || there.contains(labels.getFirst()));
        if (views.isEmpty()) {
            return;
        }
        for (QueueView v : views) {
            totals.add(Family.QUEUE_ATTEMPTS, 0, v.name(), "success");
            sheet.put(
                    Family.QUEUE_BUSY,
                    v.works().stream().filter(QueueView.Work::placed).count(),
                    v.name());
            sheet.put(Family.QUEUE_CONCURRENCY, v.spec().concurrency(), v.name());
        }
        totals.into(sheet, Set.of(Family.QUEUE_ATTEMPTS));
        tally.durations(sheet, there);
        stored(sheet, views.stream().map(QueueView::spec).toList());
    }

    private void stored(Sheet sheet, List<QueueSpec> specs) {
        var asked = new ArrayList<CompletableFuture<List<Jobs.Health>>>();
        for (QueueSpec spec : specs) {
            asked.add(daemon.workshop.jobs().health(List.of(spec.name()), JobReports.window(spec)));
        }
        boolean all = inTime(CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                        .thenApply(_ -> true))
                != null;
        sheet.put(Family.QUEUE_STORE, all);
        for (int i = 0; i < specs.size(); i++) {
            if (asked.get(i).state() == java.util.concurrent.Future.State.SUCCESS) {
                stored(sheet, specs.get(i), asked.get(i).resultNow().getFirst());
            }
        }
    }

    private static void stored(Sheet sheet, QueueSpec spec, Jobs.Health h) {
        String name = spec.name();
        sheet.put(Family.QUEUE_JOBS, h.waiting(), name, "waiting");
        sheet.put(Family.QUEUE_JOBS, h.delayed(), name, "delayed");
        sheet.put(Family.QUEUE_JOBS, h.running(), name, "running");
        sheet.put(Family.QUEUE_JOBS, h.failedKept(), name, "failed");
        Instant oldest = h.oldest();
        double age =
                oldest == null ? 0 : Duration.between(oldest, Instant.now()).toMillis() / 1000.0;
        sheet.put(Family.QUEUE_AGE, Math.max(0, age), name);
        double window = JobReports.window(spec).toMillis() / 1000.0;
        sheet.put(Family.QUEUE_RATE, h.attempts() / window, name);
        sheet.put(Family.QUEUE_PAUSED, spec.enabled() && h.gate() == Jobs.Gate.OPEN, name);
    }

    void alerts(Sheet sheet) {
        Alerting alerting = daemon.alerts.alerting();
        if (alerting == null || daemon.alerts.spec() == null) {
            return;
        }
        alerting.tries().forEach((key, n) -> sheet.put(Family.ALERTS_SENT, n, key.get(0), key.get(1)));
        AlertsView view = inTime(alerting.view());
        if (view == null) {
            return;
        }
        for (Severity s : Severity.values()) {
            long open = view.matters().stream()
                    .filter(Matter::open)
                    .filter(m -> m.occasion().severity() == s)
                    .count();
            sheet.put(Family.ALERTS_OPEN, open, s.written());
        }
        sheet.put(Family.ALERTS_WAITING, view.letters().size());
        sheet.put(Family.ALERTS_SILENCES, view.silences().size());
    }

    /** Null: it was not answered in time, or with a failure. */
    private static <T> @Nullable T inTime(CompletableFuture<T> asked) {
        try {
            T got = asked.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            return got;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException none) {
            return null;
        }
    }
}
