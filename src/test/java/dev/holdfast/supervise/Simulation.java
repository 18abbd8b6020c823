package dev.holdfast.supervise;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.Bounds;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One seed's life: a random configuration, a hostile kernel, a restless user, a mortal daemon; then a shutdown. */
final class Simulation {
    private static final int STEPS = 250;
    /** The longest that a program and what it leaves behind take to obey. */
    private static final Duration OBEDIENT = Duration.ofSeconds(1);

    /** Deliberate damage, to show that the invariants bite. */
    enum Fault {
        NONE,
        LAUNCH_TWICE,
        DEAF_WHILE_TELLING,
        LOSE_KILLS
    }

    private final RandomGenerator random;
    /** Of its own, so that the other disturbances of a seed stay as they are. */
    private final RandomGenerator overruns;

    private final Fault fault;
    private final SimulatedKernel kernel;
    private final RandomSpecs configurations;
    private final ExitPolicy policy;
    private final Set<InstanceId> known = new HashSet<>();
    private final Map<ReplicaId, MonoTime> notBefore = new HashMap<>();
    private final Map<ReplicaId, List<MonoTime>> failures = new HashMap<>();
    private final SimulatedDisk disk;

    /** When each was first told to end. */
    private final Map<InstanceId, MonoTime> asking = new HashMap<>();
    /** Instances about which a check is on its way. */
    private final Set<InstanceId> checks = new HashSet<>();

    private final Deque<String> trace = new ArrayDeque<>();
    private SortedMap<String, ProcessSpec> specs;
    private Supervision supervision;
    private long nextId;
    private long wallJump;
    private boolean finished;
    private boolean begun;

    Simulation(long seed, Fault fault) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.overruns = RandomGeneratorFactory.of("L64X128MixRandom").create(~seed);
        this.fault = fault;
        this.kernel = new SimulatedKernel(random);
        this.configurations = new RandomSpecs(random);
        this.disk = new SimulatedDisk(random);
        this.specs = configurations.some();
        this.policy = policy();
        this.supervision = fresh();
    }

    private ExitPolicy policy() {
        if (random.nextInt(3) == 0) {
            return new ExitPolicy.AllStopped();
        }
        return switch (overruns.nextInt(8)) {
            case 0, 1 -> new ExitPolicy.With(List.copyOf(specs.keySet()).get(overruns.nextInt(specs.size())));
            case 2 -> new ExitPolicy.AnyFailed();
            default -> new ExitPolicy.Never();
        };
    }

    void run() {
        try {
            tell(new Stimulus.Begin(Set.of(), Set.of(), Set.of()));
            for (int i = 0; i < STEPS && !finished; i++) {
                step(true);
            }
            stopOneForGood();
            tellUser(new Stimulus.ShutDown("test"));
            for (int i = 0; !finished; i++) {
                check(i < 10_000, "the shutdown never ends");
                step(false);
            }
            check(kernel.running.isEmpty(), "left behind after shutdown: " + kernel.running.keySet());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + specs + "\n" + String.join("\n", trace), e);
        }
    }

    private Supervision fresh() {
        return new Supervision(
                specs,
                Duration.ofSeconds(20),
                policy,
                () -> new InstanceId("%032d".formatted(nextId++)),
                random.nextLong());
    }

    /** Whatever is due next happens; with {@code chaos}, sometimes a user or death comes first. */
    private void step(boolean chaos) {
        if (chaos && policy instanceof ExitPolicy.Never && overruns.nextInt(40) == 0) {
            overrun();
            return;
        }
        if (chaos && random.nextInt(12) == 0) {
            disturb();
            return;
        }
        MonoTime deadline = supervision.nextDeadline();
        MonoTime due = kernel.nextDue();
        if (deadline.equals(MonoTime.NEVER) && due.equals(MonoTime.NEVER)) {
            check(
                    supervision.views().stream().noneMatch(v -> v.state().equals("stopping")) && (chaos || finished),
                    "nothing will ever happen again, yet it is not over");
            check(!overByPolicy(), "nothing runs or will, yet it is not over");
            kernel.now = kernel.now.plus(Duration.ofSeconds(1));
            return;
        }
        Stimulus s = kernel.next(deadline);
        tell(s == null ? new Stimulus.Tick() : s);
    }

    /** Nothing moves any more by itself: whether the policy says that this is the end. */
    private boolean overByPolicy() {
        return switch (policy) {
            case ExitPolicy.Never() -> false;
            case ExitPolicy.AllStopped() -> supervision.views().stream().noneMatch(v -> v.leader() != null);
            case ExitPolicy.AnyFailed() ->
                supervision.views().stream().anyMatch(v -> v.state().equals("failed"));
            case ExitPolicy.With(String name) ->
                specs.containsKey(name)
                        && (supervision.views().stream().noneMatch(v -> v.leader() != null)
                                || supervision.views().stream()
                                        .noneMatch(v -> v.id().process().equals(name)));
        };
    }

    private void disturb() {
        var names = List.copyOf(specs.keySet());
        Set<String> some = Set.of(names.get(random.nextInt(names.size())));
        switch (random.nextInt(9)) {
            case 0 -> tellUser(new Stimulus.Start(some, "user"));
            case 1 -> tellUser(new Stimulus.Stop(some, "user"));
            case 2, 3 -> tellUser(new Stimulus.Restart(some, "user"));
            case 4 -> {
                tellUser(new Stimulus.Restart(some, "user"));
                tellUser(new Stimulus.Stop(some, "user"));
                tellUser(new Stimulus.Start(some, "user"));
            }
            case 5 -> scale(some.iterator().next(), random.nextInt(4));
            case 6 -> {
                specs = configurations.some();
                disk.configured(specs);
                tellUser(new Stimulus.Reload(specs, "user"));
            }
            case 7 -> wallJump += random.nextInt(-100_000, 100_000);
            default -> die();
        }
    }

    /** One that runs passes a bound; its supervision alone decides what comes of it. */
    private void overrun() {
        List<InstanceId> running = supervision.views().stream()
                .map(ReplicaView::instance)
                .filter(Objects::nonNull)
                .toList();
        if (!running.isEmpty()) {
            Bounds.Kind kind = List.of(Bounds.Kind.values()).get(overruns.nextInt(Bounds.Kind.values().length));
            tell(new Stimulus.Crossed(
                    new Bounds.Crossing(running.get(overruns.nextInt(running.size())), kind, 2000, 1000)));
        }
    }

    private void scale(String name, int n) {
        ProcessSpec spec = Objects.requireNonNull(specs.get(name));
        boolean up = !spec.manual()
                || supervision.views().stream().anyMatch(v -> v.id().process().equals(name) && v.wantedUp());
        specs = new TreeMap<>(specs);
        specs.put(name, spec.withReplicas(n));
        disk.configured(specs);
        if (up) {
            disk.asked(Set.of(name), specs, true);
        }
        tellUser(new Stimulus.Scale(name, n, "user"));
    }

    /** kill -9 of the daemon, and the next one that adopts. */
    private void die() {
        trace("DAEMON DIES");
        begun = false;
        checks.clear(); // the next daemon kills them first of all
        supervision = fresh();
        notBefore.clear();
        failures.clear();
        for (SimulatedKernel.Running r : kernel.survivors()) {
            tell(disk.adoption(r));
            if (!r.leaderAlive) {
                kernel.kill(r.id); // the launcher ends what an unseen leader left
            }
        }
        tell(disk.begin());
    }

    /** The last word is stop: once quiet, nothing of it runs. */
    private void stopOneForGood() {
        String name = specs.firstKey();
        tellUser(new Stimulus.Stop(Set.of(name), "user"));
        for (int i = 0; !finished && !supervision.settled(Set.of(name)); i++) {
            if (random.nextInt(40) == 0) { // each begins the grace anew, and so much happens within one
                die();
                continue;
            }
            check(i < 3000, "the stop of " + name + " never settles: " + supervision.views());
            step(false);
            if (kernel.nextDue().equals(MonoTime.NEVER)
                    && supervision.nextDeadline().equals(MonoTime.NEVER)) {
                break;
            }
        }
        check(finished || supervision.settled(Set.of(name)), "the stop of " + name + " stalled");
        check(
                kernel.running.values().stream()
                        .noneMatch(r -> r.replica.process().equals(name)),
                name + " or a hook of it runs after its stop");
    }

    private void tellUser(Stimulus s) {
        if (finished) {
            return; // there is nobody to be told
        }
        notBefore.clear();
        failures.clear(); // a person may overrule any backoff
        switch (s) {
            case Stimulus.Start(Set<String> names, String _) -> disk.asked(names, specs, true);
            case Stimulus.Restart(Set<String> names, String _) -> disk.asked(names, specs, true);
            case Stimulus.Stop(Set<String> names, String _) -> disk.asked(names, specs, false);
            default -> {}
        }
        tell(s);
    }

    private void tell(Stimulus s) {
        trace(kernel.now.nanos() / 1_000_000 + " ms: " + s);
        check(!finished, "told after the end");
        Now now = new Now(Instant.EPOCH.plusMillis(kernel.now.nanos() / 1_000_000 + wallJump), kernel.now);
        InstanceId told = s instanceof Stimulus.FromProcess(ProcessEvent.Started e) ? e.id() : null;
        kernel.deafTo = fault == Fault.DEAF_WHILE_TELLING ? told : null;
        if (s instanceof Stimulus.Probed p) {
            checks.remove(p.instance());
        }
        for (Action a : supervision.apply(s, now)) {
            trace("    " + a);
            perform(a);
        }
        kernel.deafTo = null;
        begun |= s instanceof Stimulus.Begin;
        checkLastWord();
        // What is overdue is due at once: a deadline in the past that no tick removes would spin the loop.
        if (s instanceof Stimulus.Tick) {
            check(kernel.now.isBefore(supervision.nextDeadline()), "a tick left its own deadline behind");
        }
    }

    /** What was last asked holds, whoever asked it of which daemon. */
    private void checkLastWord() {
        Set<InstanceId> run = supervision.views().stream()
                .filter(v -> !v.state().equals("stopping"))
                .map(ReplicaView::instance)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        check(run.containsAll(checks), "a check goes on after what it asks about: " + checks);
        for (ReplicaView v : supervision.views()) {
            Boolean up = disk.asked(v.id());
            check(
                    !begun || shuttingDown() || up == null || v.wantedUp() == up,
                    v.id() + " shall be " + (v.wantedUp() ? "up" : "down") + ", which is not what was asked last");
            check(
                    !disk.isEnding(v.instance()) || v.state().equals("stopping"),
                    v.id() + " is " + v.state() + " though its stop had begun");
        }
    }

    /** By a user, or because all had stopped. */
    private boolean shuttingDown() {
        return supervision.shuttingDown();
    }

    /** Whoever does as he is told, and was told, needs no force. */
    private void checkKilled(InstanceId id) {
        SimulatedKernel.Running r = kernel.running.get(id);
        MonoTime since = asking.getOrDefault(id, kernel.now);
        check(
                shuttingDown()
                        || r == null
                        || r.ignoresTerm
                        || kernel.now.since(since).compareTo(OBEDIENT) < 0,
                id + " obeys its stop signal and was killed");
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Launch l -> {
                checkLaunch(l);
                known.add(l.instance());
                kernel.launch(l);
                if (fault == Fault.LAUNCH_TWICE) {
                    checkLaunch(l);
                }
            }
            case Action.SendSignal(InstanceId id, Signal signal) -> {
                check(known.contains(id), "a signal for an unknown instance");
                asking.putIfAbsent(id, kernel.now);
                kernel.signal(id, signal);
            }
            case Action.Kill(InstanceId id) -> {
                check(known.contains(id), "a kill of an unknown instance");
                if (fault != Fault.LOSE_KILLS) {
                    kernel.kill(id);
                }
            }
            case Action.Probe p -> {
                checks.add(p.instance());
                kernel.probe(p);
            }
            case Action.EndChecks(InstanceId id) -> checks.remove(id);
            case Action.Journal(Event event) -> {
                if (event instanceof Event.Killed e) {
                    checkKilled(e.instance());
                }
                check(disk.note(event), event + ": ended twice");
                if (event instanceof Event.Restarting(Instant _, ReplicaId replica, Duration delay, boolean failure)) {
                    notBefore.put(replica, kernel.now.plus(delay));
                    if (failure) {
                        checkLimit(replica);
                    }
                }
            }
            case Action.Finish _ -> finished = true;
        }
    }

    private void checkLaunch(Action.Launch l) {
        if (l.purpose() != Purpose.MAIN) {
            return;
        }
        check(disk.mayBegin(l.replica()), l.replica() + " does again what it has done");
        check(!kernel.holds(l.replica()), "a second instance of " + l.replica());
        MonoTime earliest = notBefore.get(l.replica());
        check(earliest == null || !kernel.now.isBefore(earliest), l.replica() + " came back before its backoff");
        l.spec().dependsOn().forEach((name, condition) -> checkDependency(l.replica(), name, condition));
    }

    /** Every restart after a failure is inside its limit, counted here anew. */
    private void checkLimit(ReplicaId replica) {
        List<MonoTime> times = failures.computeIfAbsent(replica, r -> new java.util.ArrayList<>());
        times.add(kernel.now);
        var restart =
                java.util.Objects.requireNonNull(specs.get(replica.process())).restart();
        Integer limit = restart.limit();
        long within = times.stream()
                .filter(t -> kernel.now.since(t).compareTo(restart.window()) < 0)
                .count();
        check(limit == null || within <= limit, replica + " restarted " + within + " times of " + limit);
    }

    private void checkDependency(ReplicaId of, String name, ProcessSpec.DependencyCondition condition) {
        for (ReplicaView v : supervision.views()) {
            if (!v.id().process().equals(name)) {
                continue;
            }
            boolean holds = switch (condition) {
                case STARTED -> v.leader() != null || v.state().equals("completed");
                case HEALTHY -> v.state().equals("up") || v.state().equals("completed");
                case COMPLETED -> v.state().equals("completed");
                case STOPPED -> v.leader() == null;
            };
            check(holds, of + " started though " + v.id() + " is " + v.state() + ", not " + condition);
        }
    }

    private static void check(boolean holds, @Nullable String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private void trace(String line) {
        trace.addLast(line);
        if (trace.size() > 400) {
            trace.removeFirst();
        }
    }
}
