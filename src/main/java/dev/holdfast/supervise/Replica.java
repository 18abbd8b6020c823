package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
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
import dev.holdfast.supervise.ReplicaState.Launching;
import dev.holdfast.supervise.ReplicaState.Phase;
import dev.holdfast.supervise.ReplicaState.PostStop;
import dev.holdfast.supervise.ReplicaState.PreStart;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.supervise.ReplicaState.Stopping;
import dev.holdfast.supervise.ReplicaState.Waiting;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One replica: what is wanted, what is observed, and the step from one state to the next for everything that can
 * happen. It reads no clock and touches nothing but {@link Surroundings}.
 */
final class Replica {
    private static final int EXITS_KEPT = 10;

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
    private final Surroundings around;
    private final Deque<ExitRecord> exits = new ArrayDeque<>();

    /** post_start hooks that still run, and until when they may; they hold nothing up. */
    private final Map<InstanceId, MonoTime> postStarts = new HashMap<>();

    ProcessSpec spec;
    ReplicaState state = new Down();
    Wanted wanted = Wanted.DOWN;
    /** Take it away once it is down: scaled or configured away. */
    boolean removed;

    Instant since;
    private String stopReason = "";
    /** The end that is coming is wanted, and the start after it is not a failure's. */
    private boolean planned;

    Replica(ReplicaId id, ProcessSpec spec, Restarts restarts, Surroundings around, Now now) {
        this.id = id;
        this.spec = spec;
        this.restarts = restarts;
        this.around = around;
        this.since = now.wall();
    }

    // ── what people and configuration want ──

    void wantUp(Now now) {
        wanted = Wanted.UP;
        around.changed(this);
        switch (state) {
            case Down _ -> wait(now);
            case Completed _ -> wait(now);
            case Failed _ -> wait(now);
            case Backoff _ -> wait(now);
            case Waiting _ -> proceed(now);
            case PreStart _ -> {}
            case Launching _ -> {}
            case Running _ -> {}
            case Stopping _ -> planned = true;
            case PostStop _ -> planned = true;
        }
    }

    void wantDown(String reason, Now now) {
        wanted = Wanted.DOWN;
        around.changed(this);
        switch (state) {
            case Down _ -> {}
            case Completed _ -> {}
            case Failed _ -> become(new Down(), now);
            case Backoff _ -> become(new Down(), now);
            case Waiting _ -> become(new Down(), now);
            case PreStart p -> killHook(p, now);
            case Launching _ -> stopReason = reason;
            case Running r -> stop(r, reason, now);
            case Stopping _ -> planned = false;
            case PostStop _ -> planned = false;
        }
    }

    /** Down and up again, with what the configuration says now. */
    void restart(String reason, Now now) {
        wanted = Wanted.UP;
        around.changed(this);
        switch (state) {
            case Running r -> {
                planned = true;
                stop(r, reason, now);
            }
            case Launching _ -> {
                planned = true;
                stopReason = reason;
            }
            case Stopping _ -> planned = true;
            case PostStop _ -> planned = true;
            case PreStart _ -> {}
            case Down _ -> wait(now);
            case Completed _ -> wait(now);
            case Failed _ -> wait(now);
            case Backoff _ -> wait(now);
            case Waiting _ -> proceed(now);
        }
    }

    // ── what the kernel tells ──

    void started(InstanceId instance, ProcessRef leader, Now now) {
        if (!(state instanceof Launching l) || !l.main().equals(instance)) {
            return; // an auxiliary instance: its end is what counts
        }
        around.act(new Action.Journal(new Event.Started(now.wall(), id, instance, leader)));
        var running = new Running(instance, leader, now.mono());
        run(running, now);
        if (wanted == Wanted.DOWN || planned) {
            stop(running, stopReason, now);
            return;
        }
        HookSpec hook = spec.hooks().postStart();
        if (hook != null) {
            InstanceId aux = around.launch(this, Purpose.POST_START, hook.command(), leader.pid());
            postStarts.put(aux, now.mono().plus(hook.timeout()));
            around.changed(this);
        }
    }

    void launchFailed(InstanceId instance, String why, Now now) {
        if (postStarts.remove(instance) != null) {
            hookFailed("post_start", why, now);
            return;
        }
        switch (state) {
            case Launching l
            when l.main().equals(instance) -> {
                around.act(new Action.Journal(new Event.StartFailed(now.wall(), id, why)));
                failedToStart(why, now);
            }
            case PreStart p
            when p.hook().equals(instance) -> {
                hookFailed("pre_start", why, now);
                failedToStart("pre_start: " + why, now);
            }
            case PostStop p when p.hook().equals(instance) -> settle(now);
            case Stopping s when instance.equals(s.aux()) -> auxiliaryEnded(s, now);
            case Down _ -> {}
            case Waiting _ -> {}
            case PreStart _ -> {}
            case Launching _ -> {}
            case Running _ -> {}
            case Stopping _ -> {}
            case PostStop _ -> {}
            case Backoff _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
        }
    }

    void exited(InstanceId instance, Outcome outcome, @Nullable Usage usage, Now now) {
        if (auxiliary(instance)) {
            around.act(new Action.Kill(instance)); // a hook is over when its leader is: nothing of it stays
        }
        if (postStarts.containsKey(instance) && !(outcome instanceof Outcome.Exited(int code) && code == 0)) {
            hookFailed("post_start", Outcomes.describe(outcome), now);
        }
        switch (state) {
            case Running r
            when r.main().equals(instance) -> {
                record(instance, outcome, usage, "it ended by itself", r.since(), now);
                // What it leaves behind is told to end, and killed after the same grace.
                around.act(new Action.SendSignal(instance, spec.stop().signal()));
                health.stopped();
                MonoTime deadline = now.mono().plus(spec.stop().timeout());
                become(new Stopping(instance, r.leader(), r.since(), Phase.ASKED, null, deadline, outcome), now);
            }
            case Stopping s
            when s.main().equals(instance) && s.ended() == null -> {
                record(instance, outcome, usage, stopReason, s.since(), now);
                become(new Stopping(s.main(), s.leader(), s.since(), s.phase(), s.aux(), s.deadline(), outcome), now);
            }
            case PreStart p
            when p.hook().equals(instance) -> become(new PreStart(p.hook(), p.deadline(), p.killed(), outcome), now);
            case Down _ -> {}
            case Waiting _ -> {}
            case PreStart _ -> {}
            case Launching _ -> {}
            case Running _ -> {}
            case Stopping _ -> {}
            case PostStop _ -> {}
            case Backoff _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
        }
    }

    private boolean auxiliary(InstanceId instance) {
        return switch (state) {
            case PreStart p when p.hook().equals(instance) -> true;
            case PostStop p when p.hook().equals(instance) -> true;
            case Stopping s when instance.equals(s.aux()) -> true;
            case Down _ -> postStarts.containsKey(instance);
            case Waiting _ -> postStarts.containsKey(instance);
            case PreStart _ -> postStarts.containsKey(instance);
            case Launching _ -> postStarts.containsKey(instance);
            case Running _ -> postStarts.containsKey(instance);
            case Stopping _ -> postStarts.containsKey(instance);
            case PostStop _ -> postStarts.containsKey(instance);
            case Backoff _ -> postStarts.containsKey(instance);
            case Completed _ -> postStarts.containsKey(instance);
            case Failed _ -> postStarts.containsKey(instance);
        };
    }

    void emptied(InstanceId instance, Now now) {
        if (postStarts.remove(instance) != null) {
            around.changed(this);
            return;
        }
        switch (state) {
            case PreStart p when p.hook().equals(instance) -> preStartEnded(p, now);
            case Stopping s when s.main().equals(instance) -> gone(s, now);
            case Stopping s when instance.equals(s.aux()) -> auxiliaryEnded(s, now);
            case PostStop p when p.hook().equals(instance) -> settle(now);
            case Down _ -> {}
            case Waiting _ -> {}
            case PreStart _ -> {}
            case Launching _ -> {}
            case Running _ -> {}
            case Stopping _ -> {}
            case PostStop _ -> {}
            case Backoff _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
        }
    }

    void probed(InstanceId instance, long sequence, boolean healthy, String detail, Now now) {
        if (state instanceof Running r && r.main().equals(instance)) {
            judge(r, health.answered(spec, sequence, healthy, detail, now.mono()), now);
        }
    }

    void notified(InstanceId instance, String message, Now now) {
        if (state instanceof Running r && r.main().equals(instance)) {
            judge(r, health.notified(spec, message, now.mono()), now);
        }
    }

    /** Found running, or ended unseen, by a daemon that has just started. */
    void adopt(Stimulus.Adopt adopted, Now now) {
        wanted = Wanted.UP;
        if (!adopted.alive()) {
            Outcome unknown = new Outcome.Unknown("it ended while no daemon watched");
            record(adopted.instance(), unknown, null, "unknown", now.mono(), now);
            become(
                    new Stopping(adopted.instance(), null, now.mono(), Phase.KILLED, null, MonoTime.NEVER, unknown),
                    now);
            return;
        }
        around.act(new Action.Journal(new Event.Adopted(now.wall(), id, adopted.instance(), adopted.leader())));
        var running = new Running(adopted.instance(), adopted.leader(), now.mono());
        run(running, now);
        if (!adopted.unchanged()) {
            planned = true;
            stop(running, "its configuration changed while no daemon ran", now);
        }
    }

    // ── time ──

    MonoTime nextDeadline() {
        MonoTime next = stateDeadline();
        for (MonoTime hook : postStarts.values()) {
            next = earliest(next, hook);
        }
        return next;
    }

    private MonoTime stateDeadline() {
        return switch (state) {
            case Down _ -> MonoTime.NEVER;
            case Waiting _ -> MonoTime.NEVER;
            case PreStart p -> p.deadline();
            case Launching _ -> MonoTime.NEVER;
            case Running r -> earliest(health.nextDeadline(), earliest(startDeadline(r), recycleAt(r)));
            case Stopping s -> s.deadline();
            case PostStop p -> p.deadline();
            case Backoff b -> b.until();
            case Completed _ -> MonoTime.NEVER;
            case Failed _ -> MonoTime.NEVER;
        };
    }

    void tick(Now now) {
        for (InstanceId hook : List.copyOf(postStarts.keySet())) {
            if (!now.mono().isBefore(postStarts.getOrDefault(hook, MonoTime.NEVER))) {
                hookFailed("post_start", "no end within its timeout", now);
                endPostStart(hook);
            }
        }
        if (now.mono().isBefore(stateDeadline())) {
            return;
        }
        switch (state) {
            case Backoff _ -> wait(now);
            case PreStart p -> {
                hookFailed("pre_start", "no end within its timeout", now);
                killHook(p, now);
            }
            case PostStop p -> {
                hookFailed("post_stop", "no end within its timeout", now);
                around.act(new Action.Kill(p.hook()));
                become(new PostStop(p.hook(), MonoTime.NEVER, true), now);
            }
            case Stopping s -> graceEnded(s, now);
            case Running r -> runningTick(r, now);
            case Down _ -> {}
            case Waiting _ -> {}
            case Launching _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
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
            case Waiting _ -> proceed(now);
            case Running r when wanted == Wanted.DOWN -> stop(r, stopReason, now);
            case Running _ -> {}
            case Down _ -> {}
            case PreStart _ -> {}
            case Launching _ -> {}
            case Stopping _ -> {}
            case PostStop _ -> {}
            case Backoff _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
        }
    }

    // ── questions ──

    /** Whether a process of it may exist. */
    boolean live() {
        return !postStarts.isEmpty() || stateLive();
    }

    private boolean stateLive() {
        return switch (state) {
            case PreStart _ -> true;
            case Launching _ -> true;
            case Running _ -> true;
            case Stopping _ -> true;
            case PostStop _ -> true;
            case Down _ -> false;
            case Waiting _ -> false;
            case Backoff _ -> false;
            case Completed _ -> false;
            case Failed _ -> false;
        };
    }

    /** Whether nothing more will happen by itself. */
    boolean settled() {
        return switch (state) {
            case Down _ -> true;
            case Completed _ -> true;
            case Failed _ -> true;
            case Running r -> wanted == Wanted.UP && health.ready() && !planned;
            case Waiting _ -> false;
            case PreStart _ -> false;
            case Launching _ -> false;
            case Stopping _ -> false;
            case PostStop _ -> false;
            case Backoff _ -> false;
        };
    }

    Optional<ExitRecord> lastExit() {
        return Optional.ofNullable(exits.peekFirst());
    }

    List<ExitRecord> exits() {
        return List.copyOf(exits);
    }

    // ── the way up ──

    private void wait(Now now) {
        become(new Waiting(), now);
        proceed(now);
    }

    private void proceed(Now now) {
        if (around.unmet(this).isPresent()) {
            return;
        }
        HookSpec hook = spec.hooks().preStart();
        if (hook == null) {
            launchMain(now);
            return;
        }
        InstanceId instance = around.launch(this, Purpose.PRE_START, hook.command(), null);
        become(new PreStart(instance, now.mono().plus(hook.timeout()), false, null), now);
    }

    private void launchMain(Now now) {
        planned = false;
        InstanceId main = around.launch(this, Purpose.MAIN, spec.launch().command(), null);
        become(new Launching(main), now);
    }

    private void run(Running running, Now now) {
        health.started(spec, now.mono());
        become(running, now);
        if (health.ready()) {
            around.act(new Action.Journal(new Event.Ready(now.wall(), id)));
        }
    }

    private void preStartEnded(PreStart p, Now now) {
        boolean succeeded = !p.killed() && p.outcome() instanceof Outcome.Exited(int code) && code == 0;
        if (wanted == Wanted.DOWN) {
            become(new Down(), now);
        } else if (succeeded && around.unmet(this).isPresent()) {
            become(new Waiting(), now); // a dependency went down meanwhile: the hook runs again when it is back
        } else if (succeeded) {
            launchMain(now);
        } else {
            String why = p.outcome() == null ? "it was killed" : Outcomes.describe(p.outcome());
            if (!p.killed()) {
                hookFailed("pre_start", why, now);
            }
            failedToStart("pre_start: " + why, now);
        }
    }

    private void failedToStart(String why, Now now) {
        if (wanted == Wanted.DOWN) {
            become(new Down(), now);
        } else if (spec.restart().policy() == RestartSpec.Policy.NEVER) {
            giveUp(why, now);
        } else {
            comeBack(Duration.ZERO, now);
        }
    }

    // ── the way down ──

    private void stop(Running r, String reason, Now now) {
        stopReason = reason;
        if (wanted == Wanted.DOWN && !around.mayStop(this)) {
            return; // its dependents go first; asked again when they have
        }
        around.act(new Action.Journal(new Event.Stopping(now.wall(), id, reason)));
        health.stopped();
        List.copyOf(postStarts.keySet()).forEach(this::endPostStart);
        HookSpec hook = spec.hooks().preStop();
        if (hook == null) {
            ask(r.main(), r.leader(), r.since(), null, now);
            return;
        }
        InstanceId aux =
                around.launch(this, Purpose.PRE_STOP, hook.command(), r.leader().pid());
        MonoTime deadline = now.mono().plus(hook.timeout());
        become(new Stopping(r.main(), r.leader(), r.since(), Phase.PREPARING, aux, deadline, null), now);
    }

    private void ask(InstanceId main, @Nullable ProcessRef leader, MonoTime started, @Nullable Outcome ended, Now now) {
        CommandSpec command = spec.stop().command();
        InstanceId aux = null;
        if (command != null && leader != null && ended == null) {
            aux = around.launch(this, Purpose.STOP_COMMAND, command, leader.pid());
        } else {
            around.act(new Action.SendSignal(main, spec.stop().signal()));
        }
        MonoTime deadline = now.mono().plus(spec.stop().timeout());
        become(new Stopping(main, leader, started, Phase.ASKED, aux, deadline, ended), now);
    }

    private void auxiliaryEnded(Stopping s, Now now) {
        switch (s.phase()) {
            case PREPARING -> ask(s.main(), s.leader(), s.since(), s.ended(), now);
            case ASKED, KILLED ->
                become(new Stopping(s.main(), s.leader(), s.since(), s.phase(), null, s.deadline(), s.ended()), now);
        }
    }

    private void graceEnded(Stopping s, Now now) {
        InstanceId aux = s.aux();
        switch (s.phase()) {
            case PREPARING -> {
                hookFailed("pre_stop", "no end within its timeout", now);
                if (aux != null) {
                    around.act(new Action.Kill(aux));
                }
                ask(s.main(), s.leader(), s.since(), s.ended(), now);
            }
            case ASKED -> {
                if (aux != null) {
                    around.act(new Action.Kill(aux));
                }
                around.act(new Action.Journal(new Event.Killed(now.wall(), id)));
                kill(s, now);
            }
            case KILLED -> {}
        }
    }

    private void kill(Stopping s, Now now) {
        around.act(new Action.Kill(s.main()));
        become(new Stopping(s.main(), s.leader(), s.since(), Phase.KILLED, null, MonoTime.NEVER, s.ended()), now);
    }

    private void endPostStart(InstanceId hook) {
        postStarts.put(hook, MonoTime.NEVER);
        around.act(new Action.Kill(hook));
        around.changed(this);
    }

    /** No more patience: the daemon's own time to stop is over. */
    void killNow(Now now) {
        List.copyOf(postStarts.keySet()).forEach(this::endPostStart);
        switch (state) {
            case Running r -> {
                health.stopped();
                around.act(new Action.Kill(r.main()));
                become(new Stopping(r.main(), r.leader(), r.since(), Phase.KILLED, null, MonoTime.NEVER, null), now);
            }
            case Stopping s when s.phase() != Phase.KILLED -> kill(s, now);
            case PreStart p -> killHook(p, now);
            case PostStop p
            when !p.killed() -> {
                around.act(new Action.Kill(p.hook()));
                become(new PostStop(p.hook(), MonoTime.NEVER, true), now);
            }
            case Launching l -> around.act(new Action.Kill(l.main()));
            case Stopping _ -> {}
            case PostStop _ -> {}
            case Down _ -> {}
            case Waiting _ -> {}
            case Backoff _ -> {}
            case Completed _ -> {}
            case Failed _ -> {}
        }
    }

    private void killHook(PreStart p, Now now) {
        if (!p.killed()) {
            around.act(new Action.Kill(p.hook()));
            become(new PreStart(p.hook(), MonoTime.NEVER, true, p.outcome()), now);
        }
    }

    private void gone(Stopping s, Now now) {
        InstanceId aux = s.aux();
        if (aux != null) {
            around.act(new Action.Kill(aux));
        }
        HookSpec hook = spec.hooks().postStop();
        if (hook == null) {
            settle(now);
            return;
        }
        InstanceId instance = around.launch(this, Purpose.POST_STOP, hook.command(), null);
        become(new PostStop(instance, now.mono().plus(hook.timeout()), false), now);
    }

    /** Nothing of it is left: what now? */
    private void settle(Now now) {
        if (wanted == Wanted.DOWN) {
            become(new Down(), now);
            return;
        }
        if (planned) {
            restarts.countPlanned();
            wait(now);
            return;
        }
        ExitRecord last = exits.peekFirst();
        Outcome outcome = last == null ? new Outcome.Unknown("no record") : last.outcome();
        Duration uptime = last == null ? Duration.ZERO : last.uptime();
        boolean success = outcome instanceof Outcome.Exited(int code)
                && (code == 0 || spec.plannedExitCodes().contains(code));
        if (success && spec.type() == ProcessSpec.Type.ONESHOT) {
            become(new Completed(), now);
            return;
        }
        switch (spec.restart().policy()) {
            case NEVER -> end(success, outcome, now);
            case ON_FAILURE -> {
                if (success) {
                    end(true, outcome, now);
                } else {
                    comeBack(uptime, now);
                }
            }
            case ALWAYS -> {
                if (success) {
                    restarts.countPlanned();
                    backOff(spec.restart().delay(), now);
                } else {
                    comeBack(uptime, now);
                }
            }
        }
    }

    private void end(boolean success, Outcome outcome, Now now) {
        if (success) {
            become(new Completed(), now);
        } else {
            giveUp(Outcomes.describe(outcome), now);
        }
    }

    private void comeBack(Duration uptime, Now now) {
        RestartSpec policy = spec.restart();
        if (!restarts.allowed(policy, now.mono())) {
            giveUp("restart limit: " + policy.limit() + " within " + policy.window(), now);
            return;
        }
        backOff(restarts.next(policy, uptime, now.mono()), now);
    }

    private void backOff(Duration delay, Now now) {
        around.act(new Action.Journal(new Event.Restarting(now.wall(), id, delay)));
        if (delay.isZero()) {
            wait(now);
        } else {
            become(new Backoff(now.mono().plus(delay)), now);
        }
    }

    private void giveUp(String why, Now now) {
        around.act(new Action.Journal(new Event.GivenUp(now.wall(), id, why)));
        become(new Failed(why), now);
    }

    // ── while it runs ──

    private void runningTick(Running r, Now now) {
        if (!now.mono().isBefore(startDeadline(r))) {
            stop(r, "not ready within " + spec.startTimeout(), now);
            return;
        }
        if (!now.mono().isBefore(recycleAt(r))) {
            planned = true;
            stop(r, "max_runtime " + spec.maxRuntime() + " is over", now);
            return;
        }
        if (health.overdue(now.mono())) {
            judge(r, health.answered(spec, health.sequence(), false, "no answer in time", now.mono()), now);
            if (!(state instanceof Running)) {
                return;
            }
        }
        var check = health.due(spec, now.mono());
        if (check != null) {
            around.act(new Action.Probe(r.main(), id, health.sequence(), check.check(), check.timeout(), spec));
        }
        around.changed(this);
    }

    private void judge(Running r, Health.Verdict verdict, Now now) {
        switch (verdict) {
            case NOTHING -> {}
            case READY -> around.act(new Action.Journal(new Event.Ready(now.wall(), id)));
            case RECOVERED -> around.act(new Action.Journal(new Event.Breaker(now.wall(), id, "closed")));
            case UNHEALTHY -> {
                around.act(new Action.Journal(new Event.Unhealthy(now.wall(), id, health.detail())));
                if (wanted == Wanted.UP && around.siblingsUp(this) && health.mayRestart(spec, now.mono())) {
                    stop(r, "health: " + health.detail(), now);
                }
            }
        }
        around.changed(this);
    }

    private MonoTime startDeadline(Running r) {
        boolean bounded = !health.ready()
                && spec.readiness() != null
                && !spec.startTimeout().isZero();
        return bounded && wanted == Wanted.UP ? r.since().plus(spec.startTimeout()) : MonoTime.NEVER;
    }

    private MonoTime recycleAt(Running r) {
        Duration max = spec.maxRuntime();
        return max == null || wanted == Wanted.DOWN ? MonoTime.NEVER : r.since().plus(max);
    }

    private void hookFailed(String hook, String why, Now now) {
        around.act(new Action.Journal(new Event.HookFailed(now.wall(), id, hook, why)));
    }

    private void record(
            InstanceId instance, Outcome outcome, @Nullable Usage usage, String reason, MonoTime started, Now now) {
        Duration uptime = now.mono().since(started);
        exits.addFirst(new ExitRecord(now.wall(), instance, outcome, reason, uptime, usage));
        if (exits.size() > EXITS_KEPT) {
            exits.removeLast();
        }
        around.act(new Action.Journal(new Event.Exited(now.wall(), id, instance, outcome, usage, uptime, reason)));
    }

    private void become(ReplicaState next, Now now) {
        if (!next.getClass().equals(state.getClass())) {
            since = now.wall();
        }
        state = next;
        around.changed(this);
    }

    private static MonoTime earliest(MonoTime a, MonoTime b) {
        return a.isBefore(b) ? a : b;
    }
}
