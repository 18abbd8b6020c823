package dev.holdfast.daemon;

import dev.holdfast.api.Beat;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Take;
import dev.holdfast.api.Taken;
import dev.holdfast.api.WorkerWord;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.PullSpec;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.WorkerVerdict;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Applications that take jobs over HTTP. What they hold is in the store; how long they live is known here. Thread-safe. */
final class Workers {
    private static final int MOST_KNOWN = 10_000;
    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final Duration LOOKED = Duration.ofSeconds(1);
    private static final int OUTPUT = 8 << 10;
    private static final String HOST = "worker ";

    private final Workshop workshop;
    private final Tracing tracing;
    private final Ear ear;
    private final Object arrivals = new Object();
    private final Map<String, Worker> known = new ConcurrentHashMap<>();
    /** When each was taken from here, while spans are wanted: the store tells it only of what is over. */
    private final Map<Hold, Instant> begun = new ConcurrentHashMap<>();

    private long arrived;

    private record Worker(
            String name,
            String queue,
            long taken,
            Instant since,
            MonoTime first,
            Instant heard,
            MonoTime last,
            boolean recycle) {}

    /** Is told of attempts that are over, on the thread of who said so. */
    interface Ear {
        void ended(Job job, Attempt attempt, Next next);
    }

    Workers(Workshop workshop, Tracing tracing, Ear ear) {
        this.workshop = workshop;
        this.tracing = tracing;
        this.ear = ear;
    }

    /** Something may be there to be taken. */
    void arrived() {
        synchronized (arrivals) {
            arrived++;
            arrivals.notifyAll();
        }
    }

    Taken take(QueueSpec spec, PullSpec pull, Take take) throws Refused {
        Worker worker = heard(spec.name(), take.worker());
        if (worker.recycle()) { // it has come back, or another one under its name
            known.remove(key(spec.name(), take.worker()));
            worker = heard(spec.name(), take.worker());
        }
        boolean done = reached(pull.maxJobs(), worker.taken()) || old(pull, worker);
        if (done) {
            known.put(key(spec.name(), take.worker()), with(worker, 0, true));
            return new Taken(List.of(), true);
        }
        Integer most = pull.maxJobs();
        int wish = most == null ? take.most() : (int) Math.min(take.most(), most - worker.taken());
        Rate rate = spec.rate();
        long micros = rate == null ? 0 : Math.max(1, rate.window().toNanos() / 1000 / rate.times());
        var asked = new Jobs.Wish(
                spec.name(),
                host(take.worker()),
                wish,
                pull.lease(),
                spec.key() == null ? 0 : spec.perKey(),
                micros,
                0);
        MonoTime until = Loop.now().mono().plus(Duration.ofNanos((long) (take.waitSeconds() * 1e9)));
        while (true) {
            long before = arrivedSoFar();
            QueueSpec now = workshop.specs().get(spec.name());
            if (now == null || now.pull() == null || !now.enabled() || workshop.closing()) {
                return new Taken(List.of(), false);
            }
            List<Job> claimed = JobControl.asked(workshop.jobs().claim(asked)).jobs();
            List<Job> jobs = unspent(now, host(take.worker()), claimed);
            if (jobs.isEmpty() && !claimed.isEmpty()) {
                continue;
            }
            Duration left = until.since(Loop.now().mono());
            if (!jobs.isEmpty() || !left.isPositive()) {
                Worker heard = heard(spec.name(), take.worker());
                known.put(key(spec.name(), take.worker()), with(heard, jobs.size(), false));
                return new Taken(jobs.stream().map(j -> told(j, pull)).toList(), false);
            }
            await(before, left.compareTo(LOOKED) < 0 ? left : LOOKED);
        }
    }

    /** Those whose attempts have not all been lost; the others come to their end. */
    private List<Job> unspent(QueueSpec spec, String host, List<Job> claimed) {
        var unspent = new ArrayList<Job>();
        boolean told = false;
        int most = spec.retry().maxAttempts();
        for (Job job : claimed) {
            if (job.attempt() <= most) {
                unspent.add(job);
                continue;
            }
            Instant now = Instant.now();
            var v = WorkerVerdict.of(spec, job, Failure.LOST, Failure.gone(most), false, now);
            var attempt = new Attempt(
                    job.attempt(), host, null, now, v.failure(), v.detail(), null, null, null, null, null, null, null);
            try {
                if (JobControl.asked(workshop.jobs().end(job.hold(), attempt, v.next()))) {
                    tell(job, attempt, v.next());
                    told |= v.next() instanceof Next.Over(var _, boolean wanted) && wanted;
                }
            } catch (Refused e) {
                // the store is away: the next claim after the lease ends it
            }
        }
        if (unspent.size() < claimed.size()) {
            workshop.ends.ring();
        }
        if (told) {
            workshop.noticesDue();
        }
        return unspent;
    }

    private static boolean reached(@Nullable Integer most, long taken) {
        return most != null && taken >= most;
    }

    private static boolean old(PullSpec pull, Worker worker) {
        Duration most = pull.maxRuntime();
        return most != null && Loop.now().mono().since(worker.first()).compareTo(most) >= 0;
    }

    private Taken.Job told(Job j, PullSpec pull) {
        if (tracing.on()) {
            remember(j.hold(), Instant.now());
        }
        return new Taken.Job(
                j.id(),
                j.queue(),
                j.hold().token(),
                j.payload(),
                j.attempt(),
                j.priority(),
                j.submitted().toString(),
                pull.lease().toMillis() / 1000.0,
                tracing.traceparent(j));
    }

    private void remember(Hold hold, Instant now) {
        if (begun.size() >= MOST_KNOWN) {
            begun.values().removeIf(t -> Duration.between(t, now).compareTo(FORGOTTEN) > 0);
        }
        if (begun.size() < MOST_KNOWN) {
            begun.put(hold, now);
        }
    }

    private long arrivedSoFar() {
        synchronized (arrivals) {
            return arrived;
        }
    }

    private void await(long before, Duration most) throws Refused {
        MonoTime until = Loop.now().mono().plus(most);
        synchronized (arrivals) {
            for (Duration left = most;
                    arrived == before && left.isPositive();
                    left = until.since(Loop.now().mono())) {
                try {
                    arrivals.wait(Math.max(1, left.toMillis()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new Refused(503, dev.holdfast.api.Failure.later("interrupted", 1));
                }
            }
        }
    }

    void putBack(Taken taken) {
        taken.jobs().forEach(j -> {
            var hold = new Hold(j.id(), j.token());
            begun.remove(hold);
            var _ = workshop.jobs().end(hold, null, new Next.Unbegun());
            workshop.arrived(j.queue());
        });
        arrived();
    }

    Beat heartbeat(Jobs.Seen job, WorkerWord word) throws Refused {
        var hold = new Hold(job.id(), word.token());
        QueueSpec spec = workshop.specs().get(job.queue());
        Duration lease = spec == null || spec.pull() == null
                ? workshop.lease()
                : spec.pull().lease();
        Jobs.Renewed renewed = JobControl.asked(workshop.jobs().renew(List.of(hold), lease));
        if (!renewed.lost().isEmpty()) {
            throw lost(job.id());
        }
        Double progress = word.progress();
        if (progress != null) {
            var _ = workshop.jobs().progress(hold, Math.clamp(progress, 0, 100));
        }
        if (job.host() != null && job.host().startsWith(HOST)) {
            heard(job.queue(), job.host().substring(HOST.length()));
        }
        return new Beat(!renewed.cancelled().isEmpty());
    }

    private static Refused lost(String id) {
        return new Refused(
                409,
                new dev.holdfast.api.Failure(
                        "job " + id + " is not this worker's any more: its lease ended, or it is over", List.of()));
    }

    void complete(Jobs.Seen job, QueueSpec spec, WorkerWord word) throws Refused {
        end(job, word, WorkerVerdict.of(spec, held(job, word), null, "completed by its worker", false, Instant.now()));
    }

    void fail(Jobs.Seen job, QueueSpec spec, WorkerWord word) throws Refused {
        var hold = new Hold(job.id(), word.token());
        Jobs.Renewed renewed = JobControl.asked(workshop.jobs().renew(List.of(hold), workshop.lease()));
        String kind = word.failureClass() == null ? Failure.PROCESS : word.failureClass();
        String detail = word.detail() == null ? "failed, as its worker says" : word.detail();
        boolean cancelled = !renewed.cancelled().isEmpty();
        end(job, word, WorkerVerdict.of(spec, held(job, word), kind, detail, cancelled, Instant.now()));
    }

    private static Job held(Jobs.Seen j, WorkerWord word) {
        return new Job(
                j.id(),
                j.queue(),
                j.payload(),
                j.priority(),
                j.key(),
                j.submitted(),
                j.attempt(),
                new Hold(j.id(), word.token()));
    }

    private void end(Jobs.Seen job, WorkerWord word, WorkerVerdict verdict) throws Refused {
        String output = word.output();
        var attempt = new Attempt(
                job.attempt(),
                job.host() == null ? "worker" : job.host(),
                null,
                Instant.now(),
                verdict.failure(),
                verdict.detail(),
                null,
                null,
                null,
                null,
                null,
                null,
                output == null || output.length() <= OUTPUT ? output : output.substring(output.length() - OUTPUT));
        if (!JobControl.asked(workshop.jobs().end(new Hold(job.id(), word.token()), attempt, verdict.next()))) {
            throw lost(job.id());
        }
        tell(held(job, word), attempt, verdict.next());
        if (verdict.next() instanceof Next.Over(var _, boolean told) && told) {
            workshop.noticesDue();
        }
        arrived();
    }

    /** One that was taken elsewhere, or long ago, is told as if it had begun when it ended. */
    private void tell(Job job, Attempt a, Next next) {
        ear.ended(
                job,
                new Attempt(
                        a.number(),
                        a.host(),
                        begun.remove(job.hold()),
                        a.ended(),
                        a.failure(),
                        a.detail(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                next);
    }

    // ── who they are ──

    /** As whom it holds jobs. */
    private static String host(String worker) {
        return HOST + worker;
    }

    private static String key(String queue, String worker) {
        return queue + "/" + worker;
    }

    private Worker heard(String queue, String name) {
        var now = Loop.now();
        if (known.size() > MOST_KNOWN) {
            known.values().removeIf(w -> now.mono().since(w.last()).compareTo(FORGOTTEN) > 0);
        }
        return Objects.requireNonNull(known.compute(
                key(queue, name),
                (k, w) -> w == null
                        ? new Worker(name, queue, 0, now.wall(), now.mono(), now.wall(), now.mono(), false)
                        : new Worker(
                                name, queue, w.taken(), w.since(), w.first(), now.wall(), now.mono(), w.recycle())));
    }

    private static Worker with(Worker w, int more, boolean recycle) {
        return new Worker(w.name(), w.queue(), w.taken() + more, w.since(), w.first(), w.heard(), w.last(), recycle);
    }

    /**
     * Those of a queue that were heard of within the hour.
     *
     * @param running jobs of it, of which each holds some
     */
    List<QueueReport.Worker> of(String queue, List<JobReport> running) {
        MonoTime now = Loop.now().mono();
        var all = new ArrayList<QueueReport.Worker>();
        for (Worker w : known.values()) {
            if (w.queue().equals(queue) && now.since(w.last()).compareTo(FORGOTTEN) < 0) {
                all.add(new QueueReport.Worker(
                        w.name(),
                        w.taken(),
                        (int) running.stream()
                                .filter(j -> host(w.name()).equals(j.host()))
                                .count(),
                        w.since().toString(),
                        w.heard().toString(),
                        w.recycle()));
            }
        }
        return all;
    }
}
