package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * All replicas and the graph between them. A deterministic function of what it is told: it reads no clock, its ids and
 * its seed are given. Owned by one thread.
 */
public final class Supervision {
    private final Supplier<InstanceId> ids;
    private final RandomGenerator random;
    private final Duration shutdownTimeout;
    private final ExitPolicy exitPolicy;

    private SortedMap<String, ProcessSpec> specs;
    private final TreeMap<ReplicaId, Replica> replicas = new TreeMap<>();
    private final Graph graph = new Graph(replicas);
    private final Map<InstanceId, Replica> owners = new HashMap<>();
    private final Strays strays = new Strays();

    private final Deadlines deadlines = new Deadlines();
    private final Set<ReplicaId> touched = new LinkedHashSet<>();
    private final Deque<Action> actions = new ArrayDeque<>();
    private final Replica.Surroundings surroundings = new FromReplica();

    private Now now = new Now(java.time.Instant.EPOCH, new MonoTime(0));
    private boolean begun;
    private boolean shuttingDown;
    private boolean finished;
    private MonoTime killAllAt = MonoTime.NEVER;
    private int decidedCode;

    /**
     * @param specs what shall run
     * @param ids never the same one twice
     * @param seed of the jitter
     */
    public Supervision(
            SortedMap<String, ProcessSpec> specs,
            Duration shutdownTimeout,
            ExitPolicy exitPolicy,
            Supplier<InstanceId> ids,
            long seed) {
        this.specs = new TreeMap<>(specs);
        graph.connect(this.specs.values());
        this.shutdownTimeout = shutdownTimeout;
        this.exitPolicy = exitPolicy;
        this.ids = ids;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Takes in one stimulus; what must be done about it, in order. */
    public List<Action> apply(Stimulus stimulus, Now at) {
        now = at;
        switch (stimulus) {
            case Stimulus.FromProcess(ProcessEvent event) -> fromProcess(event);
            case Stimulus.Probed(InstanceId id, long sequence, boolean healthy, String detail) ->
                owner(id).ifPresent(r -> r.probed(id, sequence, healthy, detail, now));
            case Stimulus.Tick() -> tick();
            case Stimulus.Adopt adopt -> adopt(adopt);
            case Stimulus.Begin(Set<String> held, Set<ReplicaId> completed) -> begin(held, completed);
            case Stimulus.Start(Set<String> names, String _) -> start(names);
            case Stimulus.Stop(Set<String> names, String by) -> {
                for (Replica r : graph.of(names)) {
                    r.wantDown("stopped by " + by, now);
                }
            }
            case Stimulus.Restart(Set<String> names, String by) -> {
                for (Replica r : staying(names)) {
                    r.restarts.forgive();
                    r.restart("restarted by " + by, now);
                }
            }
            case Stimulus.SendSignal(Set<String> names, var signal) -> {
                for (Replica r : graph.of(names)) {
                    if (r.state instanceof ReplicaState.Running running) {
                        actions.add(new Action.SendSignal(running.main(), signal));
                    }
                }
            }
            case Stimulus.Scale(String name, int n, String by) -> scale(name, n, "scaled by " + by);
            case Stimulus.Reload(var fresh, String by) -> reload(fresh, "reloaded by " + by);
            case Stimulus.ShutDown(String by) -> shutDown(by);
        }
        settleGraph();
        decideToFinish();
        var out = new ArrayList<>(actions);
        actions.clear();
        return out;
    }

    /** When {@link Stimulus.Tick} is due; {@link MonoTime#NEVER} when only events can change anything. */
    public MonoTime nextDeadline() {
        MonoTime next = deadlines.next();
        MonoTime kill = killAllAt.isBefore(strays.deadline()) ? killAllAt : strays.deadline();
        return kill.isBefore(next) ? kill : next;
    }

    /** Whether what was last asked of these processes has come to its end. */
    public boolean settled(Set<String> names) {
        return graph.of(names).stream().allMatch(Replica::settled) && strays.noneOf(names);
    }

    public List<ReplicaView> views() {
        return replicas.values().stream()
                .map(r -> Views.of(r, graph.unmet(r).orElse("")))
                .toList();
    }

    public Set<String> names() {
        return Set.copyOf(specs.keySet());
    }

    // ── stimuli ──

    private void fromProcess(ProcessEvent event) {
        Replica r = owners.get(event.id());
        if (r == null) {
            if (event instanceof ProcessEvent.Emptied) {
                strays.gone(event.id()).map(replicas::get).ifPresent(waiting -> waiting.reconsider(now));
            }
            return;
        }
        switch (event) {
            case ProcessEvent.Started(InstanceId id, ProcessRef leader) -> r.started(id, leader, now);
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                owners.remove(id);
                r.launchFailed(id, why, now);
            }
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var usage) -> r.exited(id, outcome, usage, now);
            case ProcessEvent.Emptied(InstanceId id, var survivors) -> {
                owners.remove(id);
                if (!survivors.isEmpty()) {
                    actions.add(new Action.Journal(new Event.Survived(now.wall(), r.id, survivors)));
                }
                r.emptied(id, now);
            }
            case ProcessEvent.Notified(InstanceId id, String message) -> r.notified(id, message, now);
        }
    }

    private void tick() {
        actions.addAll(strays.overdue(now.mono()));
        if (!now.mono().isBefore(killAllAt)) {
            killAllAt = MonoTime.NEVER;
            replicas.values().forEach(r -> r.down.killNow(now));
        }
        for (ReplicaId id : deadlines.due(now.mono())) {
            Replica r = replicas.get(id);
            if (r != null) {
                r.tick(now);
                deadlines.set(id, r.nextDeadline());
            }
        }
    }

    private void adopt(Stimulus.Adopt adopted) {
        ProcessSpec spec = specs.get(adopted.replica().process());
        if (spec == null || !adopted.main() || replicas.containsKey(adopted.replica())) {
            actions.addAll(strays.end(adopted, now.mono()));
            return;
        }
        Replica r = replica(adopted.replica(), spec);
        owners.put(adopted.instance(), r);
        r.adopt(adopted, now);
        if (!spec.enabled() || adopted.replica().index() >= spec.replicas()) {
            remove(r, "no longer configured");
        }
    }

    private void begin(Set<String> held, Set<ReplicaId> completed) {
        begun = true;
        var starting = new ArrayList<Replica>();
        for (ProcessSpec spec : specs.values()) {
            for (int i = 0; spec.enabled() && i < spec.replicas(); i++) {
                Replica r = replica(new ReplicaId(spec.name(), i), spec);
                if (completed.contains(r.id) && !r.live()) {
                    r.completedBefore(now);
                } else if (!spec.manual() && !held.contains(spec.name()) && !held.contains(r.id.toString())) {
                    starting.add(r);
                }
            }
        }
        up(starting);
    }

    /** All are wanted before the first one moves: whether something counts as stopped depends on it. */
    private void up(List<Replica> all) {
        all.forEach(r -> r.wanted = Replica.Wanted.UP);
        all.forEach(r -> r.wantUp(now));
    }

    private void start(Set<String> names) {
        List<Replica> all = staying(names);
        all.forEach(r -> r.restarts.forgive());
        up(all);
    }

    /** Those that may be up at all: a replica that was taken away only still has to end. */
    private List<Replica> staying(Set<String> names) {
        return shuttingDown
                ? List.of()
                : graph.of(names).stream().filter(r -> !r.removed).toList();
    }

    private void scale(String name, int n, String reason) {
        ProcessSpec spec = specs.get(name);
        if (spec == null || shuttingDown) {
            return;
        }
        boolean up = !spec.manual() || graph.of(Set.of(name)).stream().anyMatch(r -> r.wanted == Replica.Wanted.UP);
        for (int i = 0; i < n; i++) {
            Replica r = replica(new ReplicaId(name, i), spec);
            if (r.removed || (up && r.wanted == Replica.Wanted.DOWN && !r.live())) {
                r.removed = false;
                r.reconfigure(spec, now); // it may come back from before a reload
                if (up) {
                    r.wantUp(now);
                }
            }
        }
        for (Replica r : graph.of(Set.of(name))) {
            if (r.id.index() >= n) {
                remove(r, reason);
            }
        }
    }

    private void reload(SortedMap<String, ProcessSpec> fresh, String reason) {
        if (shuttingDown) {
            return;
        }
        SortedMap<String, ProcessSpec> old = specs;
        specs = new TreeMap<>(fresh);
        var all = new ArrayList<>(specs.values());
        all.addAll(old.values()); // those on their way out still wait and are waited for
        graph.connect(all);
        for (Replica r : List.copyOf(replicas.values())) {
            ProcessSpec spec = specs.get(r.id.process());
            if (spec == null || !spec.enabled() || r.id.index() >= spec.replicas()) {
                remove(r, reason);
                continue;
            }
            boolean again = !spec.fingerprint().equals(r.spec.fingerprint());
            r.reconfigure(spec, now);
            if (again && r.live()) {
                r.restart(reason, now);
            }
        }
        for (ProcessSpec spec : specs.values()) {
            ProcessSpec before = old.get(spec.name());
            for (int i = 0; spec.enabled() && i < spec.replicas(); i++) {
                var id = new ReplicaId(spec.name(), i);
                boolean fresher = !replicas.containsKey(id) || before == null;
                Replica r = replica(id, spec);
                if ((fresher || r.removed) && !spec.manual()) {
                    r.removed = false;
                    r.wantUp(now);
                }
            }
        }
    }

    private void remove(Replica r, String reason) {
        r.removed = true;
        r.wantDown(reason, now);
        surroundings.changed(r);
    }

    private void shutDown(String by) {
        if (!shuttingDown) {
            shuttingDown = true;
            killAllAt = now.mono().plus(shutdownTimeout);
        }
        replicas.values().forEach(r -> r.wanted = Replica.Wanted.DOWN);
        replicas.values().forEach(r -> r.wantDown("shut down by " + by, now));
    }

    // ── the graph ──

    /** Lets a change travel to those that wait for it, until nothing moves any more. */
    private void settleGraph() {
        while (!touched.isEmpty()) {
            ReplicaId id = touched.iterator().next();
            touched.remove(id);
            Replica r = replicas.get(id);
            if (r == null) {
                continue;
            }
            if (r.removed && !r.live()) {
                replicas.remove(id);
                deadlines.set(id, MonoTime.NEVER);
            } else {
                deadlines.set(id, r.nextDeadline());
            }
            for (Replica other : graph.neighbours(id.process())) {
                boolean waits = other.state instanceof ReplicaState.Waiting;
                boolean held = other.state instanceof ReplicaState.Running && other.wanted == Replica.Wanted.DOWN;
                if (waits || held) {
                    other.reconsider(now);
                }
            }
        }
    }

    private void decideToFinish() {
        if (finished || !begun) {
            return;
        }
        if (shuttingDown) {
            finishIfEmpty();
            return;
        }
        ExitCode.decided(exitPolicy, replicas.values()).ifPresent(this::endWith);
    }

    /** The others are stopped first; then the code of the one that decided. */
    private void endWith(int code) {
        decidedCode = code;
        shutDown("global.exit");
        settleGraph();
        finishIfEmpty();
    }

    private void finishIfEmpty() {
        if (replicas.values().stream().noneMatch(Replica::live) && owners.isEmpty() && strays.isEmpty()) {
            finished = true;
            actions.add(new Action.Finish(decidedCode));
        }
    }

    private Replica replica(ReplicaId id, ProcessSpec spec) {
        return replicas.computeIfAbsent(id, k -> new Replica(k, spec, new Restarts(random), surroundings, now));
    }

    private Optional<Replica> owner(InstanceId id) {
        return Optional.ofNullable(owners.get(id));
    }

    private final class FromReplica implements Replica.Surroundings {
        @Override
        public Optional<String> unmet(Replica replica) {
            if (shuttingDown) {
                return Optional.of("shutting down");
            }
            if (strays.holds(replica.id)) {
                return Optional.of("its former instance to end");
            }
            return graph.unmet(replica);
        }

        @Override
        public boolean mayStop(Replica replica) {
            return graph.mayStop(replica);
        }

        @Override
        public boolean siblingsUp(Replica replica) {
            return graph.siblingsUp(replica);
        }

        @Override
        public InstanceId launch(Replica r, Purpose purpose, CommandSpec command, @Nullable Integer mainPid) {
            InstanceId id = ids.get();
            owners.put(id, r);
            actions.add(new Action.Launch(id, r.id, purpose, r.spec, command, mainPid, r.restarts.total()));
            return id;
        }

        @Override
        public void act(Action action) {
            actions.add(action);
        }

        @Override
        public void changed(Replica replica) {
            touched.add(replica.id);
        }
    }
}
