package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.supervise.ReplicaState.Idle;
import dev.holdfast.supervise.ReplicaState.Launching;
import dev.holdfast.supervise.ReplicaState.Phase;
import dev.holdfast.supervise.ReplicaState.PostStop;
import dev.holdfast.supervise.ReplicaState.PreStart;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.supervise.ReplicaState.Stopping;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import org.jspecify.annotations.Nullable;

/** The way down of a replica: pre_stop, the request, grace, kill, post_stop. */
final class Descent {
    private final Replica self;

    Descent(Replica self) {
        this.self = self;
    }

    void stop(Running r, String reason, Now now) {
        self.stopReason = reason;
        if (self.wanted == Replica.Wanted.DOWN && !self.around.mayStop(self)) {
            return; // its dependents go first; asked again when they have
        }
        self.around.act(new Action.Journal(new Event.Stopping(now.wall(), self.id, r.main(), reason)));
        endChecks(r.main());
        self.postStarts.killAll();
        HookSpec hook = self.spec.hooks().preStop();
        if (hook == null) {
            ask(r.main(), r.leader(), r.since(), null, now);
            return;
        }
        InstanceId aux = self.around.launch(
                self, Purpose.PRE_STOP, hook.command(), r.leader().pid());
        MonoTime deadline = now.mono().plus(hook.timeout());
        self.become(new Stopping(r.main(), r.leader(), r.since(), Phase.PREPARING, aux, deadline, null), now);
    }

    void ask(InstanceId main, @Nullable ProcessRef leader, MonoTime started, @Nullable Outcome ended, Now now) {
        CommandSpec command = self.spec.stop().command();
        InstanceId aux = null;
        if (command != null && leader != null && ended == null) {
            aux = self.around.launch(self, Purpose.STOP_COMMAND, command, leader.pid());
        } else {
            self.around.act(new Action.SendSignal(main, self.spec.stop().signal()));
        }
        MonoTime deadline = now.mono().plus(self.spec.stop().timeout());
        self.become(new Stopping(main, leader, started, Phase.ASKED, aux, deadline, ended), now);
    }

    /** What the auxiliary of this stop is called. */
    String auxiliary(Stopping s) {
        return s.phase() == Phase.PREPARING ? "pre_stop" : "stop.command";
    }

    void auxiliaryEnded(Stopping s, Now now) {
        switch (s.phase()) {
            case PREPARING -> ask(s.main(), s.leader(), s.since(), s.ended(), now);
            case ASKED, KILLED ->
                self.become(
                        new Stopping(s.main(), s.leader(), s.since(), s.phase(), null, s.deadline(), s.ended()), now);
        }
    }

    void graceEnded(Stopping s, Now now) {
        InstanceId aux = s.aux();
        switch (s.phase()) {
            case PREPARING -> {
                self.hookFailed("pre_stop", Outcomes.overdue(self.spec.hooks().preStop()), now);
                if (aux != null) {
                    self.around.act(new Action.Kill(aux));
                }
                ask(s.main(), s.leader(), s.since(), s.ended(), now);
            }
            case ASKED -> {
                if (aux != null) {
                    self.around.act(new Action.Kill(aux));
                }
                kill(s, overdue(s), now);
            }
            case KILLED -> {}
        }
    }

    private String overdue(Stopping s) {
        CommandSpec command = self.spec.stop().command();
        return (s.ended() == null ? "" : "what it left behind ")
                + "did not end within " + Durations.format(self.spec.stop().timeout()) + " after "
                + (command == null || s.ended() != null ? self.spec.stop().signal() : "its stop command");
    }

    /** No grace: it would take the host with it. */
    void killAtOnce(Running r, String reason, String why, Now now) {
        self.stopReason = reason;
        self.around.act(new Action.Journal(new Event.Stopping(now.wall(), self.id, r.main(), reason)));
        endChecks(r.main());
        self.postStarts.killAll();
        kill(new Stopping(r.main(), r.leader(), r.since(), Phase.ASKED, null, MonoTime.NEVER, null), why, now);
    }

    /** Nor is what is left of its grace given to what goes on growing. */
    void killAtOnce(Stopping s, String why, Now now) {
        InstanceId aux = s.aux();
        if (aux != null) {
            self.around.act(new Action.Kill(aux));
        }
        kill(s, why, now);
    }

    private void kill(Stopping s, String why, Now now) {
        self.endings.killed(why);
        self.around.act(new Action.Journal(new Event.Killed(now.wall(), self.id, s.main(), why)));
        self.around.act(new Action.Kill(s.main()));
        self.become(new Stopping(s.main(), s.leader(), s.since(), Phase.KILLED, null, MonoTime.NEVER, s.ended()), now);
    }

    /** Whether it runs well is no longer of interest, and nothing that asks stays. */
    void endChecks(InstanceId main) {
        self.health.stopped();
        self.around.act(new Action.EndChecks(main));
    }

    /** No more patience: the daemon's own time to stop is over. */
    void killNow(Now now) {
        String why = "global.shutdown_timeout is over";
        self.postStarts.killAll();
        switch (self.state) {
            case Running r -> {
                endChecks(r.main());
                kill(new Stopping(r.main(), r.leader(), r.since(), Phase.ASKED, null, MonoTime.NEVER, null), why, now);
            }
            case Stopping s
            when s.phase() != Phase.KILLED -> {
                InstanceId aux = s.aux();
                if (aux != null) {
                    self.around.act(new Action.Kill(aux));
                }
                kill(s, why, now);
            }
            case PreStart p -> killHook(p, "", now);
            case PostStop p
            when !p.killed() -> {
                self.around.act(new Action.Kill(p.hook()));
                self.become(new PostStop(p.hook(), MonoTime.NEVER, true), now);
            }
            case Launching l -> self.around.act(new Action.Kill(l.main()));
            case Idle _, Stopping _, PostStop _ -> {}
        }
    }

    /** @param why empty when it was asked for */
    void killHook(PreStart p, String why, Now now) {
        if (p.killed() == null) {
            self.around.act(new Action.Kill(p.hook()));
            self.become(new PreStart(p.hook(), MonoTime.NEVER, why, p.outcome(), p.usage()), now);
        }
    }

    void gone(Stopping s, Now now) {
        InstanceId aux = s.aux();
        if (aux != null) {
            self.around.act(new Action.Kill(aux));
        }
        HookSpec hook = self.spec.hooks().postStop();
        if (hook == null) {
            self.up.settle(now);
            return;
        }
        InstanceId instance = self.around.launch(self, Purpose.POST_STOP, hook.command(), null);
        self.become(new PostStop(instance, now.mono().plus(hook.timeout()), false), now);
    }
}
