package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Job;
import dev.holdfast.queue.Activity.Asked;
import dev.holdfast.queue.Activity.Ending;
import dev.holdfast.queue.Activity.Over;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The life of an attempt: prepared, launched, ended, delivered, told, cleaned. */
final class Attempts {
    static final String UNCONFIGURED = "its queue is not configured any more";

    private static final String NOT_BEGUN = "not begun";

    /** Of what is stopped without knowing how its queue would. */
    private static final StopSpec STOP = new StopSpec(Signal.TERM, Duration.ofSeconds(10), null);

    private final Supplier<InstanceId> ids;
    private final Roster roster;
    private final Leases leases;
    private final Closing closing;
    private final Consumer<Action> act;

    Attempts(Supplier<InstanceId> ids, Roster roster, Leases leases, Closing closing, Consumer<Action> act) {
        this.ids = ids;
        this.roster = roster;
        this.leases = leases;
        this.closing = closing;
        this.act = act;
    }

    // ── it comes ──

    /** A job that the store has given us. */
    Held own(Job job, @Nullable QueueSpec spec, MonoTime sureUntil, Now now) {
        return own(new Held(ids.get(), job, spec, sureUntil), now);
    }

    private Held own(Held held, Now now) {
        Held older = roster.add(held);
        if (older != null) {
            lost(older, now); // its lease ended while this host stood still
        }
        leases.add(held);
        return held;
    }

    /** It has a place. */
    void begin(Held held, Now now) {
        QueueSpec spec = Objects.requireNonNull(held.spec);
        if (held.job.attempt() > spec.retry().maxAttempts()) {
            closing.failed(held, Failure.LOST, Failure.gone(spec.retry().maxAttempts()), now);
        } else if (spec.workdir() != null) {
            held.touched = true;
            roster.become(held, new Activity.Preparing());
            act.accept(new Action.Prepare(held.instance, held.job, spec));
        } else {
            ready(held, null, now);
        }
    }

    Held adopt(Stimulus.Adopt adopted, @Nullable QueueSpec spec, Now now) {
        // Nothing is certain: the daemon was away.
        Held held = own(new Held(adopted.instance(), adopted.job(), spec, now.mono()), now);
        held.touched = true;
        Duration timeout = spec == null ? null : spec.timeout();
        MonoTime until = timeout == null ? MonoTime.NEVER : now.mono().plus(timeout.minus(adopted.age()));
        roster.become(
                held,
                new Activity.Running(
                        now.wall().minus(adopted.age()), adopted.workdir(), until, idle(spec, now), false, null));
        if (spec == null && adopted.alive()) {
            end(held, Ending.UNCONFIGURED, UNCONFIGURED, now);
        } else if (spec == null) {
            ask(held, Ending.UNCONFIGURED, UNCONFIGURED);
        }
        if (!adopted.alive()) {
            exited(held, new Outcome.Unknown("ended while no daemon ran"), null, now);
        }
        return held;
    }

    private static MonoTime idle(@Nullable QueueSpec spec, Now now) {
        return spec == null || spec.idleTimeout() == null
                ? MonoTime.NEVER
                : now.mono().plus(spec.idleTimeout());
    }

    // ── it begins ──

    void prepared(Held held, String workdir, Now now) {
        if (held.activity instanceof Activity.Preparing) {
            ready(held, workdir, now);
        }
    }

    void notPrepared(Held held, String why, Now now) {
        if (held.activity instanceof Activity.Preparing) {
            closing.failed(held, Failure.SPAWN, "its work directory could not be made: " + why, now);
        }
    }

    private void ready(Held held, @Nullable String workdir, Now now) {
        roster.become(held, new Activity.Ready(workdir));
        go(held, now);
    }

    /** Takes the step that only a certain hold allows. */
    void go(Held held, Now now) {
        switch (held.activity) {
            case Activity.Ready ready -> {
                if (held.lost || held.cancelled || held.asked != null) {
                    closing.failed(held, Failure.SPAWN, NOT_BEGUN, now);
                } else if (leases.sure(held, now.mono())) {
                    launch(held, ready, now);
                }
            }
            case Activity.Deliverable _ -> closing.deliverWhenSure(held, now);
            case Activity.Waiting _,
                    Activity.Preparing _,
                    Activity.Running _,
                    Activity.Reading _,
                    Activity.Delivering _,
                    Activity.Telling _,
                    Activity.Cleaning _ -> {}
        }
    }

    private void launch(Held held, Activity.Ready ready, Now now) {
        QueueSpec spec = Objects.requireNonNull(held.spec);
        Arguments arguments = Arguments.of(held.job, ready.workdir());
        Set<String> fields = spec.payload().keySet();
        List<String> argv;
        try {
            argv = arguments.argv(spec.launch().command().argv(), fields);
            if (spec.deliver() != null) {
                arguments.directory(spec.deliver().to(), fields);
            }
        } catch (Arguments.Refusal refused) {
            closing.failed(held, Failure.VALIDATION, Objects.requireNonNull(refused.getMessage()), now);
            return;
        }
        held.touched = true;
        MonoTime until = spec.timeout() == null ? MonoTime.NEVER : now.mono().plus(spec.timeout());
        roster.become(held, new Activity.Running(now.wall(), ready.workdir(), until, idle(spec, now), false, null));
        act.accept(new Action.Launch(held.instance, held.job, spec, argv, arguments.environment(), ready.workdir()));
    }

    void launchFailed(Held held, String why, Now now) {
        if (held.activity instanceof Activity.Running) {
            closing.failed(held, Failure.SPAWN, "could not be started: " + why, now);
        }
    }

    // ── it is asked to end ──

    void end(Held held, Ending why, String words, Now now) {
        switch (held.activity) {
            case Activity.Preparing _ -> ask(held, why, words);
            case Activity.Waiting _ -> {
                ask(held, why, words);
                closing.failed(held, Failure.SPAWN, NOT_BEGUN, now);
            }
            case Activity.Ready _ -> {
                ask(held, why, words);
                go(held, now);
            }
            case Activity.Running r -> {
                if (r.over() == null && held.asked == null && !held.lost) {
                    ask(held, why, words);
                    StopSpec stop = held.spec == null ? STOP : held.spec.stop();
                    roster.become(held, r.until(now.mono().plus(stop.timeout())));
                    act.accept(new Action.SendSignal(held.instance, stop.signal()));
                }
            }
            case Activity.Delivering _ -> {
                if (why == Ending.SHUT_DOWN) {
                    ask(held, why, words); // should it be given up, that is nobody's failure
                }
            }
            case Activity.Reading _, Activity.Deliverable _, Activity.Telling _, Activity.Cleaning _ -> {}
        }
    }

    private static void ask(Held held, Ending why, String words) {
        held.asked = held.asked == null ? new Asked(why, words) : held.asked;
    }

    void cancel(Held held, Now now) {
        held.cancelled = true;
        end(held, Ending.CANCELLED, "cancelled", now);
    }

    /** Another has it, or will: at once, and nothing of it is written. */
    void lost(Held held, Now now) {
        if (held.activity instanceof Activity.Telling) {
            leases.release(held);
            return;
        }
        if (held.lost || held.activity instanceof Activity.Cleaning) {
            return;
        }
        held.lost = true;
        held.sureUntil = now.mono();
        leases.remove(held);
        act.accept(new Action.Lost(held.instance, held.job));
        switch (held.activity) {
            case Activity.Running r -> kill(held, r);
            case Activity.Waiting _, Activity.Ready _, Activity.Reading _, Activity.Deliverable _ ->
                closing.clean(held);
            case Activity.Preparing _, Activity.Delivering _, Activity.Telling _, Activity.Cleaning _ -> {}
        }
    }

    private void kill(Held held, Activity.Running r) {
        if (!r.killed()) {
            roster.become(held, r.beingKilled());
            act.accept(new Action.Kill(held.instance));
        }
    }

    /** As the kernel would, where it keeps limits; but it is asked first, as long as the host can bear that. */
    void overran(Held held, Kill limit, boolean atOnce, Now now) {
        if (!(held.activity instanceof Activity.Running r) || r.killed()) {
            return;
        }
        held.limit = limit;
        if (atOnce) {
            ask(held, Ending.LIMIT, "");
            kill(held, r);
        } else {
            end(held, Ending.LIMIT, "", now);
        }
    }

    void tooLarge(Held held, long bytes, Now now) {
        if (held.activity instanceof Activity.Running) {
            end(held, Ending.SIZE, "its work directory holds " + new ByteSize(bytes) + ", more than it may", now);
        }
    }

    // ── time ──

    void tick(Now now) {
        for (Held held : roster.due(now.mono())) {
            if (held.activity instanceof Activity.Running r) {
                tick(held, r, now);
            }
        }
    }

    private void tick(Held held, Activity.Running r, Now now) {
        if (now.mono().isBefore(r.until())) {
            roster.become(held, r.idle(MonoTime.NEVER));
            act.accept(new Action.AskOutput(held.instance));
        } else if (held.asked != null) {
            kill(held, r);
        } else {
            Duration timeout =
                    Objects.requireNonNull(Objects.requireNonNull(held.spec).timeout());
            end(held, Ending.TIMEOUT, "no end within " + Durations.format(timeout), now);
        }
    }

    void lastOutput(Held held, MonoTime at, Now now) {
        Duration most = held.spec == null ? null : held.spec.idleTimeout();
        if (!(held.activity instanceof Activity.Running r) || most == null || held.asked != null || r.killed()) {
            return;
        }
        MonoTime until = at.plus(most);
        if (now.mono().isBefore(until)) {
            roster.become(held, r.idle(until));
        } else {
            end(held, Ending.TIMEOUT, "no output for " + Durations.format(most), now);
        }
    }

    // ── it ends ──

    /** What its leader left behind goes with it. */
    void exited(Held held, Outcome outcome, @Nullable Usage usage, Now now) {
        if (held.activity instanceof Activity.Running r && r.over() == null) {
            roster.become(held, r.ended(new Over(now.wall(), outcome, usage)));
            act.accept(new Action.Kill(held.instance));
        }
    }

    void emptied(Held held, Now now) {
        if (!(held.activity instanceof Activity.Running r)) {
            return;
        }
        if (held.lost) {
            closing.clean(held);
            return;
        }
        Over over =
                r.over() != null ? r.over() : new Over(now.wall(), new Outcome.Unknown("its end was not seen"), null);
        roster.become(held, new Activity.Reading(r, over));
        act.accept(new Action.ReadOutput(held.instance));
    }
}
