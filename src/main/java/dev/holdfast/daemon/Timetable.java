package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.ledger.History;
import dev.holdfast.ledger.RunLine;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.records.LastLines;
import dev.holdfast.schedule.Action;
import dev.holdfast.schedule.Result;
import dev.holdfast.schedule.Run;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.schedule.Schedules;
import dev.holdfast.schedule.Stimulus;
import dev.holdfast.store.Attempt;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What schedules decide, done: runs are launched and ended, history written, others told. The loop's thread's own. */
final class Timetable {
    /** Purposes of instances, beside those of supervision. */
    static final String RUN = "SCHEDULED";

    static final String HOOK = "SCHEDULE_HOOK";

    private static final String DUE = "due";
    private static final String CAUSE = "cause";
    private static final String ATTEMPT = "attempt";
    private static final String ID = "run";

    private final Schedules schedules;
    private final KernelLauncher launcher;
    private final Confinement confinement;
    private final Launches launches;
    private final History history;
    private final Outputs outputs;
    private final Outbound outbound;
    private final Console console;
    private final Set<InstanceId> own = new HashSet<>();
    private final Map<String, List<Consumer<Attempt>>> waiting = new HashMap<>();
    private final Configured<ScheduleSpec> configured;
    /** Whose end is being told. */
    private @Nullable InstanceId emptied;

    private static final String PAUSED = "schedule/";
    private static final int LINES = 10;

    private final AlertDesk desk;
    private boolean begun;
    private boolean drained;
    private boolean kept;

    Timetable(
            SortedMap<String, ScheduleSpec> specs,
            KernelLauncher launcher,
            Confinement confinement,
            Launches launches,
            History history,
            Outputs outputs,
            Supplier<InstanceId> ids,
            Console console,
            AlertDesk desk) {
        this.desk = desk;
        this.configured = new Configured<>(specs, ScheduleSpec::asProcess);
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.history = history;
        this.outputs = outputs;
        this.console = console;
        this.outbound = new Outbound(console::warn);
        this.schedules = new Schedules(specs, ids, hostSeed());
    }

    /** The same on each start of this host. */
    static long hostSeed() {
        try {
            byte[] id = java.nio.file.Files.readAllBytes(Path.of("/etc/machine-id"));
            return new String(id, StandardCharsets.US_ASCII).hashCode();
        } catch (java.io.IOException noneHere) {
            return 0;
        }
    }

    /** Thread-safe. */
    SortedMap<String, ProcessSpec> asProcesses() {
        return configured.asProcesses();
    }

    /** Thread-safe. */
    SortedMap<String, ScheduleSpec> specs() {
        return configured.specs();
    }

    Schedules schedules() {
        return schedules;
    }

    History history() {
        return history;
    }

    // ── stimuli ──

    static boolean owns(KernelLauncher.Adopted a) {
        String purpose = a.attributes().getOrDefault(Launches.PURPOSE, "");
        return purpose.equals(RUN) || purpose.equals(HOOK);
    }

    void adopt(KernelLauncher.Adopted a) {
        own.add(a.id());
        Duration age = Duration.between(a.startedAt(), Instant.now());
        Run run = a.attributes().getOrDefault(Launches.PURPOSE, "").equals(RUN) ? run(a.attributes()) : null;
        if (run != null && a.alive()) {
            console.say(run.schedule() + " adopted, its run goes on");
        }
        apply(new Stimulus.Adopt(
                a.attributes().getOrDefault(Launches.PROCESS, ""),
                a.id(),
                run,
                a.alive(),
                age.isNegative() ? Duration.ZERO : age));
    }

    private static @Nullable Run run(Map<String, String> attributes) {
        try {
            return new Run(
                    attributes.getOrDefault(ID, ""),
                    attributes.getOrDefault(Launches.PROCESS, ""),
                    Instant.parse(attributes.getOrDefault(DUE, "")),
                    Run.Cause.valueOf(attributes.getOrDefault(CAUSE, "")),
                    Integer.parseInt(attributes.getOrDefault(ATTEMPT, "")));
        } catch (DateTimeException | IllegalArgumentException damaged) {
            return null;
        }
    }

    void begin(String boot) {
        begun = true;
        beginHistory();
        apply(new Stimulus.Begin(specs().isEmpty() ? Map.of() : history.memories(), boot));
        onlyPaused();
    }

    boolean owns(InstanceId id) {
        return own.contains(id);
    }

    void happened(ProcessEvent event) {
        switch (event) {
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                own.remove(id);
                apply(new Stimulus.LaunchFailed(id, why));
            }
            case ProcessEvent.Exited(InstanceId id, var outcome, var usage) ->
                apply(new Stimulus.Exited(id, outcome, usage));
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                own.remove(id);
                emptied = id;
                apply(new Stimulus.Emptied(id));
                emptied = null;
            }
        }
    }

    /** The run so called passed a limit that is kept by watching. */
    void crossed(Crossing c, String label) {
        Kill limit = c.limit();
        List<Action> due =
                limit == null ? List.of() : schedules.apply(new Stimulus.Overran(c.id(), limit, c.grave()), Loop.now());
        if (!due.isEmpty()) { // else it was asked to end already
            console.warn(label + ": " + c.passed() + ", it has " + c.amount());
        }
        due.forEach(this::act);
    }

    MonoTime deadline() {
        return begun ? schedules.nextDeadline() : MonoTime.NEVER;
    }

    void tick(MonoTime now) {
        if (begun && !now.isBefore(schedules.nextDeadline())) {
            apply(new Stimulus.Tick());
        }
    }

    void configure(SortedMap<String, ScheduleSpec> fresh) {
        configured.take(fresh);
        beginHistory();
        apply(new Stimulus.Reload(fresh));
        onlyPaused();
    }

    /** Without schedules there is no store: it would weigh some MiB. */
    private void beginHistory() {
        if (!kept && !specs().isEmpty()) {
            kept = true;
            history.begin();
        }
    }

    void shutDown() {
        apply(new Stimulus.ShutDown());
    }

    /** Whether nothing runs after {@link #shutDown}. */
    boolean drained() {
        return drained;
    }

    /** Tells of the last attempt's end of a run, or that it was left out. */
    void await(String run, Consumer<Attempt> told) {
        waiting.computeIfAbsent(run, k -> new ArrayList<>()).add(told);
    }

    void apply(Stimulus stimulus) {
        schedules.apply(stimulus, Loop.now()).forEach(this::act);
    }

    // ── actions ──

    private void act(Action action) {
        switch (action) {
            case Action.Launch(InstanceId id, Run run, ScheduleSpec spec) -> {
                own.add(id);
                ProcessSpec process = configured.asProcess(spec.name(), spec);
                confinement.launch(
                        launches.scheduled(id, process, RUN, spec.launch().command(), facts(run), variables(run, spec)),
                        process);
            }
            case Action.Hook(InstanceId id, Run run, var result, ScheduleSpec spec, var command) -> {
                own.add(id);
                Map<String, String> variables = new HashMap<>(variables(run, spec));
                variables.put("HOLDFAST_RESULT", result.written());
                ProcessSpec process = configured.asProcess(spec.name(), spec);
                confinement.launch(launches.scheduled(id, process, HOOK, command, facts(run), variables), process);
            }
            case Action.SendSignal(InstanceId id, var signal) -> launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> launcher.kill(id);
            case Action.Claim(Run run) -> history.claim(run, ours -> apply(new Stimulus.Claimed(run.id(), ours)));
            case Action.Ended ended -> {
                Attempt line = RunLine.of(ended);
                history.add(line);
                InstanceId instance = emptied;
                ScheduleSpec spec = specs().get(line.schedule());
                if (instance != null && spec != null && spec.log().format() != LogSpec.FileFormat.RAW) {
                    Path log = outputs.file(new ReplicaId(line.schedule(), 0));
                    outputs.whenKept(instance, () -> history.keepOutput(line, instance, log));
                }
                console.say(level(ended.result()), line.schedule() + " " + line.result() + ": " + line.detail());
                if (ended.last()) {
                    tell(line);
                }
            }
            case Action.LeftOut left -> {
                Attempt line = RunLine.of(left);
                history.add(line);
                console.say(
                        level(left.result()),
                        left.run().schedule() + " " + left.result().written() + " "
                                + (left.times() > 1
                                        ? left.times() + " times"
                                        : left.run().due()) + ": " + left.why());
                tell(line);
            }
            case Action.Remember(String name, var memory) -> history.remember(name, memory);
            case Action.Paused(String name, String why) -> {
                console.say(
                        why == null ? Level.INFO : Level.NOTICE, name + (why == null ? " goes on" : " paused: " + why));
                paused(name, why);
            }
            case Action.Webhook(var url, Run run, var result, String detail) ->
                outbound.tell(
                        url,
                        dev.holdfast.api.Client.write(Map.of(
                                "schedule", run.schedule(),
                                "run", run.id(),
                                "due", run.due().toString(),
                                "result", result.written(),
                                "detail", detail)));
            case Action.Ping(var url) -> outbound.tell(url, null);
            case Action.Drained() -> drained = true;
        }
    }

    /** As for processes: an end that is not as it should be is worth a notice, force a warning. */
    private static Level level(Result result) {
        return switch (result) {
            case SUCCESS, STOPPED, SKIPPED -> Level.INFO;
            case UNKNOWN, FAILED, MISSED -> Level.NOTICE;
            case TIMEOUT -> Level.WARNING;
        };
    }

    private void tell(Attempt line) {
        List<Consumer<Attempt>> told = waiting.remove(line.run());
        if (told != null) {
            told.forEach(t -> t.accept(line));
        }
    }

    private static Map<String, String> facts(Run run) {
        return Map.of(
                ID, run.id(),
                DUE, run.due().toString(),
                CAUSE, run.cause().name(),
                ATTEMPT, Integer.toString(run.attempt()));
    }

    private Map<String, String> variables(Run run, ScheduleSpec spec) {
        var all = new HashMap<>(launches.tracing.variables(run, spec.launch()));
        all.put("HOLDFAST_SCHEDULE", run.schedule());
        all.put("HOLDFAST_RUN", run.id());
        all.put("HOLDFAST_DUE", run.due().toString());
        all.put("HOLDFAST_ATTEMPT", Integer.toString(run.attempt()));
        return all;
    }

    /** A pause that a person asked for needs no alert. */
    private void paused(String name, @Nullable String why) {
        if (why == null) {
            desk.clear(PAUSED + name, "it goes on");
            return;
        }
        ScheduleView v = schedules.view(name).orElse(null);
        Integer most = v == null ? null : v.spec().maxFailures();
        if (desk.open() && v != null && most != null && v.failures() >= most) {
            Supplier<Occasion> occasion =
                    () -> Occasion.lasting(PAUSED + name, Severity.WARNING, name + " is paused: " + why)
                            .withText("It is not run any more until somebody lets it go on.")
                            .withFact("failures in a row", Integer.toString(v.failures()), "max_failures " + most)
                            .withOutput(LastLines.latest(outputs.file(new ReplicaId(name, 0)), LINES))
                            .withLook("holdfast cron history " + name + " --output");
            InstanceId last = emptied;
            if (last == null) {
                desk.raise(occasion);
            } else {
                outputs.whenKept(last, () -> desk.raise(occasion)); // its last lines are in its log only then
            }
        }
    }

    /** Others are not there any more, or went on while no daemon looked. */
    private void onlyPaused() {
        if (desk.open()) {
            desk.retain(
                    PAUSED,
                    schedules.views().stream()
                            .filter(v -> v.paused() != null)
                            .map(v -> PAUSED + v.name())
                            .collect(Collectors.toSet()));
        }
    }
}
