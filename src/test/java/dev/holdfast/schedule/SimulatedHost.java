package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A host on virtual clocks whose jobs are slow, fail, hang, are killed or do not start, and whose daemon dies now and then.
 * It checks whatever it is told to do against what schedules promise. A seed decides everything.
 */
final class SimulatedHost {
    /** Deliberate damage, to show that the invariants bite. */
    enum Fault {
        NONE,
        LOSE_KILLS,
        FORGET_WHAT_RUNS,
        FORGET_WHAT_WAITS
    }

    /**
     * @param deaths mean time between the daemon's deaths
     * @param absence the longest time without a daemon
     * @param jumps mean time between settings of the wall clock; null: none
     */
    record Hardship(
            Duration deaths, Duration absence, @Nullable Duration jumps) {}

    /** A process tree. */
    private static final class Job {
        final InstanceId id;
        final ScheduleSpec spec;
        final @Nullable Run run;
        final MonoTime started;
        final boolean deaf;
        boolean leaderAlive = true;

        Job(InstanceId id, ScheduleSpec spec, @Nullable Run run, MonoTime started, boolean deaf) {
            this.id = id;
            this.spec = spec;
            this.run = run;
            this.started = started;
            this.deaf = deaf;
        }
    }

    private record Coming(MonoTime at, long order, Stimulus what) {}

    final Map<String, Long> launched = new HashMap<>();
    final Map<String, Long> leftOut = new HashMap<>();
    final Map<Result, Long> results = new HashMap<>();
    int deaths;
    /** The wall clock at the shutdown. */
    Instant livedUntil = Instant.MIN;

    private final RandomGenerator random;
    private final Fault fault;
    private final Hardship hardship;
    private final PriorityQueue<Coming> coming =
            new PriorityQueue<>(Comparator.comparing(Coming::at).thenComparingLong(Coming::order));
    private final Map<InstanceId, Job> alive = new HashMap<>();
    private final Map<String, Job> running = new HashMap<>();
    private final Map<String, Set<Instant>> run = new HashMap<>();
    private final Map<String, Memory> memories = new HashMap<>();
    private final Map<String, Integer> groups = new HashMap<>();
    /** By run, the last attempt that was begun. */
    private final Map<String, Integer> attempts = new HashMap<>();
    /** By run, what was promised and has neither begun nor been left out. */
    private final Map<String, Run> promised = new HashMap<>();

    private final Deque<String> trace = new ArrayDeque<>();
    private final SortedMap<String, ScheduleSpec> specs;
    private Schedules schedules;
    private Instant wall;
    private MonoTime mono = new MonoTime(0);
    private MonoTime daemonSince = mono;
    private Instant cameBack = Instant.MIN;
    private long ids;
    private boolean drained;
    private boolean jumped;
    private boolean meddling;

    SimulatedHost(SortedMap<String, ScheduleSpec> specs, Instant start, long seed, Fault fault, Hardship hardship) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.specs = specs;
        this.wall = start;
        this.fault = fault;
        this.hardship = hardship;
        this.schedules = daemon();
    }

    private Schedules daemon() {
        return new Schedules(specs, () -> new InstanceId("%032d".formatted(ids++)), 7);
    }

    /** Lives until then, and then shuts down. */
    void live(Instant until) {
        try {
            MonoTime death = later(hardship.deaths());
            MonoTime jump = hardship.jumps() == null ? MonoTime.NEVER : later(hardship.jumps());
            tell(new Stimulus.Begin(Map.of(), "boot"));
            while (wall.isBefore(until)) {
                if (meddling && random.nextInt(40) == 0) {
                    meddle();
                }
                MonoTime next = MonoTime.earliest(schedules.nextDeadline(), due(), death, jump);
                if (next.equals(death)) {
                    pass(death);
                    die();
                    death = later(hardship.deaths());
                } else if (next.equals(jump)) {
                    pass(jump);
                    wall = wall.plusSeconds(random.nextLong(-20_000, 20_000));
                    jumped = true;
                    trace("CLOCK SET to " + wall);
                    jump = later(Objects.requireNonNull(hardship.jumps()));
                } else {
                    step(next);
                }
            }
            livedUntil = wall;
            tell(new Stimulus.ShutDown());
            for (int i = 0; !drained; i++) {
                check(i < 10_000, "the shutdown never ends");
                step(MonoTime.earliest(schedules.nextDeadline(), due()));
            }
            check(alive.isEmpty(), "left behind: " + alive.keySet());
            check(promised.isEmpty(), "promised, and never heard of again: " + promised.values());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", trace), e);
        }
    }

    /** People that run, pause, resume and configure while it lives. */
    SimulatedHost meddledWith() {
        meddling = true;
        return this;
    }

    private void meddle() {
        String name = List.copyOf(specs.keySet()).get(random.nextInt(specs.size()));
        switch (random.nextInt(5)) {
            case 0 -> tell(new Stimulus.RunNow(name, "by-hand-" + ids++));
            case 1 -> tell(new Stimulus.Pause(name, "test"));
            case 2 -> {
                var fewer = new TreeMap<>(specs);
                fewer.remove(name);
                tell(new Stimulus.Reload(fewer));
                tell(new Stimulus.Reload(specs));
            }
            case 3 -> {
                Job job = running.get(name);
                if (job != null && job.leaderAlive) {
                    tell(new Stimulus.Overran(
                            job.id, new Kill(Kill.By.WATCHED_MEMORY, 0, 1L << 20), random.nextBoolean()));
                }
            }
            default -> specs.keySet().forEach(n -> tell(new Stimulus.Resume(n)));
        }
    }

    private MonoTime later(Duration mean) {
        return mono.plus(Duration.ofMillis(random.nextLong(1, 2 * mean.toMillis())));
    }

    private MonoTime due() {
        Coming next = coming.peek();
        return next == null ? MonoTime.NEVER : next.at;
    }

    private void pass(MonoTime to) {
        if (mono.isBefore(to)) {
            wall = wall.plus(to.since(mono));
            mono = to;
        }
    }

    private void step(MonoTime to) {
        check(!to.equals(MonoTime.NEVER), "nothing will ever happen again");
        pass(to);
        Coming next = coming.peek();
        if (next != null && !mono.isBefore(next.at)) {
            coming.remove();
            happen(next.what);
        } else {
            tell(new Stimulus.Tick());
        }
        for (Job job : alive.values()) {
            inTime(job);
        }
    }

    /** Of what the kernel says, only what is true of what lives. */
    private void happen(Stimulus what) {
        switch (what) {
            case Stimulus.Exited e -> {
                Job job = alive.get(e.instance());
                if (job != null && job.leaderAlive) {
                    job.leaderAlive = false;
                    tell(what);
                }
            }
            case Stimulus.Emptied(InstanceId id) -> {
                if (gone(id)) {
                    tell(what);
                }
            }
            case Stimulus.LaunchFailed(InstanceId id, String _) -> {
                gone(id);
                tell(what);
            }
            case Stimulus.Claimed(String of, boolean won) -> {
                if (!won) {
                    promised.remove(of);
                }
                tell(what);
            }
            case Stimulus.Begin _,
                    Stimulus.Adopt _,
                    Stimulus.Tick _,
                    Stimulus.Overran _,
                    Stimulus.RunNow _,
                    Stimulus.Pause _,
                    Stimulus.Resume _,
                    Stimulus.Reload _,
                    Stimulus.ShutDown _ -> throw new IllegalStateException();
        }
    }

    private boolean gone(InstanceId id) {
        Job job = alive.remove(id);
        if (job == null) {
            return false;
        }
        if (job.run != null) {
            running.remove(job.spec.name(), job);
            if (job.spec.group() != null) {
                groups.merge(job.spec.group().name(), -1, Integer::sum);
            }
        }
        return true;
    }

    /** kill -9, some time without a daemon, and the next one that adopts. */
    private void die() {
        deaths++;
        trace("DAEMON DIES");
        coming.removeIf(c -> c.what instanceof Stimulus.Claimed);
        MonoTime back =
                mono.plus(Duration.ofMillis(random.nextLong(hardship.absence().toMillis())));
        while (due().isBefore(back)) {
            Coming next = coming.remove();
            pass(next.at);
            if (next.what instanceof Stimulus.Exited(InstanceId id, var _, var _) && alive.containsKey(id)) {
                Objects.requireNonNull(alive.get(id)).leaderAlive = false;
            } else if (next.what instanceof Stimulus.Emptied(InstanceId id)) {
                gone(id);
            } else if (next.what instanceof Stimulus.LaunchFailed(InstanceId id, var _)) {
                gone(id);
            }
        }
        pass(back);
        for (ScheduleView v : fault == Fault.FORGET_WHAT_WAITS ? List.<ScheduleView>of() : schedules.views()) {
            boolean waits = List.of("claiming", "waiting", "retrying").contains(v.state());
            int kept = Objects.requireNonNull(memories.get(v.name())).owed().size();
            check(kept == v.pending() + (waits ? 1 : 0), "of what waits, so many are kept: " + kept + ", " + v);
        }
        daemonSince = mono;
        cameBack = wall;
        schedules = daemon();
        for (Job job : fault == Fault.FORGET_WHAT_RUNS ? List.<Job>of() : List.copyOf(alive.values())) {
            tell(new Stimulus.Adopt(job.spec.name(), job.id, job.run, job.leaderAlive, mono.since(job.started)));
        }
        tell(new Stimulus.Begin(Map.copyOf(memories), "boot"));
    }

    private void tell(Stimulus stimulus) {
        trace(stimulus.getClass().getSimpleName());
        for (Action a : schedules.apply(stimulus, new Now(wall, mono))) {
            if (!(a instanceof Action.Remember)) {
                trace(a.toString());
            }
            act(a);
        }
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch(InstanceId id, Run r, ScheduleSpec spec) -> launch(id, r, spec);
            case Action.Hook(InstanceId id, Run _, Result _, ScheduleSpec spec, var _) -> {
                alive.put(id, new Job(id, spec, null, mono, random.nextInt(10) == 0));
                ends(id, Duration.ofMillis(random.nextInt(1, 90_000)), new Outcome.Exited(0));
            }
            case Action.SendSignal(InstanceId id, Signal _) -> {
                Job job = alive.get(id);
                if (job != null && job.leaderAlive && !job.deaf) {
                    ends(id, Duration.ofMillis(random.nextInt(1, 2_000)), new Outcome.Signalled(15, false));
                }
            }
            case Action.Kill(InstanceId id) -> {
                Job job = alive.get(id);
                if (job != null && fault != Fault.LOSE_KILLS) {
                    ends(id, Duration.ofMillis(random.nextInt(1, 50)), new Outcome.Signalled(9, false));
                    add(Duration.ofMillis(60), new Stimulus.Emptied(id));
                }
            }
            case Action.Claim(Run r) ->
                add(Duration.ofMillis(random.nextInt(1, 50)), new Stimulus.Claimed(r.id(), random.nextInt(3) != 0));
            case Action.Ended ended -> {
                results.merge(ended.result(), 1L, Long::sum);
                if (!ended.last()) {
                    promised.put(ended.run().id(), ended.run());
                }
            }
            case Action.LeftOut(Run r, Result result, String _, int times) -> {
                promised.remove(r.id());
                if (result == Result.MISSED || r.cause() != Run.Cause.BY_HAND) {
                    leftOut.merge(r.schedule(), (long) times, Long::sum);
                }
            }
            case Action.Remember(String name, Memory m) -> {
                m.owed().forEach(o -> promised.put(o.run().id(), o.run()));
                memories.put(name, fault == Fault.FORGET_WHAT_WAITS ? withoutOwed(m) : m);
            }
            case Action.Drained() -> drained = true;
            case Action.Webhook _, Action.Ping _, Action.Paused _ -> {}
        }
    }

    private static Memory withoutOwed(Memory m) {
        return new Memory(m.considered(), m.timing(), m.paused(), m.failures(), m.boot(), List.of(), m.last());
    }

    private void launch(InstanceId id, Run r, ScheduleSpec spec) {
        promised.remove(r.id());
        Integer before = attempts.put(r.id(), r.attempt());
        check(r.attempt() == (before == null ? 1 : before + 1), r + " after attempt " + before);
        Job other = running.get(spec.name());
        check(other == null, spec.name() + " runs over itself: " + r + " over " + (other == null ? "" : other.run));
        if (r.cause() != Run.Cause.BY_HAND) {
            dueTime(r, spec);
        }
        if (spec.group() != null) {
            int members = groups.merge(spec.group().name(), 1, Integer::sum);
            check(members <= spec.group().limit(), "more than " + spec.group());
        }
        if (r.attempt() == 1) {
            launched.merge(spec.name(), 1L, Long::sum);
        }
        boolean deaf = random.nextInt(200) == 0;
        var job = new Job(id, spec, r, mono, deaf);
        alive.put(id, job);
        running.put(spec.name(), job);
        switch (random.nextInt(50)) {
            case 0 -> add(Duration.ofMillis(5), new Stimulus.LaunchFailed(id, "simulated"));
            case 1, 2, 3 -> ends(id, brief(), new Outcome.Exited(random.nextInt(1, 256)));
            case 4 -> ends(id, brief(), new Outcome.Signalled(9, false));
            case 5, 6 -> ends(id, Duration.ofMinutes(random.nextInt(1, 90)), new Outcome.Exited(0));
            case 7 -> {} // hangs
            default -> ends(id, brief(), new Outcome.Exited(0));
        }
    }

    private void dueTime(Run r, ScheduleSpec spec) {
        Instant due = r.due();
        check(due.equals(spec.timing().next(due.minusSeconds(1))), r + " is at no due time of " + spec.timing());
        if (r.attempt() > 1) {
            return;
        }
        boolean once = run.computeIfAbsent(spec.name(), k -> new HashSet<>()).add(due);
        check(once || jumped, r + " was run before");
        check(jumped || !due.isAfter(wall), r + " is ahead of its time");
        boolean waits = spec.group() != null || spec.overlap() != ScheduleSpec.Overlap.SKIP || spec.oneServer();
        Duration late = Duration.between(due, wall).minus(spec.jitter());
        if (r.cause() == Run.Cause.DUE && !waits && !jumped) {
            check(late.compareTo(Dues.TARDY) <= 0, r + " is " + late + " late");
        }
        if (r.cause() == Run.Cause.CATCH_UP && !jumped) {
            check(spec.catchUp() != ScheduleSpec.CatchUp.NONE, r + " catches up, which is not configured");
            check(!due.isAfter(cameBack), r + " was never missed");
        }
    }

    /** Nothing outlives its timeout by more than its grace, counted from when a daemon could know. */
    private void inTime(Job job) {
        Duration timeout = job.run == null ? Minor.HOOK_TIMEOUT : job.spec.timeout();
        if (timeout != null) {
            MonoTime told = job.started.plus(timeout);
            MonoTime from = told.isBefore(daemonSince) ? daemonSince : told;
            Duration grace =
                    job.run == null ? Duration.ofSeconds(10) : job.spec.stop().timeout();
            MonoTime latest = from.plus(grace).plus(Duration.ofMillis(200));
            check(!latest.isBefore(mono), job.spec.name() + " " + job.id + " outlived its timeout");
        }
    }

    private Duration brief() {
        return Duration.ofMillis(random.nextInt(50, 60_000));
    }

    private void ends(InstanceId id, Duration in, Outcome outcome) {
        add(in, new Stimulus.Exited(id, outcome, null));
    }

    private void add(Duration in, Stimulus what) {
        coming.add(new Coming(mono.plus(in), ids++, what));
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(wall + " " + otherwise);
        }
    }

    private void trace(String what) {
        trace.addLast(wall + " " + what);
        if (trace.size() > 60) {
            trace.removeFirst();
        }
    }
}
