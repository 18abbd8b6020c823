package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.cron.Timing;
import dev.holdfast.event.InstanceId;
import dev.holdfast.schedule.Activity.Ending;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All schedules. A deterministic function of what it is told: it reads no clock, its ids and its seed are given. Owned by
 * one thread.
 *
 * <p><b>When the wall clock is set.</b> Forward by less than three hours: fixed times that it jumped over are run once,
 * now, as after the gap of daylight saving; backward by less: fixed times are not run again. What follows the clock, and
 * any larger change, goes by the new clock at once; what was jumped over then follows catch_up.
 */
public final class Schedules {
    /** As in Vixie cron: a larger change corrects a wrong clock. */
    private static final Duration SMALL_JUMP = Duration.ofHours(3);

    /** How soon a clock that was set is noticed: deadlines are kept on the clock that never is. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final Supplier<InstanceId> ids;
    private final long seed;
    private final Map<String, Line> lines = new TreeMap<>();
    private final Agenda<Instant> due = new Agenda<>();
    private final Agenda<MonoTime> deadlines = new Agenda<>();
    private final Clock clock = new Clock();
    private final List<Action> actions = new ArrayList<>();
    private final Runs runs;
    private final Set<String> touched = new LinkedHashSet<>();
    private SortedMap<String, ScheduleSpec> specs;
    private Now now = new Now(Instant.EPOCH, new MonoTime(0));
    private String boot = "";
    private boolean begun;
    private boolean shuttingDown;
    private boolean drained;

    /**
     * @param ids never the same one twice
     * @param seed of the jitter: the same on each start of a host, another on each host
     */
    public Schedules(SortedMap<String, ScheduleSpec> specs, Supplier<InstanceId> ids, long seed) {
        this.specs = specs;
        this.ids = ids;
        this.seed = seed;
        this.runs = new Runs(lines, ids, actions::add);
    }

    /** Takes in one stimulus; what must be done about it, in order. */
    public List<Action> apply(Stimulus stimulus, Now at) {
        now = at;
        Duration jump = clock.jump(at);
        if (jump.isNegative()) {
            setBack(jump.abs());
        }
        switch (stimulus) {
            case Stimulus.Begin(Map<String, Memory> memories, String of) -> begin(memories, of);
            case Stimulus.Adopt adopted -> adopt(adopted);
            case Stimulus.Tick() -> runs.minor().tick(now);
            case Stimulus.LaunchFailed(InstanceId id, String why) -> {
                runs.minor().gone(id);
                running(id).ifPresent(o -> runs.launchFailed(o.line, o.running, why, now));
            }
            case Stimulus.Exited(InstanceId id, var outcome, var usage) -> {
                runs.minor().exited(id);
                running(id).ifPresent(o -> runs.exited(o.line, o.running, outcome, usage, now));
            }
            case Stimulus.Overran(InstanceId id, var limit, boolean atOnce) ->
                running(id).ifPresent(o -> runs.overran(o.line, o.running, limit, atOnce, now));
            case Stimulus.Emptied(InstanceId id) -> {
                runs.minor().gone(id);
                running(id).ifPresent(o -> runs.emptied(o.line, o.running, now));
            }
            case Stimulus.Claimed(String run, boolean won) -> claimed(run, won);
            case Stimulus.RunNow(String name, String run) -> {
                Line line = lines.get(name);
                if (line != null && !shuttingDown) {
                    runs.come(line, new Run(run, name, now.wall(), Run.Cause.BY_HAND, 1), now);
                    touch(line);
                }
            }
            case Stimulus.Pause(String name, String why) -> pause(name, why);
            case Stimulus.Resume(String name) -> pause(name, null);
            case Stimulus.Reload(var fresh) -> reload(fresh);
            case Stimulus.ShutDown() -> shutDown();
        }
        passTime(!jump.isNegative() && jump.isPositive() && jump.compareTo(SMALL_JUMP) < 0);
        if (shuttingDown && !drained && runs.empty()) {
            drained = true;
            actions.add(new Action.Drained());
        }
        var out = List.copyOf(actions);
        actions.clear();
        return out;
    }

    /** When {@link Stimulus.Tick} is due; {@link MonoTime#NEVER} when only events can change anything. */
    public MonoTime nextDeadline() {
        MonoTime mono = Objects.requireNonNullElse(deadlines.first(), MonoTime.NEVER);
        MonoTime minor = runs.minor().next();
        Instant wall = begun && !shuttingDown ? due.first() : null;
        if (wall == null) {
            return MonoTime.earliest(mono, minor);
        }
        Duration left = Duration.between(now.wall(), wall);
        Duration soon = left.compareTo(LOOK) < 0 ? left : LOOK;
        return MonoTime.earliest(mono, minor, now.mono().plus(soon.isNegative() ? Duration.ZERO : soon));
    }

    /** All of them, by name. */
    public List<ScheduleView> views() {
        return lines.values().stream()
                .filter(l -> !l.leaving)
                .map(ScheduleView::of)
                .toList();
    }

    public Optional<ScheduleView> view(String name) {
        return Optional.ofNullable(lines.get(name)).map(ScheduleView::of);
    }

    /** By how much its runs begin later than due, always. */
    public Duration offset(String name) {
        Line line = lines.get(name);
        return line == null ? Duration.ZERO : line.offset();
    }

    // ── stimuli ──

    private record Owned(Line line, Activity.Running running) {}

    private Optional<Owned> running(InstanceId id) {
        Line line = runs.owner(id);
        return line != null
                        && line.activity instanceof Activity.Running r
                        && r.instance().equals(id)
                ? Optional.of(touched(line, r))
                : Optional.empty();
    }

    /** What happens to it may change when it wants to be looked at next; done when all has happened. */
    private Owned touched(Line line, Activity.Running r) {
        touch(line);
        return new Owned(line, r);
    }

    private void begin(Map<String, Memory> memories, String of) {
        boot = of;
        begun = true;
        specs.values().forEach(spec -> {
            Memory memory = memories.get(spec.name());
            Line adopted = lines.get(spec.name());
            Line line = adopted != null ? adopted : line(spec, Line.fresh(spec, now.wall()));
            if (memory != null) {
                recall(line, memory);
            }
            touch(line);
        });
        runs.resume(lines.values(), now);
        lines.values().forEach(this::rebooted);
        memories.forEach((name, memory) -> {
            if (!lines.containsKey(name)
                    && (!memory.timing().equals(Memory.NOT_WANTED)
                            || !memory.owed().isEmpty())) {
                forget(name, memory);
            }
        });
    }

    /** It is not configured any more: should it come back one day, what it owed and what was due is too old. */
    private void forget(String name, Memory m) {
        m.owed().forEach(o -> actions.add(new Action.LeftOut(o.run(), Result.SKIPPED, Runs.NOT_ANY_MORE, 1)));
        actions.add(new Action.Remember(
                name,
                new Memory(
                        m.considered(), Memory.NOT_WANTED, m.paused(), m.failures(), m.boot(), List.of(), m.last())));
    }

    private void recall(Line line, Memory memory) {
        boolean same = memory.timing().equals(line.spec.timing().toString());
        boolean past = !memory.considered().isAfter(now.wall());
        if (same && past && memory.considered().isBefore(line.considered) && line.activity instanceof Activity.Idle) {
            line.considered = memory.considered();
        } else if (same && past && line.activity instanceof Activity.Running r) {
            // Its due time had its turn, also when that could not be written down any more.
            boolean later =
                    r.run().due().isAfter(memory.considered()) && r.run().cause() != Run.Cause.BY_HAND;
            line.considered = later ? r.run().due() : memory.considered();
        }
        line.paused = memory.paused();
        line.failures = memory.failures();
        line.boot = memory.boot();
        line.last = memory.last();
        runs.recall(line, memory.owed(), now);
    }

    private void rebooted(Line line) {
        if (line.spec.timing() instanceof Timing.Reboot && !line.boot.equals(boot) && line.spec.enabled()) {
            line.boot = boot;
            if (line.paused == null) {
                runs.come(line, run(line, now.wall(), Run.Cause.DUE), now);
            }
        }
    }

    private Line line(ScheduleSpec spec, Memory memory) {
        var line = new Line(spec, memory, seed);
        lines.put(line.name, line);
        return line;
    }

    private void adopt(Stimulus.Adopt adopted) {
        ScheduleSpec spec = specs.get(adopted.schedule());
        Run run = adopted.run();
        if (spec == null || run == null || lines.containsKey(adopted.schedule())) {
            runs.minor().unwanted(adopted.instance(), now);
            return;
        }
        Line line = line(spec, Line.fresh(spec, now.wall()));
        runs.adopt(line, run, adopted, now);
        touch(line);
    }

    private void claimed(String run, boolean won) {
        for (Line line : lines.values()) {
            if (line.activity instanceof Activity.Claiming(Run claimed)
                    && claimed.id().equals(run)) {
                runs.claimed(line, claimed, won, now);
                touch(line);
                return;
            }
        }
    }

    private void pause(String name, @Nullable String why) {
        Line line = lines.get(name);
        if (line == null || (line.paused == null) == (why == null)) {
            return;
        }
        line.paused = why;
        if (why == null) {
            line.failures = 0;
            line.considered = now.wall();
        }
        actions.add(new Action.Paused(name, why));
        touch(line);
    }

    private void reload(SortedMap<String, ScheduleSpec> fresh) {
        specs = fresh;
        var regrouped = new ArrayList<Line>();
        for (Line line : List.copyOf(lines.values())) {
            ScheduleSpec spec = fresh.get(line.name);
            if (spec == null) {
                line.leaving = true;
                runs.forgetPending(line);
                runs.end(line, Ending.UNCONFIGURED, now);
            } else {
                boolean sameTimes = spec.timing().equals(line.spec.timing());
                boolean sameGroup = Objects.equals(spec.group(), line.spec.group());
                boolean back = line.leaving || (spec.enabled() && !line.spec.enabled());
                line.leaving = false;
                line.spec = spec;
                if (!sameTimes || back) { // what was due before was nobody's wish
                    line.considered = now.wall();
                }
                if (back) {
                    line.boot = boot; // @reboot means the next one
                }
                if (!sameGroup) {
                    regrouped.add(line);
                }
            }
            touch(line);
        }
        runs.regroup(regrouped, now);
        fresh.values().stream().filter(s -> !lines.containsKey(s.name())).forEach(spec -> {
            Line line = line(spec, Line.fresh(spec, now.wall()));
            line.boot = boot; // @reboot means the next one
            touch(line);
        });
    }

    private void shutDown() {
        shuttingDown = true;
        runs.close();
        for (Line line : lines.values()) {
            runs.forgetPending(line);
            runs.end(line, Ending.SHUT_DOWN, now);
            touch(line);
        }
    }

    // ── time ──

    private void setBack(Duration by) {
        for (Line line : lines.values()) {
            boolean waits = line.spec.timing().fixed() && by.compareTo(SMALL_JUMP) < 0;
            if (!waits && line.considered.isAfter(now.wall())) {
                line.considered = now.wall();
                touch(line);
            }
        }
    }

    private void passTime(boolean excused) {
        for (String name : deadlines.due(now.mono())) {
            Line line = Objects.requireNonNull(lines.get(name));
            MonoTime deadline = line.deadline(); // what came in may have moved it
            if (deadline != null && !now.mono().isBefore(deadline)) {
                runs.tick(line, now);
            }
            touch(line);
        }
        if (begun && !shuttingDown) {
            for (String name : due.due(now.wall())) {
                come(Objects.requireNonNull(lines.get(name)), excused);
            }
        }
        settle();
    }

    private void come(Line line, boolean excused) {
        Instant until = now.wall().minus(line.offset());
        Dues dues = Dues.of(line, until, excused);
        line.considered = latest(dues, line);
        touch(line);
        if (line.paused != null) {
            return;
        }
        Instant lost = dues.lost();
        if (lost != null) {
            actions.add(new Action.LeftOut(
                    run(line, lost, Run.Cause.DUE), Result.MISSED, "nobody looked at that time", dues.times()));
        }
        dues.missed().forEach(d -> runs.come(line, run(line, d, Run.Cause.CATCH_UP), now));
        if (dues.now() != null) {
            runs.come(line, run(line, dues.now(), Run.Cause.DUE), now);
        }
    }

    private static Instant latest(Dues dues, Line line) {
        Instant latest = line.considered;
        for (Instant d : dues.missed()) {
            latest = d.isAfter(latest) ? d : latest;
        }
        if (dues.lost() != null && dues.lost().isAfter(latest)) {
            latest = dues.lost();
        }
        return dues.now() != null && dues.now().isAfter(latest) ? dues.now() : latest;
    }

    private Run run(Line line, Instant at, Run.Cause cause) {
        return new Run(ids.get().value(), line.name, at, cause, 1);
    }

    // ── what changed ──

    private void touch(Line line) {
        touched.add(line.name);
    }

    /**
     * Looks anew at when to look at each that something happened to, and has it kept for the next daemon. After what it
     * wants done: what is begun and not yet written down is adopted or begun once more, never lost.
     */
    private void settle() {
        runs.moved().forEach(this::touch);
        for (String name : touched) {
            Line line = lines.get(name);
            if (line == null) {
                continue;
            }
            if (begun) {
                Memory memory = line.memory();
                if (!memory.equals(line.kept)) {
                    line.kept = memory;
                    actions.add(new Action.Remember(name, memory));
                }
            }
            if (line.leaving && line.idle()) {
                lines.remove(name);
                due.set(name, null);
                deadlines.set(name, null);
            } else {
                due.set(name, line.next());
                deadlines.set(name, line.deadline());
            }
        }
        touched.clear();
    }
}
