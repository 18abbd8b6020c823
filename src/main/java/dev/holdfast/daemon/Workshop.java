package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.WorkdirSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.log.Tap;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.Identity;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.queue.Action;
import dev.holdfast.queue.Queues;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.workdir.Owner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What queues decide, done: jobs are claimed, launched and ended, their results delivered, their ends kept. The loop's
 * thread's own.
 */
final class Workshop implements AutoCloseable {
    /** Purpose of instances, beside those of supervision and schedules. */
    static final String JOB = "JOB";

    private static final Duration SWEPT_EVERY = Duration.ofHours(1);

    private final Queues queues;
    private final KernelLauncher launcher;
    private final Confinement confinement;
    private final Launches launches;
    private final Jobs jobs;
    private final JobFiles files;
    private final JobNotices notices;
    private final QueueWatch watch;
    private final Outputs outputs;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final Set<InstanceId> own = new HashSet<>();
    private final Map<InstanceId, MonoTime> begunAt = new HashMap<>();
    /** What those printed last whose end is being told. */
    private final Map<InstanceId, Stimulus.Output> printed = new HashMap<>();
    /** As it was told last. */
    private final Map<InstanceId, Double> progress = new HashMap<>();

    /** Into which something came that the loop is about to hear of. */
    private final Set<String> arrived = ConcurrentHashMap.newKeySet();

    private final JobLedger ledger;
    private final FleetRoll fleet;
    /** Completed when a job may have come to its end, and replaced. */
    private volatile CompletableFuture<Boolean> nextEnd = new CompletableFuture<>();

    private volatile SortedMap<String, QueueSpec> specs;
    private volatile SortedMap<String, ProcessSpec> asProcesses;
    private MonoTime sweep = MonoTime.NEVER;
    private boolean asked;
    private volatile boolean closing;

    private final Duration lease;
    private final Duration patience;
    private MonoTime kill = MonoTime.NEVER;

    private boolean drained;
    private Consumer<Action.Ended> heard = _ -> {};

    /**
     * @param lease of what this daemon holds
     * @param patience of a shutdown, after which what runs is killed
     */
    Workshop(
            SortedMap<String, QueueSpec> specs,
            KernelLauncher launcher,
            Confinement confinement,
            Launches launches,
            Storage storage,
            Path state,
            Outputs outputs,
            Loop loop,
            String host,
            Supplier<InstanceId> ids,
            Duration lease,
            Duration patience,
            Console console,
            AlertDesk desk) {
        this.lease = lease;
        this.patience = patience;
        this.specs = specs;
        this.asProcesses = asProcesses(specs);
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.jobs = storage.jobs();
        this.fleet = new FleetRoll(storage.fleet(), host);
        this.outputs = outputs;
        this.soon = loop::soon;
        this.console = console;
        this.queues = new Queues(specs, host, lease, ids);
        this.files = new JobFiles(state.resolve("work"), host, s -> loop.soon(() -> apply(s)), console::warn);
        this.notices = new JobNotices(jobs, this::specs, launcher, confinement, launches, ids, loop::soon, console);
        this.ledger = new JobLedger(
                jobs,
                host,
                lease,
                new UnkeptEnds(state, console::warn),
                this::known,
                loop::soon,
                this::apply,
                this::ended);
        this.watch = new QueueWatch(jobs, fleet::queues, loop::soon, console, desk);
        outputs.tapping(this::tap);
    }

    private Optional<Tap> tap(Map<String, String> attributes) {
        if (!attributes.getOrDefault(Launches.PURPOSE, "").equals(JOB)) {
            return Optional.empty();
        }
        QueueSpec spec = specs.get(attributes.getOrDefault(Launches.PROCESS, ""));
        return Optional.of(new Tap(spec == null ? null : spec.progress()));
    }

    static SortedMap<String, ProcessSpec> asProcesses(SortedMap<String, QueueSpec> specs) {
        var all = new TreeMap<String, ProcessSpec>();
        specs.forEach((name, spec) -> all.put(name, spec.asProcess()));
        return all;
    }

    /** Thread-safe. */
    SortedMap<String, ProcessSpec> asProcesses() {
        return asProcesses;
    }

    /** Thread-safe. */
    SortedMap<String, QueueSpec> specs() {
        return specs;
    }

    Queues queues() {
        return queues;
    }

    /** Of what this daemon holds. Thread-safe. */
    Duration lease() {
        return lease;
    }

    /** Thread-safe. */
    Jobs jobs() {
        return jobs;
    }

    FleetRoll fleet() {
        return fleet;
    }

    // ── a daemon's life ──

    static boolean owns(KernelLauncher.Adopted a) {
        String purpose = a.attributes().getOrDefault(Launches.PURPOSE, "");
        return purpose.equals(JOB) || purpose.equals(JobNotices.NOTICE);
    }

    void adopt(KernelLauncher.Adopted a) {
        Job job = JobFacts.job(a);
        if (job == null || !a.attributes().getOrDefault(Launches.PURPOSE, "").equals(JOB)) {
            notices.unwanted(a.id());
            return;
        }
        own.add(a.id());
        begunAt.put(a.id(), Loop.now().mono());
        Duration age = Duration.between(a.startedAt(), Instant.now());
        String workdir = JobFacts.workdir(a);
        if (workdir != null) {
            files.adopted(a.id(), job, workdir);
            WorkdirSpec spec = workdirOf(job.queue());
            if (spec != null && a.alive()) {
                files.watch(a.id(), job, spec);
            }
        }
        if (a.alive()) {
            console.say("job " + job.id() + " of " + job.queue() + " adopted, it goes on");
        }
        apply(new Stimulus.Adopt(a.id(), job, workdir, a.alive(), age.isNegative() ? Duration.ZERO : age));
    }

    /** All are adopted: the store is asked what is ours. Without queues there is none. */
    void begin() {
        if (!asked && (!specs.isEmpty() || !own.isEmpty())) {
            asked = true;
            ledger.begin(this::begun);
        } else if (specs.isEmpty()) {
            watch.configure(List.of(), Loop.now().mono()); // ends what an earlier daemon said of queues
        }
    }

    private void begun() {
        fleet.begin();
        files.sweep(specs.values());
        sweep = Loop.now().mono().plus(SWEPT_EVERY);
        notices.look();
        watch.configure(specs.values(), Loop.now().mono());
    }

    void configure(SortedMap<String, QueueSpec> fresh) {
        specs = fresh;
        asProcesses = asProcesses(fresh);
        begin();
        watch.configure(fresh.values(), Loop.now().mono());
        apply(new Stimulus.Reload(fresh));
    }

    void shutDown() {
        notices.close();
        closing = true;
        kill = Loop.now().mono().plus(patience);
        ledger.close(() -> apply(new Stimulus.ShutDown()));
    }

    /** This daemon ends, and what runs goes on. */
    void leave() {
        ledger.leave();
    }

    boolean closing() {
        return closing;
    }

    /** Whether nothing runs after {@link #shutDown}, and the store knows. */
    boolean drained() {
        return drained && notices.quiet();
    }

    @Override
    public void close() {
        fleet.leave(queues.views());
        files.close();
        ledger.shut();
    }

    /** Workers are asked by others than the queues, and hold what they took for as long as their leases. */
    private boolean known(Job job) {
        QueueSpec spec = specs.get(job.queue());
        return (spec != null && spec.pull() != null) || queues.holds(job.hold());
    }

    // ── stimuli ──

    boolean owns(InstanceId id) {
        return own.contains(id) || notices.owns(id);
    }

    void happened(ProcessEvent event) {
        if (notices.owns(event.id())) {
            notices.happened(event);
            return;
        }
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
                // What it printed is read whole before anybody judges it.
                Optional<Tap> tap = outputs.tap(id);
                outputs.keepNow(id, () -> {
                    Stimulus.Output last = tap.map(t -> new Stimulus.Output(id, t.tail(), t.stderrTail()))
                            .orElse(new Stimulus.Output(id, null, ""));
                    soon.accept(() -> {
                        printed.put(id, last);
                        apply(new Stimulus.Emptied(id));
                    });
                });
            }
        }
    }

    /** The job so called passed a limit that is kept by watching. */
    void crossed(Crossing c, String label) {
        Kill limit = c.limit();
        if (limit == null) {
            return;
        }
        List<Action> due = queues.apply(new Stimulus.Overran(c.id(), limit, c.grave()), Loop.now());
        if (!due.isEmpty()) { // else it was asked to end already
            console.warn(label + ": " + c.passed() + ", it has " + c.amount());
        }
        due.forEach(this::act);
    }

    MonoTime deadline() {
        return MonoTime.earliest(
                ledger.begun() || !own.isEmpty() ? queues.nextDeadline() : MonoTime.NEVER,
                ledger.deadline(),
                sweep,
                kill,
                notices.deadline(),
                fleet.deadline(),
                watch.deadline());
    }

    void tick(MonoTime now) {
        ledger.tick(now);
        if (!now.isBefore(sweep)) {
            sweep = now.plus(SWEPT_EVERY);
            files.sweep(specs.values());
        }
        notices.tick(now);
        fleet.tick(queues.views(), now);
        watch.tick(specs.values(), now);
        if (!now.isBefore(kill)) {
            kill = MonoTime.NEVER;
            own.forEach(launcher::kill);
            files.hurry();
            ledger.giveUp();
        }
        if (!now.isBefore(queues.nextDeadline())) {
            apply(new Stimulus.Tick());
        }
    }

    /** Something came into a queue; many that come at once are told as one. Thread-safe. */
    void arrived(String queue) {
        if (arrived.add(queue)) {
            soon.accept(() -> {
                arrived.remove(queue);
                apply(new Stimulus.Arrived(queue));
            });
        }
    }

    /** Done when the next job may have come to its end. Thread-safe. */
    CompletableFuture<Boolean> nextEnd() {
        return nextEnd;
    }

    /** A job may have come to its end. Thread-safe. */
    synchronized void ended() {
        CompletableFuture<Boolean> told = nextEnd;
        nextEnd = new CompletableFuture<>();
        told.complete(true);
    }

    /** The store has noted that this job is to end. Thread-safe. */
    void cancel(String job) {
        soon.accept(() -> apply(new Stimulus.Cancel(job)));
    }

    /** Somebody is to be told of a job's end. Thread-safe. */
    void noticesDue() {
        soon.accept(notices::look);
    }

    void apply(Stimulus stimulus) {
        queues.apply(stimulus, Loop.now()).forEach(this::act);
    }

    // ── actions ──

    private void act(Action action) {
        switch (action) {
            case Action.Claim(QueueSpec spec, int most) -> ledger.claim(spec, most);
            case Action.Renew(List<Hold> holds) -> {
                tellProgress(new HashSet<>(holds));
                ledger.renew(holds);
            }
            case Action.End end -> ledger.end(end);
            case Action.Prepare(InstanceId id, Job job, QueueSpec spec) -> {
                WorkdirSpec workdir = spec.workdir();
                if (workdir != null) {
                    files.prepare(id, job, workdir, owner(spec));
                }
            }
            case Action.Launch launch -> launch(launch);
            case Action.SendSignal(InstanceId id, var signal) -> launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> launcher.kill(id);
            case Action.AskOutput(InstanceId id) -> {
                MonoTime begun = begunAt.getOrDefault(id, Loop.now().mono());
                MonoTime at = outputs.tap(id).map(Tap::last).orElse(begun);
                soon.accept(() -> apply(new Stimulus.LastOutput(id, at)));
            }
            case Action.ReadOutput(InstanceId id) -> {
                Stimulus.Output last = printed.get(id);
                soon.accept(() -> apply(last == null ? new Stimulus.Output(id, null, "") : last));
            }
            case Action.Deliver(InstanceId id, var _, QueueSpec spec, String what, String to, var sureUntil) ->
                files.deliver(id, owner(spec), what, to, sureUntil);
            case Action.Clean(InstanceId id, Job job, boolean keep) -> {
                own.remove(id);
                progress.remove(id);
                printed.remove(id);
                begunAt.remove(id);
                files.clean(id, job, keep);
            }
            case Action.Ended ended -> ended(ended);
            case Action.GivenBack(var _, Job job, String why) ->
                console.say("job " + job.id() + " of " + job.queue() + " is given back: " + why);
            case Action.Lost(var _, Job job) ->
                console.warn("job " + job.id() + " of " + job.queue()
                        + " is another's by now: what came of it here does not count");
            case Action.Drained() -> drained = true;
        }
    }

    /** As often as holds are renewed: people look seldom. */
    private void tellProgress(Set<Hold> holds) {
        queues.views().stream().flatMap(v -> v.works().stream()).forEach(w -> {
            OptionalDouble percent = outputs.tap(w.instance())
                    .map(t -> t.progress(Loop.now().mono()))
                    .orElse(OptionalDouble.empty());
            if (percent.isPresent()
                    && holds.contains(w.job().hold())
                    && !Objects.equals(progress.put(w.instance(), percent.getAsDouble()), percent.getAsDouble())) {
                var _ = jobs.progress(w.job().hold(), percent.getAsDouble());
            }
        });
    }

    private void launch(Action.Launch l) {
        own.add(l.instance());
        begunAt.put(l.instance(), Loop.now().mono());
        ProcessSpec process = process(l.spec());
        var variables =
                new TreeMap<>(launches.tracing.variables(l.job(), l.spec().launch()));
        variables.putAll(l.environment());
        confinement.launch(
                launches.job(
                        l.instance(), process, l.argv(), JobFacts.of(l.job(), l.workdir()), variables, l.workdir()),
                process);
        WorkdirSpec workdir = l.spec().workdir();
        if (workdir != null) {
            files.watch(l.instance(), l.job(), workdir);
        }
    }

    private ProcessSpec process(QueueSpec spec) {
        ProcessSpec known = asProcesses.get(spec.name());
        return known != null && spec.equals(specs.get(spec.name())) ? known : spec.asProcess();
    }

    /** @param ear told of each attempt that is over, on the loop's thread */
    void listen(Consumer<Action.Ended> ear) {
        heard = ear;
    }

    private void ended(Action.Ended e) {
        heard.accept(e);
        Attempt a = e.attempt();
        String failure = a.failure();
        boolean again = e.next() instanceof Next.Again;
        Level level = failure == null
                ? Level.INFO
                : failure.equals(Failure.TIMEOUT) || failure.equals(Failure.OOM) ? Level.WARNING : Level.NOTICE;
        console.say(
                level,
                "job " + e.job().id() + " of " + e.job().queue() + " "
                        + (failure == null ? "" : failure + ": ") + a.detail()
                        + (again ? "; it is tried again" : ""));
        if (e.next() instanceof Next.Over(var _, boolean told) && told) {
            notices.look();
        }
    }

    private Owner owner(QueueSpec spec) {
        Identity identity = launches.identity(spec.launch());
        return new Owner(identity.uid(), identity.gid(), identity.groups());
    }

    private @Nullable WorkdirSpec workdirOf(String queue) {
        QueueSpec spec = specs.get(queue);
        return spec == null ? null : spec.workdir();
    }
}
