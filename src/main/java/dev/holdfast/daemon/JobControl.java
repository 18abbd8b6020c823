package dev.holdfast.daemon;

import dev.holdfast.api.Beat;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.FleetReport;
import dev.holdfast.api.JobCount;
import dev.holdfast.api.JobFilter;
import dev.holdfast.api.JobList;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.JobStanding;
import dev.holdfast.api.JobsPort;
import dev.holdfast.api.QueueList;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Submission;
import dev.holdfast.api.Submitted;
import dev.holdfast.api.Take;
import dev.holdfast.api.Taken;
import dev.holdfast.api.WorkerWord;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.JobState;
import dev.holdfast.ledger.JobLedger;
import dev.holdfast.log.Tap;
import dev.holdfast.loop.Loop;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Answers what the API asks of queues and jobs. */
final class JobControl implements JobsPort {
    private static final int LATER_SECONDS = 5;
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(30);

    private final Daemon daemon;
    private final OnLoop onLoop;
    private final Workers workers;
    private final QueueReports reports;

    JobControl(Daemon daemon, OnLoop onLoop) {
        this.daemon = daemon;
        this.onLoop = onLoop;
        this.workers = new Workers(daemon.workshop, daemon.tracing, daemon.metrics::pulled);
        this.reports = new QueueReports(daemon, onLoop, workers);
    }

    @Override
    public FleetReport fleet() throws Refused {
        return asked(onLoop.call(
                () -> daemon.workshop.fleet().report(daemon.workshop.queues().views())));
    }

    // ── in ──

    @Override
    public Submitted submit(String queue, List<Submission> jobs, String by) throws Refused {
        QueueSpec spec = spec(queue);
        if (!spec.enabled()) {
            throw new Refused(409, new Failure("the queue " + queue + " is disabled (enabled: false)", List.of()));
        }
        var checked = CheckedSubmissions.of(spec, jobs, Instant.now());
        if (checked.sound().isEmpty()) {
            return checked.answers(List.of());
        }
        List<Jobs.Accepted> accepted = asked(daemon.workshop.jobs().submit(checked.sound(), spec.maxLength()));
        daemon.workshop.arrived(queue);
        workers.arrived();
        return checked.answers(accepted);
    }

    // ── queues ──

    @Override
    public QueueList queues() throws Refused {
        var all = new ArrayList<QueueReport>();
        for (QueueSpec spec : daemon.workshop.specs().values()) {
            all.add(reports.of(spec, false));
        }
        return new QueueList(all);
    }

    @Override
    public QueueReport queue(String name, boolean detailed) throws Refused {
        return reports.of(spec(name), detailed);
    }

    @Override
    public QueueReport steer(String queue, Verb verb, String by) throws Refused {
        QueueSpec spec = spec(queue);
        Jobs.Gate gate = switch (verb) {
            case PAUSE -> Jobs.Gate.PAUSED;
            case RESUME -> Jobs.Gate.OPEN;
            case DRAIN -> Jobs.Gate.DRAINED;
        };
        asked(daemon.workshop.jobs().gate(queue, gate, by));
        daemon.console.say("queue " + queue + ": " + verb.name().toLowerCase(Locale.ROOT) + ", asked by " + by);
        daemon.workshop.arrived(queue);
        workers.arrived();
        return reports.of(spec, false);
    }

    // ── jobs ──

    @Override
    public JobList list(JobFilter filter, int most, @Nullable String after) throws Refused {
        if (after != null) {
            seen(after); // which says when there is none any more to go on after
        }
        Jobs.Listed found = asked(daemon.workshop.jobs().list(which(filter), most, after));
        return new JobList(found.jobs().stream().map(JobReports::of).toList(), found.more());
    }

    private Jobs.Which which(JobFilter filter) throws Refused {
        String queue = filter.queue();
        if (queue != null
                && !daemon.workshop.specs().containsKey(queue)
                && !asked(daemon.workshop.jobs().queues()).contains(queue)) {
            spec(queue); // which says what there is
        }
        String state = filter.state();
        return new Jobs.Which(
                filter.queue(),
                state == null ? null : JobState.valueOf(state.toUpperCase(Locale.ROOT)),
                filter.failureClass());
    }

    @Override
    public JobReport job(String id, Duration wait) throws Refused {
        MonoTime until = Loop.now().mono().plus(wait);
        while (true) {
            CompletableFuture<Boolean> next = daemon.workshop.ends.next();
            JobReport report = JobReports.of(seen(id));
            Duration left = until.since(Loop.now().mono());
            if (report.over() || !left.isPositive()) {
                return report.over() ? report : report.withOutput(printed(id));
            }
            // Ends on other hosts are seen a second late.
            sleep(next, left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1));
        }
    }

    /** Of the attempt that runs here; null: none does. */
    private @Nullable String printed(String id) throws Refused {
        return onLoop.call(() -> daemon.workshop.queues().views().stream()
                        .flatMap(v -> v.works().stream())
                        .filter(w -> w.job().id().equals(id))
                        .findFirst()
                        .flatMap(w -> daemon.outputs.tap(w.instance())))
                .map(Tap::tail)
                .orElse(null);
    }

    private static void sleep(CompletableFuture<Boolean> untilDone, Duration most) throws Refused {
        try {
            untilDone.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return; // looked at again
        } catch (InterruptedException | ExecutionException e) {
            throw new Refused(503, Failure.later("the daemon ends", LATER_SECONDS));
        }
    }

    private Jobs.Seen seen(String id) throws Refused {
        Jobs.@Nullable Seen seen = asked(daemon.workshop.jobs().job(id));
        if (seen == null) {
            throw new Refused(
                    404, new Failure("there is no job " + id + "; holdfast jobs list shows what there is", List.of()));
        }
        return seen;
    }

    @Override
    public JobStanding cancel(String id, String by) throws Refused {
        Jobs.Cancelled c = asked(daemon.workshop.jobs().cancel(id, by));
        switch (c) {
            case UNKNOWN -> seen(id);
            case OVER -> throw over(id);
            case ASKED -> daemon.workshop.cancel(id);
            case DONE -> daemon.workshop.ends.ring();
        }
        daemon.console.say("job " + id + " is cancelled, asked by " + by);
        return standing(id);
    }

    private Refused over(String id) throws Refused {
        return new Refused(
                409, new Failure("job " + id + " is over: " + seen(id).state().written(), List.of()));
    }

    private JobStanding standing(String id) throws Refused {
        Jobs.Seen j = seen(id);
        JobReport r = JobReports.of(j);
        return new JobStanding(id, r.state(), r.notBefore(), r.detail());
    }

    @Override
    public JobStanding retry(String id, String by) throws Refused {
        Jobs.Seen j = seen(id);
        spec(j.queue()); // what nobody runs would wait for ever
        if (asked(daemon.workshop.jobs().retry(ANY, id)) == 0) {
            refuseDrained(j.queue());
            throw new Refused(
                    409,
                    new Failure(
                            "job " + id + " is " + j.state().written() + "; failed and cancelled ones can be retried",
                            List.of()));
        }
        daemon.workshop.arrived(j.queue());
        workers.arrived();
        return standing(id);
    }

    private void refuseDrained(String queue) throws Refused {
        if (asked(daemon.workshop.jobs().health(List.of(queue), Duration.ofMinutes(1)))
                        .getFirst()
                        .gate()
                == Jobs.Gate.DRAINED) {
            throw new Refused(
                    409,
                    new Failure(
                            "the queue " + queue + " is drained: nothing comes into it before holdfast queue resume "
                                    + queue,
                            List.of()));
        }
    }

    private static final Jobs.Which ANY = new Jobs.Which(null, null, null);

    @Override
    public void forget(String id, String by) throws Refused {
        Jobs.Seen j = seen(id);
        if (asked(daemon.workshop.jobs().forget(ANY, id)) == 0) {
            throw new Refused(
                    409,
                    new Failure(
                            "job " + id + " is " + j.state().written() + "; holdfast jobs cancel " + id
                                    + " ends it first",
                            List.of()));
        }
    }

    @Override
    public JobCount retry(JobFilter filter, String by) throws Refused {
        if (filter.queue() != null) {
            spec(filter.queue()); // what nobody runs would wait for ever
            refuseDrained(filter.queue());
        }
        Jobs.Which which = which(filter);
        int count = 0;
        for (String queue : filter.queue() == null ? daemon.workshop.specs().keySet() : Set.of(filter.queue())) {
            count += asked(daemon.workshop.jobs().retry(new Jobs.Which(queue, which.state(), which.failure()), null));
        }
        daemon.workshop.specs().keySet().forEach(daemon.workshop::arrived);
        workers.arrived();
        return new JobCount(count);
    }

    @Override
    public JobCount forget(JobFilter filter, String by) throws Refused {
        return new JobCount(asked(daemon.workshop.jobs().forget(which(filter), null)));
    }

    // ── workers ──

    @Override
    public Taken take(String queue, Take take, String by) throws Refused {
        QueueSpec spec = spec(queue);
        if (spec.pull() == null || !spec.enabled()) {
            throw new Refused(
                    409,
                    new Failure(
                            spec.enabled()
                                    ? "the queue " + queue + " runs a program; workers take jobs of queues with pull:"
                                    : "the queue " + queue + " is disabled (enabled: false)",
                            List.of()));
        }
        return workers.take(spec, spec.pull(), take);
    }

    @Override
    public void putBack(Taken taken) {
        workers.putBack(taken);
    }

    @Override
    public Beat heartbeat(String id, WorkerWord word) throws Refused {
        return workers.heartbeat(pulled(id), word);
    }

    @Override
    public JobStanding complete(String id, WorkerWord word) throws Refused {
        Jobs.Seen job = pulled(id);
        workers.complete(job, spec(job.queue()), word);
        daemon.workshop.ends.ring();
        return standing(id);
    }

    @Override
    public JobStanding fail(String id, WorkerWord word) throws Refused {
        Jobs.Seen job = pulled(id);
        workers.fail(job, spec(job.queue()), word);
        daemon.workshop.ends.ring();
        return standing(id);
    }

    /** A job of a queue that workers take jobs of: what runs here is nobody else's to end. */
    private Jobs.Seen pulled(String id) throws Refused {
        Jobs.Seen j = seen(id);
        QueueSpec spec = daemon.workshop.specs().get(j.queue());
        if (spec == null || spec.pull() == null) {
            throw new Refused(
                    409, new Failure("job " + id + " is not for workers: its queue runs a program", List.of()));
        }
        return j;
    }

    // ── asking ──

    private QueueSpec spec(String queue) throws Refused {
        SortedMap<String, QueueSpec> specs = daemon.workshop.specs();
        QueueSpec spec = specs.get(queue);
        if (spec == null) {
            throw new Refused(
                    404,
                    new Failure(
                            "there is no queue " + queue
                                    + (specs.isEmpty() ? "" : "; there are " + String.join(", ", specs.keySet())),
                            List.of()));
        }
        return spec;
    }

    /** The store's answer, which is awaited. */
    static <T> T asked(CompletableFuture<T> answer) throws Refused {
        try {
            return answer.get(STORE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new Refused(503, Failure.later("the store cannot be asked: " + JobLedger.words(e), LATER_SECONDS));
        } catch (TimeoutException e) {
            throw new Refused(
                    503,
                    Failure.later(
                            "the store did not answer within " + STORE_PATIENCE.toSeconds()
                                    + " s; whether it was done, holdfast jobs list shows",
                            LATER_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(503, Failure.later("interrupted", LATER_SECONDS));
        }
    }
}
