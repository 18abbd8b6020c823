package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.chronicle.Words;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which events somebody should know: what was given up, what falls again and again, what is not kept. The loop's own. */
final class AlertEvents {
    static final String PROCESS = "process/";
    static final String LOG = "log/";

    /** So many failures within this time are a crash loop, whatever its restart policy goes on to allow. */
    static final int CRASHES = 5;

    static final Duration CRASHING = Duration.ofMinutes(10);

    /** So long without a failure it is none any more. */
    static final Duration CALM = Duration.ofMinutes(5);

    private static final int LINES = 10;

    private final AlertDesk desk;
    private final Function<ReplicaId, String> names;
    private final BiFunction<ReplicaId, Integer, List<String>> lastLines;
    private final Map<ReplicaId, Deque<MonoTime>> failures = new HashMap<>();
    private final Map<ReplicaId, MonoTime> looping = new HashMap<>();
    /** And why; also while nobody is told of anything. */
    private final Map<ReplicaId, String> givenUp = new HashMap<>();

    private boolean opened;
    /** Logs that cannot be written, and whose they are. */
    private final Map<String, ReplicaId> unwritable = new HashMap<>();

    /**
     * @param names thread-safe
     * @param lastLines of its log, which is read on another thread
     */
    AlertEvents(
            AlertDesk desk, Function<ReplicaId, String> names, BiFunction<ReplicaId, Integer, List<String>> lastLines) {
        this.desk = desk;
        this.names = names;
        this.lastLines = lastLines;
    }

    /** A daemon has begun: what an earlier one said of processes and logs counts no more. */
    void begin() {
        desk.retain(PROCESS, Set.of());
        desk.retain(LOG, Set.of());
        opened = desk.open();
    }

    void happened(Event event, MonoTime now) {
        ReplicaId r = event.replica();
        if (event instanceof Event.GivenUp e) {
            givenUp.put(r, e.why());
        } else if (event instanceof Event.Started || event instanceof Event.Adopted) {
            givenUp.remove(r);
        }
        if (!desk.open()) {
            return;
        }
        String name = names.apply(r);
        switch (event) {
            case Event.GivenUp e -> {
                calm(r, "it was given up");
                givenUp(r, e.why());
            }
            case Event.Restarting e -> {
                if (e.failure()) {
                    failed(r, name, now);
                }
            }
            case Event.Started _, Event.Adopted _ -> desk.clear(key(r, "given-up"), "it was started");
            case Event.Stopping _, Event.Completed _ -> {
                calm(r, "it was stopped");
                desk.clear(key(r, "breaker"), "it was stopped");
            }
            case Event.Breaker e -> breaker(r, name, e.state());
            case Event.MemoryHigh e ->
                desk.raise(Occasion.event(key(r, "memory"), Severity.WARNING, name + " " + Words.of(e))
                        .withFact("memory", new ByteSize(e.bytes()).toString(), "mark " + new ByteSize(e.markBytes()))
                        .withLook("holdfast why " + name));
            case Event.Survived e ->
                desk.raise(Occasion.event(key(r, "survivors"), Severity.CRITICAL, name + ": " + Words.of(e))
                        .withLook("holdfast why " + name));
            case Event.LogUnwritable e -> {
                unwritable.put(e.file(), r);
                desk.raise(
                        Occasion.lasting(LOG + e.file(), Severity.WARNING, e.file() + " cannot be written: " + e.why())
                                .withText("What comes is shown on the daemon's standard output meanwhile.")
                                .withLook("holdfast doctor"));
            }
            case Event.LogWritable e -> {
                unwritable.remove(e.file());
                desk.clear(
                        LOG + e.file(),
                        e.missingBytes() == 0 ? "it is written again" : e.missingBytes() + " bytes are missing");
            }
            case Event.StartFailed _,
                    Event.Scaled _,
                    Event.ScaleHeld _,
                    Event.Ready _,
                    Event.Presumed _,
                    Event.Unhealthy _,
                    Event.Killed _,
                    Event.Exited _,
                    Event.HookFailed _ -> {}
        }
    }

    private void givenUp(ReplicaId r, String why) {
        String name = names.apply(r);
        desk.raise(() -> of(r, "given-up", Severity.CRITICAL, name + " was given up: " + why)
                .withText("It is not started again by itself.")
                .withOutput(lastLines.apply(r, LINES)));
    }

    private void breaker(ReplicaId r, String name, String state) {
        if (state.equals("open")) {
            desk.raise(of(r, "breaker", Severity.WARNING, name + ": its circuit breaker is open"));
        } else if (state.equals("closed")) {
            desk.clear(key(r, "breaker"), "it is closed again");
        }
    }

    private void failed(ReplicaId r, String name, MonoTime now) {
        Deque<MonoTime> times = failures.computeIfAbsent(r, x -> new ArrayDeque<>());
        times.addLast(now);
        while (times.size() > CRASHES) {
            times.removeFirst();
        }
        boolean loops = times.size() == CRASHES && now.since(times.getFirst()).compareTo(CRASHING) <= 0;
        if (!loops && !looping.containsKey(r)) {
            return;
        }
        if (looping.put(r, now.plus(CALM)) == null) {
            desk.raise(() -> of(
                            r,
                            "crash-loop",
                            Severity.WARNING,
                            name + " has failed " + CRASHES + " times within " + Durations.format(CRASHING))
                    .withOutput(lastLines.apply(r, LINES)));
        }
    }

    private void calm(ReplicaId r, String how) {
        failures.remove(r);
        if (looping.remove(r) != null) {
            desk.clear(key(r, "crash-loop"), how);
        }
    }

    private Occasion of(ReplicaId r, String what, Severity severity, String title) {
        return Occasion.lasting(key(r, what), severity, title).withLook("holdfast why " + names.apply(r));
    }

    private static String key(ReplicaId r, String what) {
        return PROCESS + r.process() + "/" + r.index() + "/" + what;
    }

    /**
     * Somebody wants them down: that they are is no alert any more, and is no event either when they were given up.
     *
     * @param wanted processes, or single replicas
     */
    void stopped(Set<String> wanted) {
        for (ReplicaId r : List.copyOf(givenUp.keySet())) {
            if (wanted.contains(r.process()) || wanted.contains(r.toString())) {
                givenUp.remove(r);
                desk.clear(key(r, "given-up"), "it was stopped");
            }
        }
    }

    /**
     * Of replicas that are not wanted any more nothing lasts, nor of the files that they do not write any more.
     *
     * @param jobs schedules and queues, as processes
     * @param file a wanted replica's log
     */
    void reconfigured(
            Map<String, ProcessSpec> before,
            Map<String, ProcessSpec> after,
            Set<String> jobs,
            Function<ReplicaId, Path> file) {
        unwritten(e -> {
            ReplicaId r = e.getValue();
            boolean aJobs = !before.containsKey(r.process()) && !r.equals(Console.OWN);
            return aJobs
                    && !(jobs.contains(r.process()) && file.apply(r).toString().equals(e.getKey()));
        });
        before.forEach((name, spec) -> {
            ProcessSpec now = after.get(name);
            int wanted = wanted(now);
            unwritten(e -> {
                ReplicaId r = e.getValue();
                return r.process().equals(name)
                        && (r.index() >= wanted || !file.apply(r).toString().equals(e.getKey()));
            });
            for (int i = wanted; i < spec.replicas(); i++) {
                var r = new ReplicaId(name, i);
                givenUp.remove(r);
                failures.remove(r);
                looping.remove(r);
                desk.retain(PROCESS + r.process() + "/" + r.index() + "/", Set.of());
            }
        });
        if (desk.open() && !opened) {
            givenUp.forEach(this::givenUp);
        }
        opened = desk.open();
    }

    /** @param names of the outputs that there are now */
    void distributed(Set<String> names) {
        unwritten(e -> e.getValue().equals(Console.OWN) && !names.contains(e.getKey()));
    }

    private void unwritten(Predicate<Map.Entry<String, ReplicaId>> past) {
        for (Map.Entry<String, ReplicaId> e : List.copyOf(unwritable.entrySet())) {
            if (past.test(e)) {
                unwritable.remove(e.getKey());
                desk.clear(LOG + e.getKey(), "nothing is written there any more");
            }
        }
    }

    private static int wanted(@Nullable ProcessSpec spec) {
        return spec == null || !spec.enabled() ? 0 : spec.replicas();
    }

    MonoTime deadline() {
        return looping.values().stream().reduce(MonoTime.NEVER, MonoTime::earliest);
    }

    void tick(MonoTime now) {
        for (Map.Entry<ReplicaId, MonoTime> e : List.copyOf(looping.entrySet())) {
            if (!now.isBefore(e.getValue())) {
                calm(e.getKey(), "no failure for " + Durations.format(CALM));
            }
        }
    }
}
