package dev.holdfast.supervise;

import dev.holdfast.event.Event;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;

/** What a running replica is due: probes, what their answers mean, its start timeout and its longest run. */
final class Upkeep {
    private final Replica self;
    private Health.Breaker told = Health.Breaker.CLOSED;

    Upkeep(Replica self) {
        this.self = self;
    }

    void runningTick(Running r, Now now) {
        if (!now.mono().isBefore(startDeadline(r)) && self.health.unheard()) {
            self.health.presume(self.spec, now.mono());
            String why =
                    "adopted before it had said READY=1, which it may have said while no daemon ran; its start_timeout"
                            + " of " + Durations.format(self.spec.startTimeout()) + " is over";
            self.around.act(new Action.Journal(new Event.Presumed(now.wall(), self.id, why)));
        } else if (!now.mono().isBefore(startDeadline(r))) {
            self.down.stop(r, "not ready within " + Durations.format(self.spec.startTimeout()), now);
            return;
        }
        if (!now.mono().isBefore(recycleAt(r))) {
            self.planned = true;
            self.down.stop(r, "max_runtime is over", now);
            return;
        }
        if (self.health.overdue(now.mono())) {
            judge(
                    r,
                    self.health.answered(self.spec, self.health.sequence(), false, "no answer in time", now.mono()),
                    now);
            if (!(self.state instanceof Running)) {
                return;
            }
        }
        var check = self.health.due(self.spec, now.mono());
        if (check != null) {
            self.around.act(new Action.Probe(
                    r.main(), self.id, self.health.sequence(), check.check(), check.timeout(), self.spec));
        }
        self.around.changed(self);
    }

    void judge(Running r, Health.Verdict verdict, Now now) {
        switch (verdict) {
            case NOTHING -> {}
            case READY, RECOVERED -> self.around.act(new Action.Journal(new Event.Ready(now.wall(), self.id)));
            case UNHEALTHY -> {
                self.around.act(new Action.Journal(new Event.Unhealthy(now.wall(), self.id, self.health.detail())));
                if (self.wanted == Replica.Wanted.UP
                        && self.around.siblingsUp(self)
                        && self.health.mayRestart(self.spec, now.mono())) {
                    self.down.stop(r, "health: " + self.health.detail(), now);
                }
            }
        }
        if (self.health.breaker() != told) {
            told = self.health.breaker();
            self.around.act(new Action.Journal(new Event.Breaker(now.wall(), self.id, told.word())));
        }
        self.around.changed(self);
    }

    /** Whoever was not heard has been waited for since its start; others show it to each daemon anew. */
    MonoTime startDeadline(Running r) {
        boolean bounded = !self.health.ready()
                && self.spec.readiness() != null
                && !self.spec.startTimeout().isZero();
        return bounded && self.wanted == Replica.Wanted.UP
                ? (self.health.unheard() ? r.since() : self.health.began()).plus(self.spec.startTimeout())
                : MonoTime.NEVER;
    }

    MonoTime recycleAt(Running r) {
        Duration max = self.spec.maxRuntime();
        return max == null || self.wanted == Replica.Wanted.DOWN
                ? MonoTime.NEVER
                : r.since().plus(max);
    }
}
