package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.Now;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which replicas there are: what the configuration asks for, and those of an earlier one that are still on their way
 * out. It makes them, wants them up or down, and takes them away; what then happens to each is the replica's own affair.
 */
final class Population {
    private final Replica.Surroundings around;
    private final RandomGenerator random;
    private final TreeMap<ReplicaId, Replica> replicas = new TreeMap<>();
    private final Graph graph = new Graph(replicas);
    private SortedMap<String, ProcessSpec> specs;

    Population(SortedMap<String, ProcessSpec> specs, Replica.Surroundings around, RandomGenerator random) {
        this.specs = new TreeMap<>(specs);
        this.around = around;
        this.random = random;
        graph.connect(this.specs.values());
    }

    Graph graph() {
        return graph;
    }

    Collection<Replica> all() {
        return replicas.values();
    }

    Optional<Replica> find(ReplicaId id) {
        return Optional.ofNullable(replicas.get(id));
    }

    /** It is down, and was to be taken away. */
    void forget(ReplicaId id) {
        replicas.remove(id);
    }

    Set<String> names() {
        return Set.copyOf(specs.keySet());
    }

    @Nullable
    ProcessSpec spec(String process) {
        return specs.get(process);
    }

    Replica replica(ReplicaId id, ProcessSpec spec, Now now) {
        return replicas.computeIfAbsent(id, k -> new Replica(k, spec, new Restarts(random), around, now));
    }

    void begin(Stimulus.Begin begin, Now now) {
        var starting = new ArrayList<Replica>();
        var stopping = new ArrayList<Replica>();
        for (ProcessSpec spec : specs.values()) {
            for (int i = 0; spec.enabled() && i < spec.replicas(); i++) {
                Replica r = replica(new ReplicaId(spec.name(), i), spec, now);
                boolean completed = begin.completed().contains(r.id) && !r.live();
                if (completed) {
                    r.completedBefore(now);
                }
                Optional<Boolean> asked = begin.shallBeUp(r.id);
                if (asked.isPresent() && !asked.get()) {
                    stopping.add(r);
                } else if (!completed && !r.decidesItself() && asked.orElse(!spec.manual())) {
                    starting.add(r);
                }
            }
        }
        stopping.forEach(r -> r.wanted = Replica.Wanted.DOWN);
        stopping.forEach(r -> r.wantDown("stopped by hand under an earlier daemon", now));
        up(starting, now);
    }

    /** All are wanted before the first one moves: whether something counts as stopped depends on it. */
    private static void up(List<Replica> all, Now now) {
        all.forEach(r -> r.wanted = Replica.Wanted.UP);
        all.forEach(r -> r.wantUp(now));
    }

    void start(Set<String> names, Now now) {
        List<Replica> all = staying(names);
        all.forEach(r -> r.restarts.forgive());
        up(all, now);
    }

    /** Those that may be up at all: a replica that was taken away only still has to end. */
    List<Replica> staying(Set<String> names) {
        return graph.of(names).stream().filter(r -> !r.removed).toList();
    }

    void scale(String name, int n, String reason, Now now) {
        ProcessSpec spec = specs.get(name);
        if (spec == null) {
            return;
        }
        boolean up = !spec.manual() || graph.of(Set.of(name)).stream().anyMatch(r -> r.wanted == Replica.Wanted.UP);
        for (int i = 0; i < n; i++) {
            Replica r = replica(new ReplicaId(name, i), spec, now);
            if (r.removed || (up && r.wanted == Replica.Wanted.DOWN)) {
                r.removed = false;
                r.reconfigure(spec, now); // it may come back from before a reload
                if (up) {
                    r.wantUp(now);
                }
            }
        }
        for (Replica r : graph.of(Set.of(name))) {
            if (r.id.index() >= n) {
                remove(r, reason, now);
            }
        }
    }

    void reload(SortedMap<String, ProcessSpec> fresh, String reason, Now now) {
        SortedMap<String, ProcessSpec> old = specs;
        specs = new TreeMap<>(fresh);
        var all = new ArrayList<>(specs.values());
        all.addAll(old.values()); // those on their way out still wait and are waited for
        graph.connect(all);
        for (Replica r : List.copyOf(replicas.values())) {
            ProcessSpec spec = specs.get(r.id.process());
            if (spec == null || !spec.enabled() || r.id.index() >= spec.replicas()) {
                remove(r, reason, now);
                continue;
            }
            boolean again = !spec.fingerprint().equals(r.spec.fingerprint());
            r.reconfigure(spec, now);
            boolean runs = r.state instanceof ReplicaState.Live; // a hook that is still ending does not count
            if (again && runs && r.wanted == Replica.Wanted.UP) {
                r.restart(reason, now);
            }
        }
        for (ProcessSpec spec : specs.values()) {
            ProcessSpec before = old.get(spec.name());
            for (int i = 0; spec.enabled() && i < spec.replicas(); i++) {
                var id = new ReplicaId(spec.name(), i);
                boolean known = replicas.containsKey(id) && before != null;
                Replica r = replica(id, spec, now);
                boolean back = r.removed;
                r.removed = false;
                if ((!known || back) && !spec.manual()) {
                    r.wantUp(now);
                }
            }
        }
    }

    void remove(Replica r, String reason, Now now) {
        r.removed = true;
        r.wantDown(reason, now);
        around.changed(r);
    }
}
