package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.supervise.ReplicaState.Backoff;
import dev.holdfast.supervise.ReplicaState.Completed;
import dev.holdfast.supervise.ReplicaState.Down;
import dev.holdfast.supervise.ReplicaState.Failed;
import dev.holdfast.supervise.ReplicaState.Idle;
import dev.holdfast.supervise.ReplicaState.Launching;
import dev.holdfast.supervise.ReplicaState.Live;
import dev.holdfast.supervise.ReplicaState.Phase;
import dev.holdfast.supervise.ReplicaState.PostStop;
import dev.holdfast.supervise.ReplicaState.PreStart;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.supervise.ReplicaState.Stopping;
import dev.holdfast.supervise.ReplicaState.Waiting;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One replica: what is wanted, what is observed, and the step from one state to the next for everything that can
 * happen. It reads no clock and touches nothing but {@link Surroundings}.
 */
final class Replica {
    /** What a replica sees of the others and of the world. */
    interface Surroundings {
        /** What it still waits for, or empty. */
        Optional<String> unmet(Replica replica);

        /** Whether nothing that depends on it is still on its way down. */
        boolean mayStop(Replica replica);

        /** Whether health may take this one down: no sibling is on its way down or up. */
        boolean siblingsUp(Replica replica);

        InstanceId launch(Replica replica, Purpose purpose, CommandSpec command, @Nullable Integer mainPid);

        void act(Action action);

        void changed(Replica replica);
    }

    /** What is wanted: s6's desired state, apart from the observed. */
    enum Wanted {
        UP,
        DOWN
    }

    final ReplicaId id;
    final Health health = new Health();
    final Restarts restarts;
    final Ascent up = new Ascent(this);
    final Descent down = new Descent(this);
    final Overruns overruns = new Overruns(this);
    private final Upkeep upkeep = new Upkeep(this);
    final Surroundings around;
    final Endings endings = new Endings();
    final PostStarts postStarts = new PostStarts(this);

    ProcessSpec spec;
    ReplicaState state = new Down();
    Wanted wanted = Wanted.DOWN;
    /** Take it away once it is down: scaled or configured away. */
    boolean removed;

    Now since;
    String stopReason = "";
    /** Of it and of its hooks, from the asking until nothing is left. */
    int instances;
    /** The end that is coming is wanted, and the start after it is not a failure's. */
    boolean planned;

    Replica(ReplicaId id, ProcessSpec spec, Restarts restarts, Surroundings around, Now now) {
        this.id = id;
        this.spec = spec;
        this.restarts = restarts;
        this.around = around;
        this.since = now;
    }

    // ── what people and configuration want ──

    void wantUp(Now now) {
        wanted = Wanted.UP;
        around.changed(this);
        switch (state) {
            case Down _, Completed _, Failed _, Backoff _ -> up.wait(now);
            case Waiting _ -> up.proceed(now);
            case PreStart _, Launching _, Running _ -> {}
            case Stopping _, PostStop _ -> planned = true;
        }
    }

    void wantDown(String reason, Now now) {
        wanted = Wanted.DOWN;
        around.changed(this);
        switch (state) {
            case Down _, Completed _ -> {}
            case Failed _, Backoff _, Waiting _ -> become(new Down(), now);
            case PreStart p -> down.killHook(p, "", now);
            case Launching _ -> stopReason = reason;
            case Running r -> down.stop(r, reason, now);
            case Stopping _, PostStop _ -> planned = false;
        }
    }

    /** Down and up again, with what the configuration says now. */
    void restart(String reason, Now now) {
        wanted = Wanted.UP;
        around.changed(this);
        switch (state) {
            case Running r -> {
                planned = true;
                down.stop(r, reason, now);
            }
            case Launching _ -> {
                planned = true;
                stopReason = reason;
            }
            case Stopping _, PostStop _ -> planned = true;
            case PreStart _ -> {}
            case Down _, Completed _, Failed _, Backoff _ -> up.wait(now);
            case Waiting _ -> up.proceed(now);
        }
    }

    // ── what the kernel tells ──

    void started(InstanceId instance, ProcessRef leader, Now now) {
        if (!(state instanceof Launching l) || !l.main().equals(instance)) {
            return; // an auxiliary instance: its end is what counts
        }
        around.act(new Action.Journal(new Event.Started(now.wall(), id, instance, leader)));
        var running = new Running(instance, leader, now.mono());
        up.run(running, now);
        if (wanted == Wanted.DOWN || planned) {
            down.stop(running, stopReason, now);
            return;
        }
        postStarts.begin(leader, now);
    }

    void launchFailed(InstanceId instance, String why, Now now) {
        if (postStarts.launchFailed(instance, why, now)) {
            return;
        }
        switch (state) {
            case Launching l
            when l.main().equals(instance) -> {
                around.act(new Action.Journal(new Event.StartFailed(now.wall(), id, why)));
                up.failedToStart(why, now);
            }
            case PreStart p when p.hook().equals(instance) -> up.preStartFailed(p, why, now);
            case PostStop p
            when p.hook().equals(instance) -> {
                if (!p.killed()) {
                    hookFailed("post_stop", why, now);
                }
                up.settle(now);
            }
            case Stopping s
            when instance.equals(s.aux()) -> {
                hookFailed(down.auxiliary(s), why, now);
                down.auxiliaryEnded(s, now);
            }
            case Idle _, Live _ -> {}
        }
    }

    void exited(InstanceId instance, Outcome outcome, @Nullable Usage usage, Now now) {
        if (auxiliary(instance)) {
            around.act(new Action.Kill(instance)); // a hook is over when its leader is: nothing of it stays
        }
        postStarts.exited(instance, outcome, usage, now);
        boolean failed = !(outcome instanceof Outcome.Exited(int code) && code == 0);
        switch (state) {
            case Running r
            when r.main().equals(instance) -> {
                record(instance, outcome, usage, "", r.since(), now);
                // What it leaves behind is told to end, and killed after the same grace.
                around.act(new Action.SendSignal(instance, spec.stop().signal()));
                down.endChecks(instance);
                MonoTime deadline = now.mono().plus(spec.stop().timeout());
                become(new Stopping(instance, r.leader(), r.since(), Phase.ASKED, null, deadline, outcome), now);
            }
            case Stopping s
            when s.main().equals(instance) && s.ended() == null -> {
                record(instance, outcome, usage, stopReason, s.since(), now);
                if (s.phase() == Phase.ASKED) {
                    // Who left its process group has not heard of it yet.
                    around.act(new Action.SendSignal(instance, spec.stop().signal()));
                }
                become(new Stopping(s.main(), s.leader(), s.since(), s.phase(), s.aux(), s.deadline(), outcome), now);
            }
            case PreStart p
            when p.hook().equals(instance) ->
                become(new PreStart(p.hook(), p.deadline(), p.killed(), outcome, usage), now);
            case Stopping s
            when instance.equals(s.aux()) && failed ->
                hookFailed(down.auxiliary(s), Outcomes.describe(outcome, usage), now);
            case PostStop p
            when p.hook().equals(instance) && failed && !p.killed() ->
                hookFailed("post_stop", Outcomes.describe(outcome, usage), now);
            case Idle _, Live _ -> {}
        }
    }

    private boolean auxiliary(InstanceId instance) {
        return switch (state) {
            case PreStart p when p.hook().equals(instance) -> true;
            case PostStop p when p.hook().equals(instance) -> true;
            case Stopping s when instance.equals(s.aux()) -> true;
            case Idle _, Live _ -> postStarts.has(instance);
        };
    }

    void emptied(InstanceId instance, Now now) {
        if (postStarts.emptied(instance)) {
            return;
        }
        switch (state) {
            case PreStart p when p.hook().equals(instance) -> up.preStartEnded(p, now);
            case Stopping s when s.main().equals(instance) -> down.gone(s, now);
            case Stopping s when instance.equals(s.aux()) -> down.auxiliaryEnded(s, now);
            case PostStop p when p.hook().equals(instance) -> up.settle(now);
            case Idle _, Live _ -> {}
        }
    }

    void probed(InstanceId instance, long sequence, boolean healthy, String detail, Now now) {
        if (state instanceof Running r && r.main().equals(instance)) {
            upkeep.judge(r, health.answered(spec, sequence, healthy, detail, now.mono()), now);
        }
    }

    void notified(InstanceId instance, String message, Now now) {
        if (state instanceof Running r && r.main().equals(instance)) {
            upkeep.judge(r, health.notified(spec, message, now.mono()), now);
        }
    }

    /** Found running, or ended, by a daemon that has just started. */
    void adopt(Stimulus.Adopt adopted, Now now) {
        wanted = Wanted.UP;
        restarts.goOnFrom(adopted.restarts());
        if (!adopted.alive()) {
            Outcome known = adopted.ended();
            Outcome end = known != null ? known : new Outcome.Unknown("it ended while no daemon watched");
            Event told = endings.record(id, adopted.instance(), end, null, "", now.mono(), now);
            if (known == null) {
                around.act(new Action.Journal(told));
            }
            planned = adopted.obsolete() != null;
            become(new Stopping(adopted.instance(), null, now.mono(), Phase.KILLED, null, MonoTime.NEVER, end), now);
            return;
        }
        around.act(new Action.Journal(new Event.Adopted(now.wall(), id, adopted.instance(), adopted.leader())));
        MonoTime started = new MonoTime(now.mono().nanos() - adopted.age().toNanos());
        var running = new Running(adopted.instance(), adopted.leader(), started);
        up.run(running, now);
        health.adopted(spec);
        since = new Now(now.wall().minus(adopted.age()), started);
        String obsolete = adopted.obsolete();
        if (obsolete != null) {
            planned = true;
            down.stop(running, obsolete, now);
        }
    }

    /** It did its work under an earlier daemon. */
    void completedBefore(Now now) {
        wanted = Wanted.UP;
        become(new Completed(), now);
    }

    // ── time ──

    MonoTime nextDeadline() {
        return MonoTime.earliest(stateDeadline(), postStarts.deadline());
    }

    private MonoTime stateDeadline() {
        return switch (state) {
            case Down _, Waiting _ -> MonoTime.NEVER;
            case PreStart p -> p.deadline();
            case Launching _ -> MonoTime.NEVER;
            case Running r -> MonoTime.earliest(health.nextDeadline(), upkeep.startDeadline(r), upkeep.recycleAt(r));
            case Stopping s -> s.deadline();
            case PostStop p -> p.deadline();
            case Backoff b -> b.until();
            case Completed _, Failed _ -> MonoTime.NEVER;
        };
    }

    void tick(Now now) {
        postStarts.tick(now);
        if (now.mono().isBefore(stateDeadline())) {
            return;
        }
        switch (state) {
            case Backoff _ -> up.wait(now);
            case PreStart p -> {
                String overdue = Outcomes.overdue(spec.hooks().preStart());
                hookFailed("pre_start", overdue, now);
                down.killHook(p, overdue, now);
            }
            case PostStop p -> {
                hookFailed("post_stop", Outcomes.overdue(spec.hooks().postStop()), now);
                around.act(new Action.Kill(p.hook()));
                become(new PostStop(p.hook(), MonoTime.NEVER, true), now);
            }
            case Stopping s -> down.graceEnded(s, now);
            case Running r -> upkeep.runningTick(r, now);
            case Down _, Waiting _, Launching _, Completed _, Failed _ -> {}
        }
    }

    /** A person's signal, to whatever of it runs. */
    void signal(Signal signal, String by) {
        InstanceId main = switch (state) {
            case Running r -> r.main();
            case Stopping s when s.ended() == null -> s.main();
            case Idle _, Live _ -> null;
        };
        if (main != null) {
            endings.signalled(signal, by);
            around.act(new Action.SendSignal(main, signal));
        }
    }

    /** Its configuration changed in a way that the running program need not notice. */
    void reconfigure(ProcessSpec fresh, Now now) {
        spec = fresh;
        if (state instanceof Running) {
            health.reconfigured(fresh, now.mono());
        }
        around.changed(this);
    }

    /** A dependency or a dependent changed. */
    void reconsider(Now now) {
        switch (state) {
            case Waiting _ -> up.proceed(now);
            case Running r when wanted == Wanted.DOWN -> down.stop(r, stopReason, now);
            case Down _, Backoff _, Completed _, Failed _, Live _ -> {}
        }
    }

    // ── questions ──

    /** Whether a process of it may exist. */
    boolean live() {
        return !postStarts.none() || state instanceof ReplicaState.Live;
    }

    /** Whether it has ended in a known way, and what comes next follows from that. */
    boolean decidesItself() {
        return state instanceof Stopping s && s.ended() != null && !(s.ended() instanceof Outcome.Unknown);
    }

    /** Whether nothing more will happen by itself. */
    boolean settled() {
        return switch (state) {
            case Down _, Completed _, Failed _ -> instances == 0;
            case Running r ->
                wanted == Wanted.UP && health.ready() && !planned && spec.type() == ProcessSpec.Type.LONGRUN;
            case Waiting _, PreStart _, Launching _, Stopping _, PostStop _, Backoff _ -> false;
        };
    }

    void hookFailed(String hook, String why, Now now) {
        around.act(new Action.Journal(new Event.HookFailed(now.wall(), id, hook, why)));
    }

    private void record(
            InstanceId instance, Outcome outcome, @Nullable Usage usage, String asked, MonoTime started, Now now) {
        around.act(new Action.Journal(endings.record(id, instance, outcome, usage, asked, started, now)));
    }

    void become(ReplicaState next, Now now) {
        if (!next.getClass().equals(state.getClass())) {
            since = now;
        }
        state = next;
        around.changed(this);
    }
}
