package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.DeliverSpec;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Next;
import dev.holdfast.queue.Activity.Over;
import dev.holdfast.unit.Now;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What follows when nothing of an attempt runs any more: its results delivered, the store told, its directory gone. */
final class Closing {
    private final String host;
    private final Roster roster;
    private final Leases leases;
    private final Consumer<Action> act;
    /** Told of each that is over here: its place is free. */
    private final Consumer<Held> gone;

    Closing(String host, Roster roster, Leases leases, Consumer<Action> act, Consumer<Held> gone) {
        this.host = host;
        this.roster = roster;
        this.leases = leases;
        this.act = act;
        this.gone = gone;
    }

    void output(Held held, @Nullable String tail, String stderr, Now now) {
        if (!(held.activity instanceof Activity.Reading(Activity.Running ran, Over over))) {
            return;
        }
        Usage usage = over.usage() == null || held.limit == null
                ? over.usage()
                : over.usage().killedBy(held.limit);
        var how = new Verdict.How.Ran(over.outcome(), usage, held.asked, held.limit, stderr);
        if (how.success() && held.spec != null && held.spec.deliver() != null) {
            roster.become(held, new Activity.Deliverable(ran, over, tail));
            deliverWhenSure(held, now);
        } else {
            conclude(held, how, ran, over, tail, now);
        }
    }

    /** Another host may deliver it by now, unless the hold is certain. */
    void deliverWhenSure(Held held, Now now) {
        if (held.activity instanceof Activity.Deliverable(Activity.Running ran, Over over, String tail)
                && leases.sure(held, now.mono())) {
            deliver(held, ran, over, tail, now);
        }
    }

    /** The daemon shuts down, and cannot learn whether it may deliver this. */
    void abandonDelivery(Held held) {
        if (held.activity instanceof Activity.Deliverable) {
            giveBack(held, "the daemon shuts down, and the store is not there");
        }
    }

    private void deliver(Held held, Activity.Running ran, Over over, @Nullable String tail, Now now) {
        QueueSpec spec = Objects.requireNonNull(held.spec);
        DeliverSpec deliver = Objects.requireNonNull(spec.deliver());
        try {
            String to = Arguments.of(held.job, ran.workdir())
                    .directory(deliver.to(), spec.payload().keySet());
            roster.become(held, new Activity.Delivering(ran, over, tail));
            act.accept(new Action.Deliver(held.instance, held.job, spec, deliver.files(), to, () -> held.sureUntil));
        } catch (Arguments.Refusal refused) {
            String why = Objects.requireNonNull(refused.getMessage());
            conclude(held, new Verdict.How.Failed(Failure.VALIDATION, why, null), ran, over, tail, now);
        }
    }

    /** @param why null: all is there */
    void delivered(Held held, @Nullable String why, Now now) {
        if (!(held.activity instanceof Activity.Delivering(Activity.Running ran, Over over, String tail))) {
            return;
        }
        if (why != null && !held.lost && !leases.sure(held, now.mono())) {
            giveBack(held, "its lease was over before its results were delivered");
            return;
        }
        Verdict.How how = why == null
                ? new Verdict.How.Ran(over.outcome(), over.usage(), null, null, "")
                : new Verdict.How.Failed(Failure.DELIVERY, "its results could not be delivered: " + why, held.asked);
        conclude(held, how, ran, over, tail, now);
    }

    /** It ended before there was a program. */
    void failed(Held held, String failure, String why, Now now) {
        conclude(held, new Verdict.How.Failed(failure, why, held.asked), null, null, null, now);
    }

    /** As if it had not been claimed. */
    void giveBack(Held held, String why) {
        tell(held, new Verdict(null, why, new Next.Unbegun()), null, null, null);
    }

    private void conclude(
            Held held,
            Verdict.How how,
            Activity.@Nullable Running ran,
            @Nullable Over over,
            @Nullable String tail,
            Now now) {
        if (held.lost) {
            clean(held);
            return;
        }
        Verdict verdict = Verdict.of(how, held.spec, held.job, held.cancelled, now.wall());
        tell(
                held,
                verdict,
                ran,
                over == null ? new Over(now.wall(), new Outcome.Unknown("not run"), null) : over,
                tail);
    }

    private void tell(
            Held held, Verdict verdict, Activity.@Nullable Running ran, @Nullable Over over, @Nullable String tail) {
        Attempt attempt = verdict.next() instanceof Next.Unbegun ? null : attempt(held, verdict, ran, over, tail);
        var end = new Action.End(held.instance, held.job, attempt, verdict.next());
        roster.become(held, new Activity.Telling(end, verdict.detail()));
        act.accept(end);
    }

    private Attempt attempt(
            Held held, Verdict verdict, Activity.@Nullable Running ran, @Nullable Over over, @Nullable String tail) {
        Instant started = ran == null ? null : ran.started();
        Usage usage = over == null ? null : over.usage();
        return new Attempt(
                held.job.attempt(),
                host,
                started,
                over == null ? null : over.ended(),
                verdict.failure(),
                verdict.detail(),
                over != null && over.outcome() instanceof Outcome.Exited(int code) ? (Integer) code : null,
                over != null && over.outcome() instanceof Outcome.Signalled(int signal, var _)
                        ? (Integer) signal
                        : null,
                usage == null ? null : usage.cpu().toNanos() / 1e9,
                usage == null ? null : usage.maxRssBytes(),
                usage == null ? null : usage.readBytes(),
                usage == null ? null : usage.writtenBytes(),
                tail);
    }

    // ── it is told ──

    /** @return what follows; null: nothing that we know of */
    @Nullable
    Next kept(Held held, boolean ours) {
        if (!(held.activity instanceof Activity.Telling(Action.End end, String words))) {
            return null;
        }
        if (!ours) {
            act.accept(new Action.Lost(held.instance, held.job));
        } else if (end.attempt() == null) {
            act.accept(new Action.GivenBack(held.instance, held.job, words));
        } else {
            act.accept(new Action.Ended(held.instance, held.job, end.attempt(), end.next()));
        }
        clean(held);
        return ours ? end.next() : null;
    }

    void clean(Held held) {
        leases.remove(held);
        roster.become(held, new Activity.Cleaning());
        if (held.touched) {
            boolean keep = held.spec != null
                    && held.spec.workdir() != null
                    && !held.spec.workdir().ephemeral();
            act.accept(new Action.Clean(held.instance, held.job, keep));
        } else {
            cleaned(held);
        }
    }

    void cleaned(Held held) {
        if (held.activity instanceof Activity.Cleaning) {
            roster.remove(held);
            gone.accept(held);
        }
    }
}
