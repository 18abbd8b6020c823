package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.queue.Activity.Ending;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All queues, as far as this host works for them. A deterministic function of what it is told: it reads no clock, its ids
 * are given. What waits is in the store alone, and costs nothing here. Owned by one thread.
 *
 * <p>An attempt: claimed, prepared, launched; its leader ends, the rest is killed, its output read; a success is delivered;
 * the store is told, and asked for the next one with it; when that is on disk its directory goes, and then its place is
 * free. One without a directory leaves its place when the store is told. A hold that was taken away ends
 * the attempt at once, and nothing of it is written.
 *
 * <p>What a shutdown, or the removal of its queue, interrupts is given back as if it had not been claimed: it is neither
 * lost nor charged with an attempt. The same holds when it answers the request to end with success, which cannot be told
 * apart from a program that tidies up and leaves.
 *
 * <p>While the store is down what runs goes on; nothing is begun or delivered by a host that does not know, by its own
 * monotonic clock, that the store has confirmed its hold within the lease.
 */
public final class Queues {
    private static final String SHUT_DOWN = "the daemon shuts down";
    private static final String NO_PLACE = "this host has no place for it any more";

    private final Roster roster = new Roster();
    private final List<Action> actions = new ArrayList<>();
    private final Leases leases;
    private final Closing closing;
    private final Attempts attempts;
    private final Map<String, Lane> lanes = new TreeMap<>();
    private final Agenda<Lane> asking = new Agenda<>();
    private final Set<Lane> touched = new LinkedHashSet<>();
    /** To ask for more when it is certain again what is held. */
    private final Set<Lane> uncertain = new LinkedHashSet<>();
    /** Ended since the start and before {@link Stimulus.Begin}, which may not know that. */
    private final Set<Hold> settled = new HashSet<>();

    private boolean begun;
    private boolean shuttingDown;
    private boolean drained;

    /**
     * @param host that attempts are told to be of
     * @param lease of every hold, above zero; renewed three times in each
     * @param ids never the same one twice
     */
    public Queues(SortedMap<String, QueueSpec> specs, String host, Duration lease, Supplier<InstanceId> ids) {
        this.leases = new Leases(lease, actions::add);
        this.closing = new Closing(host, roster, leases, actions::add, this::gone);
        this.attempts = new Attempts(ids, roster, leases, closing, actions::add);
        specs.values().forEach(spec -> lane(spec, new MonoTime(0)));
    }

    /** Takes in one stimulus; what must be done about it, in order. */
    public List<Action> apply(Stimulus stimulus, Now now) {
        switch (stimulus) {
            case Stimulus.Adopt adopted -> adopt(adopted, now);
            case Stimulus.Begin(List<Job> held) -> begin(held, now);
            case Stimulus.Tick() -> attempts.tick(now);
            case Stimulus.Reload(var fresh) -> reload(fresh, now);
            case Stimulus.ShutDown() -> shutDown(now);
            case Stimulus.Arrived(String queue) -> ask(queue, now);
            case Stimulus.Taken taken -> taken(taken, now);
            case Stimulus.ClaimFailed(String queue, String why) -> claimFailed(queue, why, now);
            case Stimulus.Renewed(List<Hold> lost, List<Hold> cancelled) -> renewed(lost, cancelled, now);
            case Stimulus.NotRenewed(String _) -> notRenewed(now);
            case Stimulus.Kept(Hold hold, boolean ours) -> kept(hold, ours, now);
            case Stimulus.Cancel(String job) -> cancel(roster.ofJob(job), now);
            case Stimulus.OfAttempt of -> {
                Held held = roster.of(of.instance());
                if (held != null) {
                    tell(held, of, now);
                    Lane lane = lanes.get(held.job.queue());
                    if (lane != null && held.leaving()) {
                        touched.add(lane); // its place will be free
                    }
                }
            }
        }
        settle(now);
        var out = List.copyOf(actions);
        actions.clear();
        return out;
    }

    private void tell(Held held, Stimulus.OfAttempt stimulus, Now now) {
        switch (stimulus) {
            case Stimulus.Prepared s -> attempts.prepared(held, s.workdir(), now);
            case Stimulus.NotPrepared s -> attempts.notPrepared(held, s.why(), now);
            case Stimulus.LaunchFailed s -> attempts.launchFailed(held, s.why(), now);
            case Stimulus.Exited s -> attempts.exited(held, s.outcome(), s.usage(), now);
            case Stimulus.Emptied _ -> attempts.emptied(held, now);
            case Stimulus.Overran s -> attempts.overran(held, s.limit(), s.atOnce(), now);
            case Stimulus.TooLarge s -> attempts.tooLarge(held, s.bytes(), now);
            case Stimulus.LastOutput s -> attempts.lastOutput(held, s.at(), now);
            case Stimulus.Output s -> closing.output(held, s.tail(), s.stderrTail(), now);
            case Stimulus.Delivered _ -> closing.delivered(held, null, now);
            case Stimulus.NotDelivered s -> closing.delivered(held, s.why(), now);
            case Stimulus.Cleaned _ -> closing.cleaned(held);
        }
    }

    /** When {@link Stimulus.Tick} is due; {@link MonoTime#NEVER} when only events can change anything. */
    public MonoTime nextDeadline() {
        return MonoTime.earliest(roster.next(), begun ? leases.next() : MonoTime.NEVER, asking.first());
    }

    /** All of them, by name. */
    public List<QueueView> views() {
        return lanes.values().stream().filter(l -> !l.leaving).map(Lane::view).toList();
    }

    public Optional<QueueView> view(String name) {
        return Optional.ofNullable(lanes.get(name)).map(Lane::view);
    }

    /** Whether something of it is still to be done; the work directory of any other may be swept away. */
    public boolean knows(InstanceId instance) {
        return roster.of(instance) != null;
    }

    /** Whether this hold is of something that is here. */
    public boolean holds(Hold hold) {
        return leases.of(hold) != null;
    }

    // ── a daemon's life ──

    private Lane lane(QueueSpec spec, MonoTime now) {
        var lane = new Lane(spec, now);
        lanes.put(lane.name, lane);
        touched.add(lane);
        return lane;
    }

    private void adopt(Stimulus.Adopt adopted, Now now) {
        Lane lane = lanes.get(adopted.job().queue());
        Held held = attempts.adopt(adopted, lane == null ? null : lane.spec, now);
        if (lane != null) {
            lane.works.put(held.instance, held);
        }
        if (shuttingDown) {
            attempts.end(held, Ending.SHUT_DOWN, SHUT_DOWN, now);
        }
    }

    /** What this host holds without anything of it being here was lost with the last daemon. */
    private void begin(List<Job> held, Now now) {
        begun = true;
        touched.addAll(lanes.values());
        for (Job job : shuttingDown ? List.<Job>of() : held) {
            Lane lane = lanes.get(job.queue());
            boolean known = leases.of(job.hold()) != null || settled.contains(job.hold());
            if (known || (lane != null && lane.spec.pull() != null)) {
                continue;
            }
            Held orphan = attempts.own(job, lane == null ? null : lane.spec, now.mono(), now);
            if (lane == null) {
                closing.giveBack(orphan, Attempts.UNCONFIGURED);
            } else {
                lane.works.put(orphan.instance, orphan);
                closing.failed(orphan, Failure.LOST, "the daemon that ran it is gone, and nobody saw its end", now);
            }
        }
        settled.clear();
    }

    private void reload(SortedMap<String, QueueSpec> fresh, Now now) {
        for (Lane lane : List.copyOf(lanes.values())) {
            QueueSpec spec = fresh.get(lane.name);
            lane.leaving = spec == null;
            touched.add(lane);
            if (spec == null) {
                lane.held().forEach(h -> attempts.end(h, Ending.UNCONFIGURED, Attempts.UNCONFIGURED, now));
            } else {
                lane.spec = spec;
                lane.ask(now.mono());
            }
        }
        for (QueueSpec spec : fresh.values()) {
            if (!lanes.containsKey(spec.name())) {
                Lane lane = lane(spec, now.mono());
                // What was adopted without it still takes its places.
                roster.all().stream()
                        .filter(h -> h.job.queue().equals(lane.name))
                        .forEach(h -> lane.works.put(h.instance, h));
            }
        }
    }

    private void shutDown(Now now) {
        shuttingDown = true;
        touched.addAll(lanes.values());
        roster.all().forEach(h -> attempts.end(h, Ending.SHUT_DOWN, SHUT_DOWN, now));
    }

    // ── the store ──

    private void ask(String queue, Now now) {
        Lane lane = lanes.get(queue);
        if (lane != null) {
            lane.ask(now.mono());
            touched.add(lane);
        }
    }

    private void taken(Stimulus.Taken taken, Now now) {
        Lane lane = lanes.get(taken.queue());
        MonoTime sent = lane == null ? now.mono() : lane.taken(taken.jobs().size(), taken.next(), now, leases.lease());
        for (Job job : taken.jobs()) {
            if (leases.of(job.hold()) == null) {
                take(lane, job, sent, now);
            }
        }
        if (lane != null) {
            touched.add(lane);
        }
    }

    private void take(@Nullable Lane lane, Job job, MonoTime sent, Now now) {
        Held held = attempts.own(job, lane == null ? null : lane.spec, sent.plus(leases.lease()), now);
        if (lane != null) {
            lane.works.put(held.instance, held);
        }
        if (shuttingDown || lane == null) {
            closing.giveBack(held, shuttingDown ? SHUT_DOWN : NO_PLACE);
        } else {
            touched.add(lane);
        }
    }

    /** Those without a place get one, or go back when there is none. */
    private void begin(Lane lane, Now now) {
        for (Held held = lane.waiting().orElse(null);
                held != null;
                held = lane.waiting().orElse(null)) {
            if (lane.open() && lane.free()) {
                attempts.begin(held, now);
            } else {
                closing.giveBack(held, NO_PLACE);
            }
        }
    }

    private void claimFailed(String queue, String why, Now now) {
        Lane lane = lanes.get(queue);
        if (lane != null) {
            lane.claimFailed(why, now);
            touched.add(lane);
        }
    }

    private void renewed(List<Hold> lost, List<Hold> cancelled, Now now) {
        List<Held> sure = leases.renewed(lost);
        for (Hold hold : lost) {
            Held held = leases.of(hold);
            if (held != null) {
                attempts.lost(held, now);
            }
        }
        cancelled.forEach(hold -> cancel(leases.of(hold), now));
        sure.forEach(held -> attempts.go(held, now));
    }

    private void cancel(@Nullable Held held, Now now) {
        if (held != null) {
            attempts.cancel(held, now);
        }
    }

    private void notRenewed(Now now) {
        leases.notRenewed(now.mono());
        if (shuttingDown) {
            roster.all().forEach(closing::abandonDelivery);
        }
    }

    private void kept(Hold hold, boolean ours, Now now) {
        Held held = leases.of(hold);
        if (held == null) {
            return;
        }
        if (!begun) {
            settled.add(hold);
        }
        Next next = closing.kept(held, ours);
        Lane lane = lanes.get(held.job.queue());
        if (lane != null && next instanceof Next.Again(Instant notBefore)) {
            lane.ask(notBefore, now);
            touched.add(lane);
        }
        if (lane != null && held.job.key() != null) {
            lane.ask(now.mono()); // others with its key may have waited for this
            touched.add(lane);
        }
    }

    private void gone(Held held) {
        Lane lane = lanes.get(held.job.queue());
        if (lane != null) {
            lane.works.remove(held.instance);
            touched.add(lane);
        }
    }

    // ── what changed ──

    private void settle(Now now) {
        touched.addAll(asking.due(now.mono()));
        if (!uncertain.isEmpty() && leases.sure(now.mono())) {
            touched.addAll(uncertain);
            uncertain.clear();
        }
        for (Lane lane : List.copyOf(touched)) {
            settle(lane, now);
        }
        touched.clear();
        if (begun) {
            leases.tick(now.mono()); // a lane may have wanted certainty
        }
        if (shuttingDown
                && !drained
                && roster.isEmpty()
                && lanes.values().stream().noneMatch(Lane::claiming)) {
            drained = true;
            actions.add(new Action.Drained());
        }
    }

    private void settle(Lane lane, Now now) {
        begin(lane, now);
        if (lane.leaving && lane.idle()) {
            lanes.remove(lane.name, lane);
            asking.set(lane, MonoTime.NEVER);
            return;
        }
        MonoTime at = begun && !shuttingDown ? lane.next() : MonoTime.NEVER;
        if (now.mono().isBefore(at)) {
            asking.set(lane, at);
            return;
        }
        asking.set(lane, MonoTime.NEVER);
        if (leases.sure(now.mono())) {
            actions.add(lane.claim(now.mono()));
        } else {
            uncertain.add(lane); // it would be given what it may still be running
        }
    }
}
