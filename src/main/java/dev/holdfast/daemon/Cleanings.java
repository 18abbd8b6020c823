package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.api.CleanList;
import dev.holdfast.clean.Agenda;
import dev.holdfast.clean.Cleaned;
import dev.holdfast.clean.Cleaner;
import dev.holdfast.clean.Tally;
import dev.holdfast.cli.CleanReports;
import dev.holdfast.config.CleanupSpec;
import dev.holdfast.config.Directories;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Cleans when that is due: a thread for each cleaning, since it is system calls, which would hold the carriers of virtual
 * threads. The loop's thread's own but where it is said.
 */
final class Cleanings {
    private final Cleaner cleaner;
    private final Path state;
    private final Consumer<Runnable> soon;
    private final Console console;
    private static final String ALERT = "cleanup/";

    private final AlertDesk desk;
    private final Agenda agenda;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Tally> tallies = new HashMap<>();
    private final Map<String, List<Consumer<Result>>> waiting = new HashMap<>();
    private SortedMap<String, CleanupSpec> specs = new TreeMap<>();
    private volatile boolean over;

    /** What came of one. */
    record Result(Cleaned cleaned, Duration took) {}

    /** @param soon has a task done on the loop's thread */
    Cleanings(Directories dirs, long seed, Consumer<Runnable> soon, Console console, AlertDesk desk) {
        this.cleaner = new Cleaner(
                Daemon.PROC, List.of(dirs.run(), dirs.state(), dirs.log()), Instant::now, new SecureRandom()::nextLong);
        this.state = dirs.state();
        this.soon = soon;
        this.console = console;
        this.desk = desk;
        this.agenda = new Agenda(seed);
    }

    void configure(SortedMap<String, CleanupSpec> fresh, Now now) {
        specs = fresh;
        var last = new HashMap<String, Instant>();
        tallies.keySet().retainAll(fresh.keySet());
        fresh.keySet().forEach(name -> {
            Tally tally = tallies.computeIfAbsent(name, n -> Tally.read(state, n));
            if (tally.last() != null) {
                last.put(name, tally.last().begun());
            }
        });
        agenda.configure(fresh.values(), last, now);
        desk.retain(ALERT, fresh.keySet().stream().map(n -> ALERT + n).collect(Collectors.toSet()));
    }

    MonoTime deadline() {
        return over ? MonoTime.NEVER : agenda.deadline();
    }

    void tick(Now now) {
        if (!over) {
            agenda.begin(now).forEach(this::begin);
        }
    }

    private void begin(Agenda.Clean clean) {
        CleanupSpec spec = clean.spec();
        try {
            Thread thread = Thread.ofPlatform()
                    .name("clean " + spec.name())
                    .daemon()
                    .unstarted(() -> clean(spec, clean.attempt()));
            Threads.start(thread);
            threads.removeIf(t -> !t.isAlive());
            threads.add(thread);
        } catch (IOException noThread) {
            ended(spec, clean.attempt(), failed(String.valueOf(noThread.getMessage())), null);
        }
    }

    private static Result failed(String why) {
        return new Result(
                new Cleaned(false, Instant.now(), List.of(), List.of(), 0, 0, 0, 0, List.of(), List.of(why)),
                Duration.ZERO);
    }

    /** On its own thread. */
    private void clean(CleanupSpec spec, int attempt) {
        MonoTime begun = Loop.now().mono();
        Result result;
        Tally tally = null;
        try {
            Cleaned cleaned = cleaner.clean(spec, false, () -> over);
            result = new Result(cleaned, Loop.now().mono().since(begun));
            tally = Tally.read(state, spec.name()).and(cleaned, result.took); // others may clean without us
            tally.write(state, spec.name());
        } catch (IOException e) {
            console.warn("cleanup " + spec.name() + ": what it did is not counted: " + e.getMessage());
            result = failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error bug) {
            result = failed("it broke: " + bug);
        }
        Result told = result;
        Tally counted = tally;
        soon.accept(() -> ended(spec, attempt, told, counted));
    }

    private void ended(CleanupSpec spec, int attempt, Result result, @Nullable Tally tally) {
        String name = spec.name();
        if (tally != null && specs.containsKey(name)) {
            tallies.put(name, tally);
        }
        boolean done = result.cleaned.done();
        boolean again = agenda.ended(name, done, Loop.now()).isPresent();
        say(spec, attempt, result, again);
        List<Consumer<Result>> told = waiting.remove(name);
        if (told != null) {
            told.forEach(t -> t.accept(result));
        }
        String key = ALERT + name;
        if (done) {
            desk.clear(key, "it went well");
        } else if (!again && specs.containsKey(name)) {
            desk.raise(Occasion.lasting(
                            key,
                            Severity.WARNING,
                            "cleanup " + name + " failed: "
                                    + result.cleaned.problems().getFirst())
                    .withOutput(result.cleaned.problems())
                    .withLook("holdfast clean " + name + " --dry-run")
                    .to(spec.alert()));
        }
    }

    private void say(CleanupSpec spec, int attempt, Result result, boolean again) {
        String words = "cleanup " + spec.name() + ": "
                + CleanReports.words(CleanReports.of(spec.name(), result.cleaned, result.took));
        if (!result.cleaned.done()) {
            console.say(
                    again ? Level.NOTICE : Level.WARNING,
                    words + "; failed" + (attempt > 1 ? " for the " + attempt + ". time" : "") + ": "
                            + String.join("; ", result.cleaned.problems()));
        } else if (result.cleaned.count() > 0) {
            console.say(words);
        }
    }

    // ── for others ──

    /**
     * Cleans as soon as that can be; of one that runs its end is told.
     *
     * @return false when there is no such cleanup
     */
    boolean run(String name, Consumer<Result> told) {
        if (!specs.containsKey(name) || over) {
            return false;
        }
        agenda.ask(name);
        waiting.computeIfAbsent(name, n -> new ArrayList<>()).add(told);
        return true;
    }

    boolean running(String name) {
        return agenda.running(name);
    }

    SortedMap<String, CleanupSpec> specs() {
        return specs;
    }

    /** Thread-safe. */
    Cleaned dryRun(CleanupSpec spec) {
        return cleaner.clean(spec, true, () -> over);
    }

    CleanList list() {
        var all = new ArrayList<CleanList.Standing>();
        Now now = Loop.now();
        specs.forEach((name, spec) -> {
            Tally t = tallies.getOrDefault(name, Tally.NONE);
            Tally.Last last = t.last();
            String next = agenda.due(name)
                    .map(due -> now.wall().plus(due.since(now.mono())).toString())
                    .orElse(null);
            String problem = last == null ? null : last.problem();
            boolean running = agenda.running(name);
            all.add(new CleanList.Standing(
                    name,
                    spec.path(),
                    running ? "running" : problem != null && agenda.attempts(name) > 0 ? "retrying" : "idle",
                    spec.every() == null ? null : (Double) (double) spec.every().toMillis() / 1000,
                    next,
                    last == null ? null : last.begun().toString(),
                    last == null ? null : (Double) (last.took().toMillis() / 1000.0),
                    last == null ? null : (Long) last.count(),
                    last == null ? null : (Long) last.bytes(),
                    problem,
                    t.runs(),
                    t.failures(),
                    t.count(),
                    t.entries(),
                    t.bytes()));
        });
        return new CleanList(List.copyOf(all));
    }

    /** Nothing more is begun, and what runs ends soon: what it has aside comes back with the next cleaning. */
    void close() {
        over = true;
        try {
            for (Thread t : threads) {
                t.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
