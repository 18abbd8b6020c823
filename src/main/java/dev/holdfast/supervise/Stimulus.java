package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Set;
import java.util.SortedMap;

/** What {@link Supervision} is told. */
public sealed interface Stimulus {
    /** The kernel reported of an instance. */
    record FromProcess(ProcessEvent event) implements Stimulus {}

    /**
     * A probe answered.
     *
     * @param sequence of the {@link Action.Probe}; an answer to an older one is ignored
     */
    record Probed(InstanceId instance, long sequence, boolean healthy, String detail) implements Stimulus {}

    /** {@link Supervision#nextDeadline} has come, or may have. */
    record Tick() implements Stimulus {}

    /**
     * An instance of an earlier daemon.
     *
     * @param main false: a hook, whose result nobody awaits any more
     * @param alive false: its leader ended unseen; its {@code Emptied} will follow
     * @param unchanged whether it runs what the configuration says now
     * @param age since its start
     * @param restarts of the replica before it
     */
    record Adopt(
            ReplicaId replica,
            InstanceId instance,
            ProcessRef leader,
            boolean main,
            boolean alive,
            boolean unchanged,
            Duration age,
            int restarts)
            implements Stimulus {}

    /**
     * All adoptions are told: start what shall run.
     *
     * @param held processes that were stopped by a person under an earlier daemon, and stay so
     * @param completed replicas that did their work under an earlier daemon, which is not done again
     */
    record Begin(Set<String> held, Set<ReplicaId> completed) implements Stimulus {}

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Start(Set<String> names, String by) implements Stimulus {}

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Stop(Set<String> names, String by) implements Stimulus {}

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Restart(Set<String> names, String by) implements Stimulus {}

    /** Sent as it is; supervision draws no conclusion from it. */
    record SendSignal(Set<String> names, Signal signal) implements Stimulus {}

    /** @param replicas 0 or more */
    record Scale(String name, int replicas, String by) implements Stimulus {}

    /** The configuration is now this. */
    record Reload(SortedMap<String, ProcessSpec> specs, String by) implements Stimulus {}

    /** Stop everything in reverse order, then {@link Action.Finish}. */
    record ShutDown(String by) implements Stimulus {}
}
