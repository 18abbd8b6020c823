package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.process.Watch;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ReplicaView;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Has what runs keep to the limits that the file says now. The loop's thread owns it. */
final class Confinement {
    private final KernelLauncher launcher;
    private final Enforcement enforcement;
    private final Watch watch;
    private final Consumer<String> say;
    /** On their way to their first instruction, with these limits: a reload may come in between. */
    private final Map<InstanceId, ProcessSpec> starting = new HashMap<>();

    Confinement(KernelLauncher launcher, Enforcement enforcement, Watch watch, Consumer<String> say) {
        this.launcher = launcher;
        this.enforcement = enforcement;
        this.watch = watch;
        this.say = say;
    }

    void launching(Action.Launch launch) {
        if (launch.purpose() == Action.Purpose.MAIN) {
            starting.put(launch.instance(), launch.spec());
        }
    }

    void happened(ProcessEvent event, Map<String, ProcessSpec> specs) {
        switch (event) {
            case ProcessEvent.Started(InstanceId id, var _) -> started(id, specs);
            case ProcessEvent.LaunchFailed(InstanceId id, var _) -> starting.remove(id);
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                enforcement.ended(id);
                watch.forget(id);
            }
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
    }

    private void started(InstanceId id, Map<String, ProcessSpec> specs) {
        ProcessSpec given = starting.remove(id);
        ProcessSpec now = given == null ? null : specs.get(given.name());
        if (given == null) {
            return; // a hook or a check
        }
        if (now != null && !now.resources().equals(given.resources())) {
            limit(id, now);
        } else {
            watch(id, given);
        }
    }

    /** An instance of an earlier daemon, which runs. */
    void adopted(KernelLauncher.Adopted a, Map<String, ProcessSpec> specs) {
        String purpose = a.attributes().getOrDefault(Launches.PURPOSE, "");
        ProcessSpec spec = specs.get(Outputs.replica(a.attributes()).process());
        if (spec == null || purpose.equals(Launches.PROBE)) {
            return; // not configured any more, or about to be ended
        }
        if (launcher.grouped(a.id())) {
            if (purpose.equals(Action.Purpose.MAIN.name())) {
                limit(a.id(), spec);
            }
        } else if (enforcement.grouping() && !spec.resources().given().isEmpty()) {
            enforcement.ungrouped(a.id());
        }
        if (purpose.equals(Action.Purpose.MAIN.name())) {
            watch(a.id(), spec);
        }
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

    private void limit(InstanceId id, ProcessSpec spec) {
        launcher.limit(id, Limits.of(spec.resources()))
                .forEach(refused -> say.accept(spec.name() + ": a limit was not changed: " + refused));
        watch(id, spec);
    }

    private void watch(InstanceId id, ProcessSpec spec) {
        launcher.watch(watch, id, enforcement.bounds(spec, id));
    }
}
