package dev.holdfast.daemon;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;

/** What the kernel tells of instances, told to those whom each concerns. On the loop's thread. */
final class Dispatch {
    private final Daemon d;

    Dispatch(Daemon daemon) {
        this.d = daemon;
    }

    void happened(ProcessEvent event) {
        boolean rehearsed = d.rehearsal.took(event);
        if (!rehearsed) {
            MonoTime now = Loop.now().mono();
            d.trim.stirred(now);
            d.rehearsal.stirred(now);
        }
        switch (event) {
            case ProcessEvent.Started(InstanceId id, ProcessRef leader) -> {
                d.lasting.began(id);
                if (d.timetable.owns(id) || d.workshop.owns(id)) {
                    d.guard.begins(id, d.confinement.label(id));
                }
                d.guard.began(id, leader);
            }
            case ProcessEvent.LaunchFailed failed -> {
                d.guard.ended(failed.id());
                d.front.look(); // it may be gone
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                d.lasting.ended(id);
                d.guard.ended(id);
            }
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
        if (!rehearsed && !d.alerts.took(event)) {
            tellOwner(event);
        }
        d.confinement.happened(event, d.specs());
    }

    private void tellOwner(ProcessEvent event) {
        if (d.timetable.owns(event.id())) {
            d.timetable.happened(event);
        } else if (d.workshop.owns(event.id())) {
            d.workshop.happened(event);
        } else if (d.watchers.owns(event.id())) {
            d.watchers.happened(event);
        } else if (d.guardCommands.took(event)) {
            return;
        } else if (d.probes.took(event)) {
            d.processes.waiters.tell();
        } else {
            d.processes.apply(new Stimulus.FromProcess(event));
        }
    }

    /** A limit that is kept by watching was passed, or a mark. */
    void crossed(Crossing c) {
        switch (d.confinement.role(c.id())) {
            case MAIN -> d.processes.apply(new Stimulus.Crossed(c));
            case RUN -> {
                if (d.workshop.owns(c.id())) {
                    d.workshop.crossed(c, d.confinement.label(c.id()));
                } else {
                    d.timetable.crossed(c, d.confinement.label(c.id()));
                }
            }
            case ASIDE -> d.confinement.kill(c);
        }
    }
}
