package dev.holdfast.supervise;

import dev.holdfast.config.HookSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.supervise.ReplicaState.Backoff;
import dev.holdfast.supervise.ReplicaState.Completed;
import dev.holdfast.supervise.ReplicaState.Down;
import dev.holdfast.supervise.ReplicaState.Failed;
import dev.holdfast.supervise.ReplicaState.Launching;
import dev.holdfast.supervise.ReplicaState.PreStart;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.supervise.ReplicaState.Waiting;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Now;
import java.time.Duration;

/** The way up of a replica: dependencies, pre_start, launch; and whether and when it comes back after an end. */
final class Ascent {
    private final Replica self;

    Ascent(Replica self) {
        this.self = self;
    }

    void wait(Now now) {
        self.become(new Waiting(), now);
        proceed(now);
    }

    void proceed(Now now) {
        if (self.around.unmet(self).isPresent()) {
            return;
        }
        HookSpec hook = self.spec.hooks().preStart();
        if (hook == null) {
            launchMain(now);
            return;
        }
        InstanceId instance = self.around.launch(self, Purpose.PRE_START, hook.command(), null);
        self.become(new PreStart(instance, now.mono().plus(hook.timeout()), null, null, null), now);
    }

    void launchMain(Now now) {
        self.planned = false;
        self.stopReason = "";
        self.endings.begin();
        InstanceId main =
                self.around.launch(self, Purpose.MAIN, self.spec.launch().command(), null);
        self.become(new Launching(main), now);
    }

    void run(Running running, Now now) {
        self.health.started(self.spec, now.mono());
        self.become(running, now);
        if (self.health.ready() && self.spec.liveness() != null) { // without any check, started says it all
            self.around.act(new Action.Journal(new Event.Ready(now.wall(), self.id)));
        }
    }

    void preStartFailed(PreStart p, String why, Now now) {
        String killed = p.killed();
        boolean overdue = killed != null && !killed.isEmpty();
        if (!overdue) {
            self.hookFailed("pre_start", why, now); // else it was told when its time was over
        }
        failedToStart("pre_start: " + (overdue ? killed : why), now);
    }

    void preStartEnded(PreStart p, Now now) {
        String killed = p.killed();
        boolean succeeded = killed == null && p.outcome() instanceof Outcome.Exited(int code) && code == 0;
        if (self.wanted == Replica.Wanted.DOWN) {
            self.become(new Down(), now);
        } else if (killed != null && killed.isEmpty()) {
            wait(now); // stopped, and then wanted again
        } else if (succeeded && self.around.unmet(self).isPresent()) {
            self.become(new Waiting(), now); // a dependency went down meanwhile: the hook runs again when it is back
        } else if (succeeded) {
            launchMain(now);
        } else {
            Outcome outcome = p.outcome();
            String why = killed != null
                    ? killed
                    : outcome == null ? "no word of its end" : Outcomes.describe(outcome, p.usage());
            if (killed == null) {
                self.hookFailed("pre_start", why, now);
            }
            failedToStart("pre_start: " + why, now);
        }
    }

    void failedToStart(String why, Now now) {
        self.endings.failedToStart(why);
        if (self.wanted == Replica.Wanted.DOWN) {
            self.become(new Down(), now);
        } else if (self.spec.restart().policy() == RestartSpec.Policy.NEVER) {
            giveUp(why, now);
        } else {
            comeBack(Duration.ZERO, now);
        }
    }

    /** Nothing of it is left: what now? */
    void settle(Now now) {
        if (self.wanted == Replica.Wanted.DOWN) {
            self.become(new Down(), now);
            return;
        }
        ExitRecord last = self.endings.lastExit().orElse(null);
        Duration uptime = last == null ? Duration.ZERO : last.uptime();
        if (self.planned) {
            self.restarts.countPlanned();
            self.restarts.endedWell(self.spec.restart(), uptime);
            wait(now);
            return;
        }
        Outcome outcome = last == null ? new Outcome.Unknown("no record") : last.outcome();
        boolean success = !self.endings.overran()
                && outcome instanceof Outcome.Exited(int code)
                && (code == 0 || self.spec.plannedExitCodes().contains(code));
        if (success && self.spec.type() == ProcessSpec.Type.ONESHOT) {
            complete(now);
            return;
        }
        switch (self.spec.restart().policy()) {
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
                    self.restarts.countPlanned();
                    self.restarts.endedWell(self.spec.restart(), uptime);
                    backOff(self.spec.restart().delay(), false, now);
                } else {
                    comeBack(uptime, now);
                }
            }
        }
    }

    void end(boolean success, Outcome outcome, Now now) {
        if (success) {
            complete(now);
        } else {
            giveUp(Outcomes.describe(outcome), now);
        }
    }

    private void complete(Now now) {
        self.around.act(new Action.Journal(new Event.Completed(now.wall(), self.id)));
        self.become(new Completed(), now);
    }

    void comeBack(Duration uptime, Now now) {
        RestartSpec policy = self.spec.restart();
        if (!self.restarts.allowed(policy, now.mono())) {
            giveUp(
                    "restart limit: " + policy.limit() + " within " + Durations.format(policy.window()) + "; last: "
                            + self.endings.last(),
                    now);
            return;
        }
        backOff(self.restarts.next(policy, uptime, now.mono()), true, now);
    }

    private void backOff(Duration delay, boolean failure, Now now) {
        self.around.act(new Action.Journal(new Event.Restarting(now.wall(), self.id, delay, failure)));
        if (delay.isZero()) {
            wait(now);
        } else {
            self.become(new Backoff(now.mono().plus(delay)), now);
        }
    }

    void giveUp(String why, Now now) {
        self.around.act(new Action.Journal(new Event.GivenUp(now.wall(), self.id, why)));
        self.become(new Failed(why), now);
    }
}
