package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.Launch;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.process.Watch;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ReplicaView;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Has all that is launched keep to the limits that the file says now. The loop's thread owns it. */
final class Confinement {
    private final KernelLauncher launcher;
    private final Enforcement enforcement;
    private final Watch watch;
    private final Consumer<String> say;
    /** On their way to their first instruction, with these limits: a reload may come in between. */
    private final Map<InstanceId, ProcessSpec> starting = new HashMap<>();
    /** What is no process's main program, for people. */
    private final Map<InstanceId, Beside> beside = new HashMap<>();

    private record Beside(Role role, String label) {}

    /** Who decides what becomes of an instance that passes a limit. */
    enum Role {
        /** A process's main program: supervision. */
        MAIN,
        /** A run of a schedule: the schedules; an attempt at a job: the queues. */
        RUN,
        /** A hook or a check: nobody is asked. */
        ASIDE;

        static Role of(Map<String, String> attributes) {
            String purpose = attributes.getOrDefault(Launches.PURPOSE, "");
            return purpose.equals(Action.Purpose.MAIN.name())
                    ? MAIN
                    : purpose.equals(Timetable.RUN) || purpose.equals(Workshop.JOB) ? RUN : ASIDE;
        }
    }

    Confinement(KernelLauncher launcher, Enforcement enforcement, Watch watch, Consumer<String> say) {
        this.launcher = launcher;
        this.enforcement = enforcement;
        this.watch = watch;
        this.say = say;
    }

    /** @param spec whose limits it has */
    void launch(Launch launch, ProcessSpec spec) {
        starting.put(launch.id(), spec);
        note(launch.id(), Role.of(launch.attributes()), launch.label());
        launcher.launch(launch);
    }

    private void note(InstanceId id, Role role, String label) {
        if (role != Role.MAIN) {
            beside.put(id, new Beside(role, label));
        }
    }

    void happened(ProcessEvent event, Map<String, ProcessSpec> specs) {
        switch (event) {
            case ProcessEvent.Started(InstanceId id, var _) -> started(id, specs);
            case ProcessEvent.LaunchFailed(InstanceId id, var _) -> {
                starting.remove(id);
                beside.remove(id);
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                beside.remove(id);
                enforcement.ended(id);
                watch.forget(id);
            }
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
    }

    private void started(InstanceId id, Map<String, ProcessSpec> specs) {
        ProcessSpec given = starting.remove(id);
        if (given == null) {
            return; // it keeps output, say
        }
        ProcessSpec now = beside.containsKey(id) ? given : specs.get(given.name());
        if (now != null && !now.resources().equals(given.resources())) {
            limit(id, now);
        } else {
            watch(id, given);
        }
    }

    /** An instance of an earlier daemon, which runs. */
    void adopted(KernelLauncher.Adopted a, Map<String, ProcessSpec> specs) {
        Role role = Role.of(a.attributes());
        ProcessSpec spec = specs.get(Outputs.replica(a.attributes()).process());
        note(a.id(), role, a.label());
        if (spec == null) {
            return; // not configured any more, and about to be ended
        }
        if (launcher.grouped(a.id())) {
            if (role == Role.MAIN) {
                limit(a.id(), spec);
            }
        } else if (enforcement.grouping() && !spec.resources().given().isEmpty()) {
            enforcement.ungrouped(a.id());
        }
        watch(a.id(), spec);
    }

    void reconfigured(Collection<ReplicaView> views, Map<String, ProcessSpec> before, Map<String, ProcessSpec> now) {
        for (ReplicaView v : views) {
            InstanceId id = v.instance();
            ProcessSpec old = before.get(v.id().process());
            ProcessSpec spec = now.get(v.id().process());
            if (id != null && old != null && spec != null && !old.resources().equals(spec.resources())) {
                limit(id, spec);
            }
        }
    }

    Role role(InstanceId id) {
        Beside b = beside.get(id);
        return b == null ? Role.MAIN : b.role;
    }

    /** What people call it, if it is no main program. */
    String label(InstanceId id) {
        Beside b = beside.get(id);
        return b == null ? "" : b.label;
    }

    /** What runs aside passed a limit that we keep: it has no stop of its own, and so no grace. */
    void kill(Crossing c) {
        Kill limit = c.limit();
        if (limit != null) {
            say.accept(label(c.id()) + ": " + c.passed() + ", it had " + c.amount() + ": killed");
            launcher.kill(c.id(), limit);
        }
    }

    private void limit(InstanceId id, ProcessSpec spec) {
        launcher.limit(id, Limits.of(spec.resources()))
                .forEach(refused -> say.accept(spec.name() + ": a limit was not changed: " + refused));
        watch(id, spec);
    }

    private void watch(InstanceId id, ProcessSpec spec) {
        launcher.watch(watch, id, enforcement.bounds(spec, id, !beside.containsKey(id)));
    }
}
