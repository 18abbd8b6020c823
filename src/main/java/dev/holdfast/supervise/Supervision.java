package dev.holdfast.supervise;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.Bounds;
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
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * All replicas and the graph between them. A deterministic function of what it is told: it reads no clock, its ids and
 * its seed are given. Owned by one thread.
 */
public final class Supervision {
    private final Supplier<InstanceId> ids;
    private final Duration shutdownTimeout;
    private final ExitPolicy exitPolicy;

    private final Population population;
    private final Graph graph;
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
    /** How the replica of the deciding process that was taken away last had ended. */
    private int departed;

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
        this.shutdownTimeout = shutdownTimeout;
        this.exitPolicy = exitPolicy;
        this.ids = ids;
        this.population = new Population(
                specs,
                surroundings,
                RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
        this.graph = population.graph();
    }

    /** Takes in one stimulus; what must be done about it, in order. */
    public List<Action> apply(Stimulus stimulus, Now at) {
        now = at;
        switch (stimulus) {
            case Stimulus.FromProcess(ProcessEvent event) -> fromProcess(event);
            case Stimulus.Probed(InstanceId id, long sequence, boolean healthy, String detail) ->
                owner(id).ifPresent(r -> r.probed(id, sequence, healthy, detail, now));
            case Stimulus.Crossed(Bounds.Crossing c) -> owner(c.id()).ifPresent(r -> r.overruns.crossed(c, now));
            case Stimulus.Tick() -> tick();
            case Stimulus.Adopt adopt -> adopt(adopt);
            case Stimulus.Begin begin -> {
                begun = true;
                population.begin(begin, now);
            }
            case Stimulus.Start(Set<String> names, String _) -> {
                if (!shuttingDown) {
                    population.start(names, now);
                }
            }
            case Stimulus.Stop(Set<String> names, String by) -> {
                for (Replica r : graph.of(names)) {
                    r.wantDown("stopped by " + by, now);
                }
            }
            case Stimulus.Restart(Set<String> names, String by) -> {
                for (Replica r : shuttingDown ? List.<Replica>of() : population.staying(names)) {
                    r.restarts.forgive();
                    r.restart("restarted by " + by, now);
                }
            }
            case Stimulus.SendSignal(Set<String> names, var signal, String by) ->
                graph.of(names).forEach(r -> r.signal(signal, by));
            case Stimulus.Scale(String name, int n, String by) -> {
                if (!shuttingDown) {
                    population.scale(name, n, "scaled by " + by, now);
                }
            }
            case Stimulus.Reload(var fresh, String by) -> {
                if (!shuttingDown) {
                    population.reload(fresh, "reloaded by " + by, now);
                }
            }
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
        for (String name : names) { // one after the other: the first that is not ends it
            if (!graph.of(Set.of(name)).stream()
                    .allMatch(r -> r.settled() || graph.hopeless(r).isPresent())) {
                return false;
            }
        }
        return strays.noneOf(names);
    }

    /** Replicas that are down and must be up before these can be. */
    public Set<String> neededBy(Set<String> names) {
        var needed = new TreeSet<String>();
        graph.neededBy(names).forEach(r -> needed.add(r.id.toString()));
        return needed;
    }

    /** Whether nothing is started any more. */
    public boolean shuttingDown() {
        return shuttingDown;
    }

    /** Whether a process of this replica may exist. */
    public boolean live(ReplicaId replica) {
        return population.find(replica).filter(Replica::live).isPresent();
    }

    public List<ReplicaView> views() {
        return population.all().stream()
                .map(r -> Views.of(r, graph.hopeless(r).or(() -> graph.unmet(r)).orElse("")))
                .toList();
    }

    public Set<String> names() {
        return population.names();
    }

    // ── stimuli ──

    private void fromProcess(ProcessEvent event) {
        Replica r = owners.get(event.id());
        if (r == null) {
            if (event instanceof ProcessEvent.Emptied) {
                strays.gone(event.id()).flatMap(population::find).ifPresent(waiting -> waiting.reconsider(now));
            }
            return;
        }
        switch (event) {
            case ProcessEvent.Started(InstanceId id, ProcessRef leader) -> r.started(id, leader, now);
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                disown(id, r);
                r.launchFailed(id, why, now);
            }
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var usage) -> r.exited(id, outcome, usage, now);
            case ProcessEvent.Emptied(InstanceId id, var survivors) -> {
                disown(id, r);
                if (!survivors.isEmpty()) {
                    actions.add(new Action.Journal(new Event.Survived(now.wall(), r.id, survivors)));
                }
                r.emptied(id, now);
            }
            case ProcessEvent.Notified(InstanceId id, String message) -> r.notified(id, message, now);
        }
    }

    private void own(InstanceId id, Replica r) {
        owners.put(id, r);
        r.instances++;
    }

    private void disown(InstanceId id, Replica r) {
        owners.remove(id);
        r.instances--;
        touched.add(r.id);
    }

    private void tick() {
        actions.addAll(strays.overdue(now.mono()));
        if (!now.mono().isBefore(killAllAt)) {
            killAllAt = MonoTime.NEVER;
            population.all().forEach(r -> r.down.killNow(now));
        }
        for (ReplicaId id : deadlines.due(now.mono())) {
            population.find(id).ifPresent(r -> {
                r.tick(now);
                deadlines.set(id, r.nextDeadline());
            });
        }
    }

    private void adopt(Stimulus.Adopt adopted) {
        ProcessSpec spec = population.spec(adopted.replica().process());
        if (spec == null
                || !adopted.main()
                || population.find(adopted.replica()).isPresent()) {
            actions.addAll(strays.end(adopted, now.mono()));
            return;
        }
        Replica r = population.replica(adopted.replica(), spec, now);
        own(adopted.instance(), r);
        r.adopt(adopted, now);
        if (!spec.enabled() || adopted.replica().index() >= spec.replicas()) {
            population.remove(r, "no longer configured", now);
        }
    }

    private void shutDown(String by) {
        if (!shuttingDown) {
            shuttingDown = true;
            killAllAt = now.mono().plus(shutdownTimeout);
        }
        population.all().forEach(r -> r.wanted = Replica.Wanted.DOWN);
        population.all().forEach(r -> r.wantDown("shut down by " + by, now));
    }

    // ── the graph ──

    /** Lets a change travel to those that wait for it, until nothing moves any more. */
    private void settleGraph() {
        while (!touched.isEmpty()) {
            ReplicaId id = touched.iterator().next();
            touched.remove(id);
            Replica r = population.find(id).orElse(null);
            if (r == null) {
                continue;
            }
            if (r.removed && !r.live() && r.instances == 0) {
                if (exitPolicy.equals(new ExitPolicy.With(id.process()))) {
                    departed = ExitCode.of(r);
                }
                population.forget(id);
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
        ExitCode.decided(exitPolicy, population, departed).ifPresent(this::endWith);
    }

    /** The others are stopped first; then the code of the one that decided. */
    private void endWith(int code) {
        decidedCode = code;
        shutDown("global.exit");
        settleGraph();
        finishIfEmpty();
    }

    private void finishIfEmpty() {
        if (population.all().stream().noneMatch(Replica::live) && owners.isEmpty() && strays.isEmpty()) {
            finished = true;
            actions.add(new Action.Finish(decidedCode));
        }
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
            own(id, r);
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
