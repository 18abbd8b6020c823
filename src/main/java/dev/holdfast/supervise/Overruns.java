package dev.holdfast.supervise;

import dev.holdfast.event.Event;
import dev.holdfast.event.Kill;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.supervise.ReplicaState.Idle;
import dev.holdfast.supervise.ReplicaState.Live;
import dev.holdfast.supervise.ReplicaState.Phase;
import dev.holdfast.supervise.ReplicaState.Running;
import dev.holdfast.supervise.ReplicaState.Stopping;
import dev.holdfast.unit.Now;

/**
 * What is done when a running replica passes what is watched of it. A recycling is planned and so no failure; a limit
 * that was passed is one, however it then ends.
 */
final class Overruns {
    private final Replica self;

    Overruns(Replica self) {
        this.self = self;
    }

    void crossed(Crossing c, Now now) {
        switch (self.state) {
            case Running r when r.main().equals(c.id()) -> running(r, c, now);
            case Stopping s when s.main().equals(c.id()) && s.phase() != Phase.KILLED -> stopping(s, c, now);
            case Idle _, Live _ -> {}
        }
    }

    private void running(Running r, Crossing c, Now now) {
        switch (c.kind()) {
            case WARN ->
                self.around.act(
                        new Action.Journal(new Event.MemoryHigh(now.wall(), self.id, r.main(), c.value(), c.bound())));
            case RECYCLE -> {
                if (self.wanted == Replica.Wanted.UP) {
                    self.planned = true;
                    self.down.stop(
                            r,
                            "memory_watch: recycled at " + Crossing.mebibytes(c.bound()) + " of memory, it has "
                                    + c.amount(),
                            now);
                }
            }
            case MEMORY -> {
                overran(c);
                self.planned = false;
                self.down.stop(r, c.passed() + ", it has " + c.amount(), now);
            }
            case FAR_ABOVE_MEMORY, TASKS -> {
                overran(c);
                self.planned = false;
                self.down.killAtOnce(r, c.passed(), "it had " + c.amount(), now);
            }
        }
    }

    private void stopping(Stopping s, Crossing c, Now now) {
        switch (c.kind()) {
            case WARN, RECYCLE, MEMORY -> {} // it is on its way already
            case FAR_ABOVE_MEMORY, TASKS -> {
                overran(c);
                self.down.killAtOnce(s, c.passed() + ", it had " + c.amount(), now);
            }
        }
    }

    private void overran(Crossing c) {
        Kill limit = c.limit();
        if (limit != null) {
            self.endings.overran(limit);
        }
    }
}
