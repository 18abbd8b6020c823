package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ExitPolicy;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.supervise.Supervision;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What supervision decides, done: instances launched and ended, events told. The loop's thread's own. */
final class ProcessDesk {
    private final Daemon daemon;
    final Supervision supervision;
    final Waiters waiters;

    ProcessDesk(Daemon daemon, GlobalSpec global) {
        this.daemon = daemon;
        this.supervision = new Supervision(
                daemon.specs(),
                global.shutdownTimeout(),
                ExitPolicy.of(global.exit()),
                InstanceId::fresh,
                ThreadLocalRandom.current().nextLong());
        this.waiters = new Waiters(
                names -> supervision.settled(names) && daemon.probes.noneOf(names, r -> !supervision.live(r)));
    }

    void adopt(List<KernelLauncher.Adopted> all) {
        for (Adoption.Found f : new Adoption(daemon.specs(), daemon.intents, daemon.chronicle, Instant.now()).of(all)) {
            f.stimulus().ifPresentOrElse(this::apply, () -> daemon.launcher.kill(f.instance()));
        }
    }

    /** Decides, then acts. */
    void apply(Stimulus stimulus) {
        Now now = Loop.now();
        if (stimulus instanceof Stimulus.Stop(var names, var _)) {
            daemon.alertEvents.stopped(names);
        }
        supervision.apply(stimulus, now).forEach(this::act);
        daemon.intents.flush();
        waiters.tell();
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch l -> {
                if (l.purpose() == Action.Purpose.MAIN) {
                    daemon.intents.begins(l.replica());
                    daemon.guard.begins(l.instance(), l.replica().toString());
                }
                daemon.confinement.launch(daemon.launches.launch(l, daemon.launcher::leader), l.spec());
            }
            case Action.SendSignal(InstanceId id, var signal) -> daemon.launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> daemon.launcher.kill(id);
            case Action.Probe p -> {
                daemon.metrics.asks(p);
                daemon.probes.ask(p);
            }
            case Action.EndChecks(InstanceId id) -> daemon.probes.end(id);
            case Action.Journal(var event) -> tell(event);
            case Action.Finish(int code) -> daemon.life.finished(code);
        }
    }

    /** It has happened. */
    void tell(Event event) {
        daemon.chronicle.remember(event);
        daemon.intents.note(event);
        daemon.metrics.happened(event);
        daemon.loop.later(() -> {
            daemon.chronicle.write(event);
            boolean whole = event instanceof Event.Scaled || event instanceof Event.ScaleHeld;
            daemon.console.say(
                    Words.level(event),
                    (whole ? event.replica().process() : name(event.replica())) + " " + Words.of(event));
            daemon.alertEvents.happened(event, Loop.now().mono());
        });
    }

    /**
     * Another number of replicas.
     *
     * @param heldUntil when people hold the number of a process with a scale; null: they do not
     * @return false when there is no such process any more
     */
    boolean scale(String name, int n, @Nullable MonoTime heldUntil, String by) {
        SortedMap<String, ProcessSpec> before = daemon.specs();
        if (!daemon.desired.scale(name, n, heldUntil)) {
            return false;
        }
        daemon.outputs.reconfigure(daemon.launched());
        daemon.alertEvents.reconfigured(before, daemon.specs(), daemon.jobs(), daemon.outputs::file);
        apply(new Stimulus.Scale(name, n, by));
        if (supervision.views().stream().anyMatch(v -> v.id().process().equals(name) && v.wantedUp())) {
            daemon.intents.started(Set.of(name)); // also those of it that were stopped before
        }
        return true;
    }

    /** As people call it. */
    String name(ReplicaId replica) {
        ProcessSpec spec = daemon.specs().get(replica.process());
        return Names.of(replica, spec == null ? 1 : spec.mostReplicas());
    }
}
