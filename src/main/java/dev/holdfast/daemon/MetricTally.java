package dev.holdfast.daemon;

import dev.holdfast.event.Event;
import dev.holdfast.event.Kill;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.metric.Buckets;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import dev.holdfast.queue.Action.Ended;
import dev.holdfast.store.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is counted as it happens; told on the loop's thread, asked on any. */
final class MetricTally {
    private static final double OPEN = 2;
    private static final double HALF_OPEN = 1;

    private final Totals totals;
    private final Map<ReplicaId, Double> breakers = new ConcurrentHashMap<>();
    private final Map<String, Double> lateness = new ConcurrentHashMap<>();
    private final Map<String, Buckets> durations = new ConcurrentHashMap<>();

    MetricTally(Totals totals) {
        this.totals = totals;
    }

    void happened(Event event) {
        String process = event.replica().process();
        String index = Integer.toString(event.replica().index());
        switch (event) {
            case Event.Exited e -> {
                Usage usage = e.usage();
                if (usage != null) {
                    // What the last look could not see any more; where it saw more, this adds nothing.
                    totals.observe(Family.PROCESS_CPU, e.instance().value(), seconds(usage.cpu()), process, index);
                    totals.add(Family.PROCESS_OOM_KILLS, oomKills(usage.kill()), process, index);
                }
            }
            case Event.Unhealthy _ -> totals.add(Family.BREAKER_FAILURES, 1, name(event.replica()));
            case Event.Breaker b ->
                breakers.put(
                        b.replica(), b.state().equals("open") ? OPEN : b.state().equals("closed") ? 0 : HALF_OPEN);
            case Event.Started _,
                    Event.StartFailed _,
                    Event.Adopted _,
                    Event.Ready _,
                    Event.Presumed _,
                    Event.Stopping _,
                    Event.Killed _,
                    Event.Survived _,
                    Event.Restarting _,
                    Event.Completed _,
                    Event.GivenUp _,
                    Event.MemoryHigh _,
                    Event.Scaled _,
                    Event.ScaleHeld _,
                    Event.HookFailed _,
                    Event.LogUnwritable _,
                    Event.LogWritable _ -> {}
        }
    }

    private static double seconds(Duration d) {
        return d.toNanos() / 1e9;
    }

    private static long oomKills(@Nullable Kill kill) {
        if (kill == null) {
            return 0;
        }
        return switch (kill.by()) {
            case OWN_LIMIT, INNER_LIMIT, HOST, WATCHED_MEMORY -> Math.max(1, kill.oomKills());
            case WATCHED_PIDS, HOLDFAST -> kill.oomKills();
        };
    }

    static String name(ReplicaId id) {
        return id.process() + "/" + id.index();
    }

    /** One that comes again begins closed, and does not tell so. */
    void forgetBreakersBut(Set<ReplicaId> there) {
        breakers.keySet().retainAll(there);
    }

    /** Such as {@code 0} for closed. */
    double breaker(ReplicaId id) {
        return breakers.getOrDefault(id, 0.0);
    }

    /** An attempt of a schedule's run is over, or was left out. */
    void ran(Attempt a) {
        totals.add(Family.SCHEDULE_RUNS, a.times(), a.schedule(), a.result());
        totals.add(Family.SCHEDULE_SKIPS, a.result().equals("skipped") ? a.times() : 0, a.schedule());
        Instant started = a.started();
        if (started != null && a.attempt() == 1 && !a.cause().equals("by_hand")) {
            lateness.put(a.schedule(), Math.max(0, seconds(Duration.between(a.due(), started))));
        }
    }

    @Nullable
    Double lateness(String schedule) {
        return lateness.get(schedule);
    }

    /** An attempt at a job is over. */
    void worked(Ended e) {
        String queue = e.job().queue();
        String failure = e.attempt().failure();
        totals.add(Family.QUEUE_ATTEMPTS, 1, queue, failure == null ? "success" : failure);
        Instant started = e.attempt().started();
        Instant ended = e.attempt().ended();
        if (started != null && ended != null) {
            durations
                    .computeIfAbsent(queue, _ -> Buckets.ofJobs())
                    .add(Math.max(0, seconds(Duration.between(started, ended))));
        }
    }

    /** @param queues others are forgotten */
    void durations(Sheet sheet, Set<String> queues) {
        durations.keySet().retainAll(queues);
        durations.forEach((queue, b) -> b.into(sheet, Family.QUEUE_DURATION, queue));
    }
}
