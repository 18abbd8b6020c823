package dev.holdfast.queue;

import static dev.holdfast.queue.World.check;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A host: its daemon, which dies and stands still, its disk, and its way to the store. It checks what it is told to do. */
final class QueueHost {
    /** Deliberate damage, to show that the invariants bite. */
    enum Damage {
        NONE,
        LOSE_KILLS,
        FORGET_WHAT_RUNS,
        NO_CLEANING,
        /** Renewals are told as done, and are not. */
        NO_RENEWING,
        IGNORE_CANCELS,
        /** A queue with one place claims as if it had ten, and takes them all for its own. */
        TOO_MANY
    }

    private record Recorded(Job job, @Nullable String workdir, MonoTime started) {}

    private final String name;
    private final World world;
    private final Damage damage;
    private final SimulatedTrees trees;
    private final StoreWay way;

    // On disk.
    private final Set<InstanceId> directories = new HashSet<>();
    private final Map<InstanceId, Recorded> records = new LinkedHashMap<>();

    // The daemon.
    private @Nullable Queues queues;
    /** As the daemon was told; one that stands still has not heard of the latest. */
    private SortedMap<String, QueueSpec> specs;

    private SortedMap<String, QueueSpec> configured;
    /** That were configured so far. */
    private final Map<String, Integer> mostPlaces = new HashMap<>();

    private int epoch;
    private boolean frozen;
    private boolean restarts;
    private final List<Stimulus> backlog = new ArrayList<>();
    private final Set<Hold> cancelled = new HashSet<>();
    /** Whose end this daemon has told. */
    private final Set<Hold> told = new HashSet<>();

    private MonoTime renewals = new MonoTime(0);
    private long ids;

    QueueHost(String name, World world, Damage damage) {
        this.name = name;
        this.world = world;
        this.damage = damage;
        this.specs = world.specs;
        this.configured = world.specs;
        specs.forEach((n, s) -> mostPlaces.put(n, s.concurrency()));
        this.way = new StoreWay(name, world, damage, () -> epoch, () -> frozen || queues == null, this::reply);
        this.trees = new SimulatedTrees(world, this::tell, damage == Damage.LOSE_KILLS);
    }

    // ── a daemon's life ──

    boolean up() {
        return queues != null;
    }

    void start() {
        epoch++;
        world.said(name, "starts");
        specs = configured;
        SortedMap<String, QueueSpec> seen = damage == Damage.TOO_MANY ? manyPlaces(specs) : specs;
        queues = new Queues(seen, name, World.LEASE, () -> new InstanceId(name + "-%032d".formatted(ids++)));
        trees.daemonSince(world.mono, specs.keySet());
        if (damage == Damage.FORGET_WHAT_RUNS) {
            records.clear();
        }
        List.copyOf(records.entrySet()).forEach(e -> adopt(e.getKey(), e.getValue()));
        Queues daemon = Objects.requireNonNull(queues);
        directories.removeIf(d -> !daemon.knows(d));
        begin(epoch);
    }

    private static SortedMap<String, QueueSpec> manyPlaces(SortedMap<String, QueueSpec> specs) {
        var many = new TreeMap<String, QueueSpec>();
        specs.forEach((n, s) -> many.put(n, SomeQueues.with(s, s.concurrency() + 9, s.enabled())));
        return many;
    }

    private void adopt(InstanceId id, Recorded r) {
        tell(new Stimulus.Adopt(id, r.job, r.workdir, trees.leads(id), world.mono.since(r.started)));
        if (!trees.there(id)) {
            reply(world.ms(1, 20), new Stimulus.Emptied(id));
        }
    }

    private void begin(int of) {
        if (of != epoch) {
            return;
        }
        if (!way.reachable()) {
            world.in(Duration.ofMillis(500), () -> begin(of));
            return;
        }
        way.writeSpool();
        reply(world.ms(1, 20), new Stimulus.Begin(world.store.held(name)));
    }

    /** kill -9 in the midst of whatever it does. */
    void die(Duration absence) {
        if (queues == null) {
            return;
        }
        world.said(name, "DIES");
        world.saw("DIES");
        stops();
        int of = epoch;
        world.in(absence, () -> {
            if (of == epoch) {
                start();
            }
        });
    }

    private void stops() {
        queues = null;
        epoch++;
        frozen = false;
        backlog.clear();
        cancelled.clear();
        told.clear();
    }

    /** SIGSTOP, and SIGCONT some time later. */
    void freeze(Duration length) {
        if (queues == null || frozen) {
            return;
        }
        world.said(name, "STOPS");
        world.saw("STOPS");
        frozen = true;
        int of = epoch;
        world.in(length, () -> {
            if (of == epoch) {
                thaw();
            }
        });
    }

    private void thaw() {
        if (!frozen) {
            return;
        }
        world.said(name, "goes on");
        frozen = false;
        trees.awakeSince(world.mono);
        var all = List.copyOf(backlog);
        backlog.clear();
        all.forEach(this::tell);
    }

    void cutOff(Duration length) {
        world.said(name, "cut off");
        world.saw("cut off");
        way.cutOff(length);
    }

    void reload(Duration length) {
        var other = new TreeMap<>(world.specs);
        String queue = List.copyOf(other.keySet()).get(world.random.nextInt(other.size()));
        QueueSpec spec = Objects.requireNonNull(other.remove(queue));
        if (world.random.nextBoolean()) {
            other.put(queue, SomeQueues.with(spec, world.random.nextInt(1, 4), world.random.nextBoolean()));
        }
        configure(other);
        world.in(length, () -> configure(world.specs));
    }

    private void configure(SortedMap<String, QueueSpec> fresh) {
        configured = fresh;
        fresh.forEach((n, s) -> mostPlaces.merge(n, s.concurrency(), Math::max));
        hear(new Stimulus.Reload(damage == Damage.TOO_MANY ? manyPlaces(fresh) : fresh));
    }

    /** For good once the world is healed, else for some time. */
    void shutDown() {
        restarts = !world.healed;
        hear(new Stimulus.ShutDown());
    }

    void heal() {
        way.connect();
        if (frozen) {
            thaw();
        }
        if (queues == null) {
            start();
        }
        configure(world.specs);
    }

    boolean idle() {
        return trees.isEmpty()
                && (queues == null
                        || queues.views().stream().allMatch(v -> v.works().isEmpty()))
                && way.spoolIsEmpty();
    }

    void leavesNothing() {
        check(trees.isEmpty(), () -> "processes left: " + trees);
        check(directories.isEmpty(), () -> "directories left: " + directories);
        check(records.isEmpty(), () -> "records left: " + records);
    }

    // ── stimuli ──

    MonoTime deadline() {
        return queues == null || frozen ? MonoTime.NEVER : queues.nextDeadline();
    }

    void tick() {
        tell(new Stimulus.Tick());
        check(queues == null || world.mono.isBefore(queues.nextDeadline()), () -> name + " spins");
    }

    void inTime() {
        if (queues != null && !frozen) {
            trees.inTime();
        }
    }

    /** From outside. */
    void hear(Stimulus stimulus) {
        if (damage == Damage.IGNORE_CANCELS && stimulus instanceof Stimulus.Cancel) {
            return;
        }
        tell(stimulus);
    }

    private void reply(Duration in, Stimulus answer) {
        int of = epoch;
        world.in(in, () -> {
            if (of == epoch) {
                tell(answer);
            }
        });
    }

    private void tell(Stimulus stimulus) {
        Queues daemon = queues;
        if (daemon == null) {
            return;
        }
        if (frozen) {
            backlog.add(stimulus);
            return;
        }
        world.said(name, stimulus);
        world.saw(stimulus.getClass());
        switch (stimulus) {
            case Stimulus.Cancel(String job) ->
                daemon.views().stream()
                        .flatMap(v -> v.works().stream())
                        .filter(w -> w.job().id().equals(job))
                        .forEach(w -> cancelled.add(w.job().hold()));
            case Stimulus.Renewed r -> cancelled.addAll(r.cancelled());
            case Stimulus.Reload(var fresh) -> specs = fresh;
            default -> {}
        }
        for (Action a : daemon.apply(stimulus, world.now())) {
            world.said(name, a);
            world.saw(a.getClass());
            act(a);
        }
    }

    // ── actions ──

    private void act(Action action) {
        switch (action) {
            case Action.Claim c -> way.claim(c);
            case Action.Renew(List<Hold> holds) -> {
                seldom();
                way.renew(holds);
            }
            case Action.End end -> way.end(end);
            case Action.Prepare p -> prepare(p.instance());
            case Action.Launch launch -> launch(launch);
            case Action.SendSignal s -> trees.signal(s.instance());
            case Action.Kill k -> {
                trees.kill(k.instance());
                if (!trees.there(k.instance())) {
                    reply(world.ms(1, 5), new Stimulus.Emptied(k.instance()));
                }
            }
            case Action.AskOutput(InstanceId id) ->
                reply(world.ms(1, 20), new Stimulus.LastOutput(id, trees.lastOutput(id)));
            case Action.ReadOutput(InstanceId id) -> {
                check(!trees.there(id), () -> "its output is read while it runs");
                reply(world.ms(1, 20), new Stimulus.Output(id, "tail", trees.stderr(id)));
            }
            case Action.Deliver d -> {
                check(world.store.current(d.job().hold()), () -> "delivered by who does not hold it: " + d.job());
                check(directories.contains(d.instance()), () -> "delivered without a directory");
                reply(
                        !world.calm && world.random.nextInt(8) == 0 ? world.ms(1_000, 25_000) : world.ms(1, 200),
                        world.random.nextInt(8) == 0
                                ? new Stimulus.NotDelivered(d.instance(), "simulated")
                                : new Stimulus.Delivered(d.instance()));
            }
            case Action.Clean(InstanceId id, Job _, boolean _) -> {
                check(!trees.there(id), () -> "cleaned while it runs: " + id);
                int of = epoch;
                world.in(world.ms(1, 20), () -> {
                    if (damage != Damage.NO_CLEANING) {
                        directories.remove(id);
                    }
                    if (of == epoch) {
                        records.remove(id);
                    }
                    reply(world.ms(0, 5), new Stimulus.Cleaned(id));
                });
            }
            case Action.Drained() -> drained();
            case Action.Ended ended -> check(told.add(ended.job().hold()), () -> "told twice: " + ended);
            case Action.GivenBack _, Action.Lost _ -> {}
        }
    }

    /** Renewals: one in a tenth of a lease in the long run, some more at once when certainty is wanted. */
    private void seldom() {
        Duration tenth = World.LEASE.dividedBy(10);
        renewals = (renewals.isBefore(world.mono) ? world.mono : renewals).plus(tenth);
        check(renewals.since(world.mono).compareTo(tenth.multipliedBy(10)) < 0, () -> name + " renews in a loop");
    }

    private void drained() {
        leavesNothing();
        stops();
        if (restarts) {
            int of = epoch;
            world.in(world.ms(100, 10_000), () -> {
                if (of == epoch) {
                    start();
                }
            });
        }
    }

    private void prepare(InstanceId id) {
        int of = epoch;
        world.in(!world.calm && world.random.nextInt(12) == 0 ? world.ms(1_000, 20_000) : world.ms(1, 50), () -> {
            if (of != epoch) {
                return;
            }
            boolean fails = world.random.nextInt(40) == 0;
            if (!fails || world.random.nextBoolean()) {
                directories.add(id);
            }
            reply(
                    world.ms(0, 10),
                    fails ? new Stimulus.NotPrepared(id, "simulated") : new Stimulus.Prepared(id, "/work/" + id));
        });
    }

    private void launch(Action.Launch l) {
        Hold hold = l.job().hold();
        QueueSpec spec = Objects.requireNonNull(specs.get(l.job().queue()), "launched without a queue");
        check(world.store.current(hold), () -> "begun by who does not hold it: " + world.store.entry(hold));
        check(!cancelled.contains(hold), () -> "begun, though cancelled: " + l.job());
        check(l.job().attempt() <= spec.retry().maxAttempts(), () -> "one attempt too many: " + l.job());
        int places = Objects.requireNonNull(mostPlaces.get(spec.name())); // fewer by now: what was taken is run
        check(trees.of(spec.name()) < places, () -> "more than " + places + " of " + spec.name());
        check((spec.workdir() != null) == directories.contains(l.instance()), () -> "begun without its directory");
        check(l.argv().getLast().equals(l.job().payload().get("url")), () -> "another argument: " + l.argv());
        records.put(l.instance(), new Recorded(l.job(), l.workdir(), world.mono));
        trees.launch(l);
    }

    @Override
    public String toString() {
        return name;
    }
}
