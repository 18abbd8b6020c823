package dev.holdfast.ledger;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.Action;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the queues ask of the store and tell it, until it has answered: claims, leases, ends. An end that it does not take is
 * told again, and stands in a file for the next daemon meanwhile. The loop's thread's own.
 */
public final class JobLedger {
    private static final Duration STORE_PAUSE = Duration.ofSeconds(3);
    /** How long the store may let a shutdown wait for an end. */
    private static final Duration LAST_WORD = Duration.ofSeconds(5);

    private final Jobs jobs;
    private final String host;
    private final Duration lease;
    /** Ends for the next daemon, and whose ends stand there. */
    private final UnkeptEnds spool;

    private final Set<Hold> spooled = new HashSet<>();
    private final Consumer<Runnable> soon;
    private final Consumer<Stimulus> answers;
    private final Runnable ended;
    /** Told, and not answered: since when. */
    private final Map<Hold, Telling> telling = new LinkedHashMap<>();
    /** Ends that the store did not take, to be told again. */
    private final List<Action.End> unkept = new ArrayList<>();

    private final Set<String> claiming = new HashSet<>();
    /** Whether of a job that this host holds something is here. */
    private final Predicate<Job> known;
    /** A claim's answer was lost: the store may have given it jobs that nobody here knows of. */
    private boolean doubtful;

    private boolean renewing;
    /** To be done once the store has said what is ours. */
    private Runnable then = () -> {};

    private boolean asked;
    private boolean asking;
    private boolean begun;
    /** What the store does not take from now on is the next daemon's. */
    private boolean closing;

    private MonoTime again = MonoTime.NEVER;

    private record Telling(Action.End end, MonoTime since) {}

    /**
     * @param known whether a job that the store says is held here is known here, or nobody's to give back
     * @param answers on the loop's thread
     * @param ended done whenever the store has an end
     */
    public JobLedger(
            Jobs jobs,
            String host,
            Duration lease,
            UnkeptEnds spool,
            Predicate<Job> known,
            Consumer<Runnable> soon,
            Consumer<Stimulus> answers,
            Runnable ended) {
        this.jobs = jobs;
        this.host = host;
        this.lease = lease;
        this.spool = spool;
        this.known = known;
        this.soon = soon;
        this.answers = answers;
        this.ended = ended;
    }

    /** Asks what is ours, until the store has said it; then {@link Stimulus.Begin}, and {@code then}. */
    public void begin(Runnable afterwards) {
        asked = true;
        then = afterwards;
        tellEnds();
    }

    public boolean begun() {
        return begun;
    }

    public MonoTime deadline() {
        return closing
                ? telling.values().stream().map(t -> t.since().plus(LAST_WORD)).reduce(again, MonoTime::earliest)
                : again;
    }

    public void tick(MonoTime now) {
        if (!now.isBefore(again)) {
            again = MonoTime.NEVER;
            if (asked && !begun && !asking) {
                tellEnds();
            }
            List<Action.End> all = List.copyOf(unkept);
            unkept.clear();
            all.forEach(this::end);
        }
        if (closing) {
            lastWords(now);
        }
    }

    /**
     * From now on nobody waits long.
     *
     * @param shutDown what is told the queues before they hear of ends that wait
     */
    public void close(Runnable shutDown) {
        closing = true;
        List<Action.End> waiting = List.copyOf(unkept); // they stand in the file
        unkept.clear();
        shutDown.run();
        waiting.forEach(e -> answers.accept(new Stimulus.Kept(e.job().hold(), true)));
    }

    /** What the store has not answered is the next daemon's to tell. */
    public void leave() {
        telling.values().forEach(t -> keep(t.end()));
    }

    public void shut() {
        spool.close();
    }

    /** What an earlier daemon could not tell comes first: it decides what is still ours. */
    private void tellEnds() {
        asking = true;
        List<UnkeptEnds.End> ends = spool.read();
        ends.forEach(e -> spooled.add(e.hold()));
        CompletableFuture<?>[] told = ends.stream()
                .map(e -> jobs.end(e.hold(), e.attempt(), e.next())
                        .whenComplete((_, failure) -> soon.accept(() -> {
                            if (failure == null) {
                                spooled.remove(e.hold());
                            }
                        })))
                .toArray(CompletableFuture[]::new);
        var _ = CompletableFuture.allOf(told)
                .whenComplete((_, failure) -> soon.accept(() -> {
                    if (failure != null) {
                        askAgain();
                    } else {
                        askHeld();
                    }
                }));
    }

    private void askAgain() {
        asking = false;
        again = MonoTime.earliest(again, Loop.now().mono().plus(STORE_PAUSE));
    }

    private void askHeld() {
        var _ = jobs.held(host)
                .whenComplete((held, failure) -> soon.accept(() -> {
                    if (failure != null) {
                        askAgain();
                        return;
                    }
                    begun = true;
                    clear();
                    answers.accept(new Stimulus.Begin(held));
                    then.run();
                }));
    }

    /** What an earlier daemon, or this one, could not tell is told. */
    private void clear() {
        if (spooled.isEmpty() && begun) {
            spool.clear();
        }
    }

    private void keep(Action.End end) {
        Hold hold = end.job().hold();
        if (spooled.add(hold)) {
            spool.add(new UnkeptEnds.End(hold, end.attempt(), end.next()));
        }
    }

    /** The store does not answer, and nobody waits for it any more. */
    private void lastWords(MonoTime now) {
        for (Telling t : List.copyOf(telling.values())) {
            if (now.since(t.since()).compareTo(LAST_WORD) >= 0) {
                telling.remove(t.end().job().hold());
                keep(t.end());
                answers.accept(new Stimulus.Kept(t.end().job().hold(), true));
            }
        }
    }

    /** Nothing that the store was asked is waited for any more. */
    public void giveUp() {
        for (String queue : List.copyOf(claiming)) {
            claiming.remove(queue);
            answers.accept(new Stimulus.ClaimFailed(queue, "the daemon shuts down"));
        }
        if (renewing) {
            renewing = false;
            answers.accept(new Stimulus.NotRenewed("the daemon shuts down"));
        }
    }

    public void claim(QueueSpec spec, int most) {
        Rate rate = spec.rate();
        long micros = rate == null ? 0 : Math.max(1, rate.window().toNanos() / 1000 / rate.times());
        var wish = new Jobs.Wish(spec.name(), host, most, lease, spec.key() == null ? 0 : spec.perKey(), micros, 0);
        claiming.add(spec.name());
        giveBackUnknown();
        var _ = jobs.claim(wish)
                .whenComplete((taken, failure) -> soon.accept(() -> {
                    doubtful |= failure != null;
                    if (!claiming.remove(spec.name())) { // it was not waited for any more
                        if (failure == null) {
                            for (Job j : taken.jobs()) {
                                var _ = jobs.end(j.hold(), null, new Next.Unbegun());
                            }
                        }
                        return;
                    }
                    answers.accept(
                            failure == null
                                    ? new Stimulus.Taken(spec.name(), taken.jobs(), taken.next())
                                    : new Stimulus.ClaimFailed(spec.name(), words(failure)));
                }));
    }

    /** What was taken by a claim whose answer was lost goes back before the next one, charged with no attempt. */
    private void giveBackUnknown() {
        if (!doubtful) {
            return;
        }
        doubtful = false;
        var _ = jobs.held(host)
                .whenComplete((held, failure) -> soon.accept(() -> {
                    doubtful |= failure != null;
                    for (Job job : failure == null ? held : List.<Job>of()) {
                        if (!known.test(job) && !telling.containsKey(job.hold()) && !spooled.contains(job.hold())) {
                            var _ = jobs.end(job.hold(), null, new Next.Unbegun());
                        }
                    }
                }));
    }

    public void renew(List<Hold> holds) {
        renewing = true;
        var _ = jobs.renew(holds, lease)
                .whenComplete((renewed, failure) -> soon.accept(() -> {
                    if (renewing) {
                        renewing = false;
                        answers.accept(
                                failure == null
                                        ? new Stimulus.Renewed(renewed.lost(), renewed.cancelled())
                                        : new Stimulus.NotRenewed(words(failure)));
                    }
                }));
    }

    public void end(Action.End end) {
        Hold hold = end.job().hold();
        telling.put(hold, new Telling(end, Loop.now().mono()));
        var _ = jobs.end(hold, end.attempt(), end.next())
                .whenComplete((ours, failure) -> soon.accept(() -> {
                    boolean awaited = telling.remove(hold) != null;
                    if (failure == null) {
                        spooled.remove(hold);
                        clear();
                        if (awaited) {
                            answers.accept(new Stimulus.Kept(hold, ours));
                        }
                        ended.run();
                    } else if (awaited) { // the store has said what is wrong
                        keep(end);
                        if (closing) {
                            answers.accept(new Stimulus.Kept(hold, true));
                        } else {
                            unkept.add(end);
                            again = MonoTime.earliest(again, Loop.now().mono().plus(STORE_PAUSE));
                        }
                    }
                }));
    }

    public static String words(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf((cause == null ? failure : cause).getMessage());
    }
}
