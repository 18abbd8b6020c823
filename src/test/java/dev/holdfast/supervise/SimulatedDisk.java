package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.supervise.Action.Purpose;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a daemon leaves to the next one: intents and the journal; and what that makes of the instances that it finds. */
final class SimulatedDisk {
    private final RandomGenerator random;
    /** The last word that a user has said on each replica. */
    private final Map<ReplicaId, Boolean> asked = new TreeMap<>();

    private final Set<ReplicaId> completed = new HashSet<>();
    /** Of the completed those that a user has asked for since. */
    private final Set<ReplicaId> again = new HashSet<>();
    /** Ends that were told of; a journal that lags behind may lose some with the daemon. */
    private final Map<InstanceId, Outcome> ended = new HashMap<>();
    /** Instances whose stop has begun: none of them is ever seen to stay. */
    private final Set<InstanceId> ending = new HashSet<>();
    /** Replicas whose last instance the present daemon has met already. */
    private final Set<ReplicaId> met = new HashSet<>();

    SimulatedDisk(RandomGenerator random) {
        this.random = random;
    }

    void asked(Set<String> processes, SortedMap<String, ProcessSpec> specs, boolean up) {
        specs.values().stream().filter(s -> processes.contains(s.name())).forEach(spec -> {
            for (int i = 0; i < spec.replicas(); i++) {
                var id = new ReplicaId(spec.name(), i);
                asked.put(id, up);
                if (up && completed.contains(id)) {
                    again.add(id);
                }
            }
        });
    }

    /** What is gone from the file is forgotten. */
    void configured(SortedMap<String, ProcessSpec> specs) {
        asked.keySet().removeIf(r -> !names(specs, r));
        completed.removeIf(r -> !names(specs, r));
    }

    private static boolean names(SortedMap<String, ProcessSpec> specs, ReplicaId r) {
        ProcessSpec spec = specs.get(r.process());
        return spec != null && r.index() < spec.replicas();
    }

    /** The last word; null when there was none. */
    @Nullable
    Boolean asked(ReplicaId replica) {
        return asked.get(replica);
    }

    boolean isEnding(@Nullable InstanceId instance) {
        return instance != null && ending.contains(instance);
    }

    /** @return false when an instance has ended twice */
    boolean note(Event event) {
        switch (event) {
            case Event.Stopping e -> ending.add(e.instance());
            case Event.Completed e -> {
                completed.add(e.replica());
                again.remove(e.replica());
            }
            case Event.Exited e -> {
                return ended.put(e.instance(), e.outcome()) == null;
            }
            default -> {}
        }
        return true;
    }

    /** @return false when its work is done and nobody has asked for it since */
    boolean mayBegin(ReplicaId replica) {
        return !completed.remove(replica) || again.contains(replica);
    }

    Stimulus adoption(SimulatedKernel.Running r) {
        boolean last = r.purpose == Purpose.MAIN && met.add(r.replica);
        if (random.nextInt(4) == 0) {
            ended.remove(r.id); // it was not written yet
        }
        return new Stimulus.Adopt(
                r.replica,
                r.id,
                r.leader,
                last && (r.leaderAlive || !completed.contains(r.replica)),
                r.leaderAlive,
                r.leaderAlive ? null : ended.get(r.id),
                ending.contains(r.id) ? "its stop had begun" : random.nextInt(4) == 0 ? "simulated" : null,
                Duration.ofMillis(random.nextInt(100_000)),
                0);
    }

    Stimulus begin() {
        met.clear();
        return new Stimulus.Begin(names(false), names(true), Set.copyOf(completed));
    }

    private Set<String> names(boolean up) {
        return asked.entrySet().stream()
                .filter(e -> e.getValue() == up)
                .map(e -> e.getKey().toString())
                .collect(Collectors.toSet());
    }
}
