package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.QueueReport;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.job.JobState;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.process.GroupUsage;
import dev.holdfast.queue.QueueView;
import dev.holdfast.store.Jobs;
import dev.holdfast.usage.Usages;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How queues stand, as the store, the loop and the kernel know it. Thread-safe. */
final class QueueReports {
    private static final int RUNNING_TOLD = 100;
    private static final int FAILURES_COUNTED = 1000;

    private final Daemon daemon;
    private final OnLoop onLoop;
    private final Workers workers;
    private final Usages usages = new Usages(Daemon.PROC);

    QueueReports(Daemon daemon, OnLoop onLoop, Workers workers) {
        this.daemon = daemon;
        this.onLoop = onLoop;
        this.workers = workers;
    }

    QueueReport of(QueueSpec spec, boolean detailed) throws Refused {
        Jobs.Health health = JobControl.asked(
                        daemon.workshop.jobs().health(List.of(spec.name()), JobReports.window(spec)))
                .getFirst();
        List<QueueView.Work> works = onLoop.call(() ->
                daemon.workshop.queues().view(spec.name()).map(QueueView::works).orElse(List.of()));
        boolean pull = spec.pull() != null;
        int busy = pull
                ? workers.of(spec.name(), List.of()).size()
                : (int) works.stream().filter(QueueView.Work::placed).count();
        return JobReports.of(
                spec,
                health,
                Instant.now(),
                busy,
                pull ? null : memory(spec.name(), works),
                detailed ? details(spec) : null);
    }

    private @Nullable Long memory(String queue, List<QueueView.Work> works) throws Refused {
        Map<ProcessRef, Supplier<@Nullable GroupUsage>> leaders = onLoop.call(() -> {
            var found = new HashMap<ProcessRef, Supplier<@Nullable GroupUsage>>();
            works.forEach(w -> daemon.leader(w.instance()).ifPresent(leader -> {
                GroupUsage group = daemon.enforcement.usage(queue, w.instance()).orElse(null);
                found.put(leader, () -> group);
            }));
            return found;
        });
        return leaders.isEmpty()
                ? null
                : (Long) usages.of(leaders, System.nanoTime()).values().stream()
                        .mapToLong(u -> Objects.requireNonNullElse(u.memoryBytes(), 0L))
                        .sum();
    }

    private QueueReport.Details details(QueueSpec spec) throws Refused {
        Jobs jobs = daemon.workshop.jobs();
        List<JobReport> running = JobControl.asked(
                        jobs.list(new Jobs.Which(spec.name(), JobState.RUNNING, null), RUNNING_TOLD, null))
                .jobs()
                .stream()
                .map(JobReports::of)
                .toList();
        SortedMap<String, Long> failures = JobControl.asked(jobs.failures(spec.name(), FAILURES_COUNTED));
        return new QueueReport.Details(running, failures, workers.of(spec.name(), running));
    }
}
