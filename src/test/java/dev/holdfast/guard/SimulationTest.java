package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hundred scripted processes over thirty days: each knows when it becomes one that has to end, and most never do.
 * Looks are missed, daemons die, the wall clock jumps, pids come round. Nobody is killed who is not due, and whoever is due
 * goes within a look and its window. {@code -Dholdfast.seed=N} replays one life.
 */
class SimulationTest {
    private static final long MIB = 1 << 20;
    private static final double INTERVAL = 5;
    /** The clock that lives are counted in has hundredths. */
    private static final double GRAIN = 0.05;

    private static final int POPULATION = 200;
    private static final String RULES = """
            version: 1
            guard:
              interval: 5s
              rules:
                runaway:
                  match: { command: "^job" , exclude: "master"}
                  any:
                    - { cpu: "> 80%", for: 2m }
                    - { memory: "> 1024Mi", for: 10s }
                    - { runtime: "> 6h" }
                    - { cpu: "== 0%", for: 60m, name: stuck }
                  action: kill
                  grace: 15s
              zombies: { every: 1m, action: kill-parent-if-ours }
              orphans: { match: { command: "^orphan" }, older_than: 1h, action: kill, every: 1m }
            """;

    @TempDir
    private Path dir;

    /** What a process does, and from when on it is one that has to go: seconds of its life, or never. */
    private enum Script {
        /** Half a core, well. */
        STEADY(Double.MAX_VALUE),
        /** Bursts of a core: no window, and no longer stretch, is busy for four fifths of it. */
        JUST_UNDER(Double.MAX_VALUE),
        /** One burst after a quiet minute that does not end: a tenth until then, so 93.3 s of it are enough. */
        JUST_OVER(60 + 120 * 0.7 / 0.9),
        /** 1 MiB every 10 s, above the bound after so long. */
        LEAK(10_240 + 10),
        /** As much, but shared with others: its part stays small. */
        SHARED(Double.MAX_VALUE),
        /** Works for a minute, then never again. */
        STUCK(3_660),
        /** Wakes for a tick every 50 minutes. */
        DROWSY(21_600),
        IGNORES_TERM(120),
        UNINTERRUPTIBLE(120),
        /** The master of a pool until it is retitled. */
        RETITLED(600 + 120),
        /** Waits for no child. */
        ZOMBIE_PARENT(60),
        /** Double-forked: its parent and its session's leader go at once. */
        ORPHAN(3_600),
        /** A service: session leader, child of init. */
        SERVICE(Double.MAX_VALUE),
        /** Matches, is protected. */
        PROTECTED(Double.MAX_VALUE),
        STRANGER(Double.MAX_VALUE);

        private final double dueAfter;

        Script(double dueAfter) {
            this.dueAfter = dueAfter;
        }
    }

    private static final class Actor {
        final Script script;
        final FakeProcess process;
        final double born;
        final double lives;
        /** Since when a daemon has been looking without a gap that excuses it. */
        double seenSince;

        boolean struck;

        Actor(Script script, FakeProcess process, double born, double lives) {
            this.script = script;
            this.process = process;
            this.born = born;
            this.lives = lives;
            this.seenSince = born;
        }
    }

    private final FakeHost host = new FakeHost();
    private final Map<ProcessRef, Actor> actors = new HashMap<>();
    private List<Actor> copy = List.of();
    private int copied;
    private boolean changed = true;
    private final Set<String> wrong = new HashSet<>();
    private final Map<Script, Integer> ended = new HashMap<>();
    private Random random = new Random(0);
    private double time;
    private long wallOffset;
    private int lastPid = 300;
    private Guard guard = new Guard(GuardSpec.only(false, List.of(), null, null), FakeHost.SELF, new MonoTime(0));

    @Test
    void thirtyDaysKillNobodyWrongAndMissNobody() throws IOException {
        live(Long.getLong("holdfast.seed", 42), 30 * 86_400, true);
        for (Script s : Script.values()) {
            if (s.dueAfter < Double.MAX_VALUE && s != Script.UNINTERRUPTIBLE) {
                assertThat(ended.getOrDefault(s, 0)).as("ended of " + s).isGreaterThan(20);
            }
        }
    }

    @Test
    void manyShortLivesDoLikewise() throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            actors.clear();
            host.slots.clear();
            host.byPid.clear();
            live(seed, 14_000, true);
        }
    }

    private void live(long seed, double seconds, boolean faults) throws IOException {
        GuardSpec spec = spec();
        random = new Random(seed);
        time = 0;
        host.add(1, "systemd");
        host.add(FakeHost.SELF, "holdfast");
        guard = new Guard(spec, FakeHost.SELF, now().mono());
        double next = 0;
        while (time < seconds) {
            populate();
            double deadline = (guard.nextDeadline().nanos() - base()) / 1e9;
            double at = Math.max(time + 1, Math.min(next, deadline));
            int fault = faults ? random.nextInt(20_000) : 99;
            if (fault == 0) { // nobody looks for a while
                at += 60 + random.nextInt(600);
                blind(at);
            } else if (fault == 1) {
                guard = new Guard(spec, FakeHost.SELF, now().mono());
                blind(at);
            } else if (fault == 2) {
                wallOffset += random.nextInt(100_000) - 50_000;
            } else if (fault < 30) { // one look is missed
                at += INTERVAL;
            }
            advance(at);
            next = at >= next ? at + INTERVAL : next;
            take(guard.apply(new Stimulus.Looked(host), now()));
            check(seed);
        }
    }

    /** What was seen before does not count any more. */
    private void blind(double until) {
        actors.values().forEach(a -> a.seenSince = until);
    }

    private static long base() {
        return 1_000_000_000L;
    }

    private Now now() {
        long nanos = base() + (long) (time * 1e9);
        return new Now(Instant.ofEpochSecond(1_700_000_000L + wallOffset + (long) time), new MonoTime(nanos));
    }

    private void populate() {
        while (actors.size() < POPULATION) {
            Script script = Script.values()[random.nextInt(Script.values().length)];
            String command = switch (script) {
                case RETITLED -> "job master";
                case ORPHAN, SERVICE -> "orphan worker";
                case STRANGER -> "other";
                case ZOMBIE_PARENT -> "parent";
                case PROTECTED -> "job of mysqld";
                default -> "job " + script;
            };
            do {
                lastPid = lastPid >= 1_200 ? 300 : lastPid + 1; // pids come round in minutes
            } while (host.byPid.containsKey(lastPid));
            FakeProcess p = host.add(lastPid, command);
            double lives =
                    script.dueAfter < Double.MAX_VALUE ? Double.MAX_VALUE : 600 + random.nextInt(6 * 3_600 - 700);
            p.ignoresTerm = script == Script.IGNORES_TERM;
            p.uninterruptible = script == Script.UNINTERRUPTIBLE;
            p.session = script == Script.ORPHAN ? 299_000 + lastPid : p.pid;
            if (script == Script.PROTECTED) {
                p.traits = FakeHost.traits(command, "/usr/sbin/mysqld", false);
            }
            if (script == Script.ZOMBIE_PARENT) {
                p.traits = FakeHost.traits(command, "", true);
                do {
                    lastPid = lastPid >= 1_200 ? 300 : lastPid + 1;
                } while (host.byPid.containsKey(lastPid));
                FakeProcess z = host.add(lastPid, "zombie");
                z.parent = p.pid;
                z.state = 'Z';
            }
            if (script == Script.SHARED) {
                p.rss = 1800 * MIB;
                p.pss = 900 * MIB;
            }
            changed = true;
            actors.put(p.ref(), new Actor(script, p, time, lives));
        }
    }

    private void advance(double to) {
        double dt = to - time;
        for (Actor a : all()) {
            double from = time - a.born;
            double until = to - a.born;
            FakeProcess p = a.process;
            p.cpuTicks += 100 * busy(a.script, from, until);
            if (a.script == Script.LEAK) {
                p.rss = (long) (until / 10 * MIB);
            }
            if (a.script == Script.RETITLED
                    && until >= 600
                    && p.traits.command().contains("master")) {
                p.traits = FakeHost.traits("job child", "", false);
            }
            if (until >= a.lives) {
                host.end(p);
                changed = true;
                actors.remove(p.ref());
            }
        }
        time = to;
        host.ticks += Math.round(dt * 100);
    }

    /** Seconds of a core used between two moments of its life. */
    private static double busy(Script script, double from, double to) {
        return switch (script) {
            case STEADY, SHARED, LEAK, SERVICE, ZOMBIE_PARENT, ORPHAN, STRANGER -> 0.5 * (to - from);
            case JUST_UNDER -> bursts(to, 82, 126) - bursts(from, 82, 126);
            case JUST_OVER -> 0.1 * (to - from) + 0.9 * Math.max(0, to - Math.max(60, from));
            case STUCK -> Math.max(0, Math.min(60, to) - from);
            case DROWSY -> 0.011 * (Math.floor(to / 3_000) - Math.floor(from / 3_000)) + (from == 0 ? 0.02 : 0);
            case IGNORES_TERM, UNINTERRUPTIBLE, RETITLED, PROTECTED -> 0.97 * (to - from);
        };
    }

    /** Busy time until {@code at} of bursts of {@code length} in every {@code period}. */
    private static double bursts(double at, double length, double period) {
        return Math.floor(at / period) * length + Math.min(length, at % period);
    }

    private List<Actor> all() {
        if (copied != actors.size() || changed) {
            copy = List.copyOf(actors.values());
            copied = copy.size();
            changed = false;
        }
        return copy;
    }

    private void take(List<Action> all) {
        for (Action action : all) {
            if (action instanceof Action.Strike(List<ProcessRef> targets, Signal signal, var _)) {
                for (ProcessRef t : targets) {
                    strike(t, signal);
                }
            }
        }
    }

    private void strike(ProcessRef t, Signal signal) {
        Actor a = actors.get(t);
        FakeProcess p = host.byPid.get(t.pid());
        if (a == null || p == null || p.startTicks != t.startTicks()) {
            wrong.add("signalled " + t + ", which is no process of now");
        } else {
            double age = time - a.born;
            if (age + GRAIN < a.script.dueAfter) {
                wrong.add(a.script + " was ended after " + age + " s, due after " + a.script.dueAfter);
            }
            a.struck = true;
        }
        boolean sent = host.signal(t, signal);
        if (a != null && !host.byPid.containsKey(t.pid())) {
            changed = true;
            actors.remove(t);
            ended.merge(a.script, 1, Integer::sum);
        }
        take(guard.apply(new Stimulus.Struck(t, sent ? Stimulus.Blow.SENT : Stimulus.Blow.GONE, ""), now()));
    }

    private void check(long seed) {
        for (Actor a : all()) {
            if (a.script.dueAfter == Double.MAX_VALUE) {
                continue;
            }
            double late = time - Math.max(a.born + a.script.dueAfter, a.seenSince + window(a.script));
            if (late > patience(a.script) && !a.struck) {
                wrong.add(a.script + " is still there " + late + " s after it was due");
            }
            if (a.script == Script.IGNORES_TERM && late > patience(a.script) + 15 + 2 * INTERVAL + 1) {
                wrong.add("what ignores TERM is still there " + late + " s after it was due");
            }
            if (a.script == Script.UNINTERRUPTIBLE && late > 4_000) { // the kernel lets go
                a.process.uninterruptible = false;
                host.end(a.process);
                changed = true;
                actors.remove(a.process.ref());
            }
        }
        assertThat(wrong).as("seed %d, at %.1f s", seed, time).isEmpty();
    }

    /** A new daemon has to see it for so long itself. */
    private static double window(Script s) {
        return switch (s) {
            case STUCK -> 3_600;
            case JUST_OVER, IGNORES_TERM, UNINTERRUPTIBLE, RETITLED -> 120;
            case LEAK -> 10;
            case ZOMBIE_PARENT -> 60;
            default -> 0;
        };
    }

    /** A look, the one that was missed, and what it is asked for only so often. */
    private static double patience(Script s) {
        return switch (s) {
            case ZOMBIE_PARENT -> 60 + 60 + 3 * INTERVAL;
            case ORPHAN -> 60 + 3 * INTERVAL;
            default -> 3 * INTERVAL + 0.5;
        };
    }

    private GuardSpec spec() throws IOException {
        Path file = dir.resolve("g.yaml");
        Files.writeString(file, RULES);
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        return Objects.requireNonNull(config.guard());
    }
}
