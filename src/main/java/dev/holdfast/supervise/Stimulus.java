package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.Bounds;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

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

    /** A running instance has passed one of its bounds. */
    record Crossed(Bounds.Crossing crossing) implements Stimulus {}

    /** {@link Supervision#nextDeadline} has come, or may have. */
    record Tick() implements Stimulus {}

    /**
     * An instance of an earlier daemon; of one replica's the last one comes first.
     *
     * @param main false: a hook, whose result nobody awaits any more, or one that is over for good
     * @param alive false: its leader has ended; its {@code Emptied} will follow
     * @param ended how, where an earlier daemon told of it; null: unseen, or alive
     * @param obsolete why it may not stay, such as a changed configuration; null: it may
     * @param age since its start
     * @param restarts of the replica before it
     */
    record Adopt(
            ReplicaId replica,
            InstanceId instance,
            ProcessRef leader,
            boolean main,
            boolean alive,
            @Nullable Outcome ended,
            @Nullable String obsolete,
            Duration age,
            int restarts)
            implements Stimulus {}

    /**
     * All adoptions are told: start what shall run. What people had asked for under an earlier daemon holds on; what
     * they said of a single replica goes before what they said of its process.
     *
     * @param stopped processes, or replicas as {@link ReplicaId} writes them, that shall be down
     * @param started those that shall be up
     * @param completed replicas that did their work under an earlier daemon, which is not done again
     */
    record Begin(Set<String> stopped, Set<String> started, Set<ReplicaId> completed) implements Stimulus {
        /** The last word on a replica; empty when there was none. */
        Optional<Boolean> shallBeUp(ReplicaId id) {
            for (String name : List.of(id.toString(), id.process())) {
                if (stopped.contains(name) || started.contains(name)) {
                    return Optional.of(started.contains(name));
                }
            }
            return Optional.empty();
        }
    }

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Start(Set<String> names, String by) implements Stimulus {}

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Stop(Set<String> names, String by) implements Stimulus {}

    /** @param names of processes, or of single replicas as {@link ReplicaId} writes them
     * @param by who asked, for people */
    record Restart(Set<String> names, String by) implements Stimulus {}

    /** Sent as it is; an end by it is no riddle, else supervision draws no conclusion from it. */
    record SendSignal(Set<String> names, Signal signal, String by) implements Stimulus {}

    /** @param replicas 0 or more */
    record Scale(String name, int replicas, String by) implements Stimulus {}

    /** The configuration is now this. */
    record Reload(SortedMap<String, ProcessSpec> specs, String by) implements Stimulus {}

    /** Stop everything in reverse order, then {@link Action.Finish}. */
    record ShutDown(String by) implements Stimulus {}
}
