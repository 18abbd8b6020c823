package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
import dev.holdfast.event.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What replicas are to one another. It reads their states and changes none. */
final class Graph {
    private final NavigableMap<ReplicaId, Replica> replicas;
    /** For each process those that depend on it and those it depends on, so that a change looks at few. */
    private Map<String, Set<String>> neighbours = Map.of();

    /** @param replicas all, as they are at any time */
    Graph(NavigableMap<ReplicaId, Replica> replicas) {
        this.replicas = replicas;
    }

    void connect(Collection<ProcessSpec> specs) {
        var fresh = new HashMap<String, Set<String>>();
        for (ProcessSpec spec : specs) {
            for (String dependency : spec.dependsOn().keySet()) {
                fresh.computeIfAbsent(dependency, k -> new TreeSet<>()).add(spec.name());
                fresh.computeIfAbsent(spec.name(), k -> new TreeSet<>()).add(dependency);
            }
        }
        neighbours = fresh;
    }

    /** @param names of processes or of single replicas */
    List<Replica> of(Set<String> names) {
        var found = new ArrayList<Replica>();
        for (String name : names) {
            ReplicaId one = ReplicaId.parse(name).orElse(null);
            if (one != null) {
                Optional.ofNullable(replicas.get(one)).ifPresent(found::add);
                continue;
            }
            found.addAll(replicas.subMap(new ReplicaId(name, 0), true, new ReplicaId(name, Integer.MAX_VALUE), true)
                    .values());
        }
        return found;
    }

    List<Replica> neighbours(String process) {
        return of(neighbours.getOrDefault(process, Set.of()));
    }

    /** What it still waits for, or empty. */
    Optional<String> unmet(Replica r) {
        for (Map.Entry<String, DependencyCondition> e : r.spec.dependsOn().entrySet()) {
            List<Replica> needed = of(Set.of(e.getKey()));
            boolean met = switch (e.getValue()) {
                case STARTED -> !needed.isEmpty() && needed.stream().allMatch(n -> runs(n) || completed(n));
                case HEALTHY ->
                    !needed.isEmpty() && needed.stream().allMatch(n -> (runs(n) && n.health.healthy()) || completed(n));
                case COMPLETED -> !needed.isEmpty() && needed.stream().allMatch(Graph::completed);
                case STOPPED -> needed.stream().noneMatch(Graph::runsOrWill);
            };
            if (!met) {
                return Optional.of(e.getKey() + ": " + e.getValue().name().toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    /** What it waits for in vain, until a person does something about it, and why; empty when it may yet come. */
    Optional<String> hopeless(Replica r) {
        if (!(r.state instanceof ReplicaState.Waiting)) {
            return Optional.empty();
        }
        for (Map.Entry<String, DependencyCondition> e : r.spec.dependsOn().entrySet()) {
            List<Replica> needed = of(Set.of(e.getKey()));
            Optional<String> why = needed.isEmpty() && e.getValue() != DependencyCondition.STOPPED
                    ? Optional.of("of which there is no replica")
                    : needed.stream()
                            .map(n -> hopeless(n, e.getValue()))
                            .flatMap(Optional::stream)
                            .findFirst();
            if (why.isPresent()) {
                return why.map(w -> e.getKey() + ": " + e.getValue().name().toLowerCase(Locale.ROOT) + ", " + w);
            }
        }
        return Optional.empty();
    }

    private Optional<String> hopeless(Replica needed, DependencyCondition condition) {
        if (condition == DependencyCondition.STOPPED) {
            return runs(needed) && needed.settled()
                    ? Optional.of("which runs")
                    : hopeless(needed).map(why -> "which waits for " + why);
        }
        return switch (needed.state) {
            case ReplicaState.Failed _ -> Optional.of("which was given up");
            case ReplicaState.Down _ -> Optional.of("which is down");
            case ReplicaState.Waiting _ -> hopeless(needed).map(why -> "which waits for " + why);
            case ReplicaState.Completed _, ReplicaState.Backoff _, ReplicaState.Live _ -> Optional.empty();
        };
    }

    /**
     * Whether only a person can still bring it up: not even the end of something that runs would. Stricter than
     * {@link #hopeless}, by which people stop waiting.
     */
    boolean inVain(Replica r) {
        return r.state instanceof ReplicaState.Waiting
                && r.spec.dependsOn().entrySet().stream().anyMatch(e -> {
                    List<Replica> needed = of(Set.of(e.getKey()));
                    boolean toStop = e.getValue() == DependencyCondition.STOPPED;
                    return needed.isEmpty() ? !toStop : needed.stream().anyMatch(n -> lacks(n, toStop));
                });
    }

    private boolean lacks(Replica needed, boolean toStop) {
        return switch (needed.state) {
            case ReplicaState.Failed _, ReplicaState.Down _ -> !toStop;
            case ReplicaState.Waiting _ -> inVain(needed);
            case ReplicaState.Completed _, ReplicaState.Backoff _, ReplicaState.Live _ -> false;
        };
    }

    /** Those that were given up, on which it waits in vain, be it through others. */
    Set<Replica> failedCauses(Replica r) {
        var causes = new LinkedHashSet<Replica>();
        r.spec.dependsOn().forEach((name, condition) -> {
            for (Replica n : of(Set.of(name))) {
                if (n.state instanceof ReplicaState.Failed && condition != DependencyCondition.STOPPED) {
                    causes.add(n);
                } else if (inVain(n)) {
                    causes.addAll(failedCauses(n));
                }
            }
        });
        return causes;
    }

    /** Those that are down by somebody's wish and must be up before these can be. */
    Set<Replica> neededBy(Set<String> names) {
        var found = new LinkedHashSet<Replica>();
        var look = new ArrayDeque<>(of(names));
        while (!look.isEmpty()) {
            look.remove().spec.dependsOn().forEach((name, condition) -> {
                if (condition == DependencyCondition.STOPPED) {
                    return;
                }
                for (Replica n : of(Set.of(name))) {
                    boolean down = n.wanted == Replica.Wanted.DOWN && !n.removed && !completed(n);
                    if (down && found.add(n)) {
                        look.add(n);
                    }
                }
            });
        }
        return found;
    }

    private static boolean runs(Replica r) {
        return r.state instanceof ReplicaState.Running && r.wanted == Replica.Wanted.UP;
    }

    private static boolean runsOrWill(Replica r) {
        boolean over = r.state instanceof ReplicaState.Completed || r.state instanceof ReplicaState.Failed;
        return r.live() || (r.wanted == Replica.Wanted.UP && !over);
    }

    private static boolean completed(Replica r) {
        return r.state instanceof ReplicaState.Completed;
    }

    boolean mayStop(Replica replica) {
        String name = replica.id.process();
        return neighbours(name).stream()
                .filter(r -> r.spec.dependsOn().getOrDefault(name, DependencyCondition.STOPPED)
                        != DependencyCondition.STOPPED)
                .noneMatch(r -> r.wanted == Replica.Wanted.DOWN && r.live());
    }

    boolean siblingsUp(Replica replica) {
        return of(Set.of(replica.id.process())).stream()
                .filter(r -> r != replica)
                .noneMatch(r -> r.live() && !(r.state instanceof ReplicaState.Running && r.health.ready()));
    }
}
