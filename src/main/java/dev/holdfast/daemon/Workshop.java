package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.WorkdirSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.ledger.JobLedger;
import dev.holdfast.ledger.Storage;
import dev.holdfast.ledger.UnkeptEnds;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.queue.Action;
import dev.holdfast.queue.Queues;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
    private final JobOutput output;
    final JobEnds ends;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final Set<InstanceId> own = new HashSet<>();

    /** Into which something came that the loop is about to hear of. */
    private final Set<String> arrived = ConcurrentHashMap.newKeySet();

    private final JobLedger ledger;
    private final FleetRoll fleet;
    private final Configured<QueueSpec> configured;
    private MonoTime sweep = MonoTime.NEVER;
    private boolean asked;
    private volatile boolean closing;

    private final Duration lease;
    private final Duration patience;
    private MonoTime kill = MonoTime.NEVER;

    private boolean drained;

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
        this.configured = new Configured<>(specs, QueueSpec::asProcess);
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.jobs = storage.jobs();
        this.fleet = new FleetRoll(storage.fleet(), host);
        this.soon = loop::soon;
        this.console = console;
        this.queues = new Queues(specs, host, lease, ids);
        this.files = new JobFiles(state.resolve("work"), host, s -> loop.soon(() -> apply(s)), console::warn);
        this.notices = new JobNotices(jobs, this::specs, launcher, confinement, launches, ids, loop::soon, console);
        this.ends = new JobEnds(console, notices);
        this.output = new JobOutput(outputs, jobs, this::specs, loop::soon, this::apply);
        this.ledger = new JobLedger(
                jobs,
                host,
                lease,
                new UnkeptEnds(state, console::warn),
                this::known,
                loop::soon,
                this::apply,
                ends::ring);
        this.watch = new QueueWatch(jobs, fleet::queues, loop::soon, console, desk);
    }

    /** Thread-safe. */
    SortedMap<String, ProcessSpec> asProcesses() {
        return configured.asProcesses();
    }

    /** Thread-safe. */
    SortedMap<String, QueueSpec> specs() {
        return configured.specs();
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
        output.begins(a.id());
        Duration age = Duration.between(a.startedAt(), Instant.now());
        String workdir = JobFacts.workdir(a);
        if (workdir != null) {
            files.adopted(a.id(), job, workdir);
            if (a.alive()) {
                files.watch(a.id(), job, specs().get(job.queue()));
            }
        }
        if (a.alive()) {
            console.say("job " + job.id() + " of " + job.queue() + " adopted, it goes on");
        }
        apply(new Stimulus.Adopt(a.id(), job, workdir, a.alive(), age.isNegative() ? Duration.ZERO : age));
    }

    /** All are adopted: the store is asked what is ours. Without queues there is none. */
    void begin() {
        if (!asked && (!specs().isEmpty() || !own.isEmpty())) {
            asked = true;
            ledger.begin(this::begun);
        } else if (specs().isEmpty()) {
            watch.configure(List.of(), Loop.now().mono()); // ends what an earlier daemon said of queues
        }
    }

    private void begun() {
        fleet.begin();
        files.sweep(specs().values());
        sweep = Loop.now().mono().plus(SWEPT_EVERY);
        notices.look();
        watch.configure(specs().values(), Loop.now().mono());
    }

    void configure(SortedMap<String, QueueSpec> fresh) {
        configured.take(fresh);
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
        QueueSpec spec = specs().get(job.queue());
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
                output.emptied(id);
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
            files.sweep(specs().values());
        }
        notices.tick(now);
        fleet.tick(queues.views(), now);
        watch.tick(specs().values(), now);
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
                output.keepProgress(queues.views(), new HashSet<>(holds));
                ledger.renew(holds);
            }
            case Action.End end -> ledger.end(end);
            case Action.Prepare(InstanceId id, Job job, QueueSpec spec) -> {
                WorkdirSpec workdir = spec.workdir();
                if (workdir != null) {
                    files.prepare(id, job, workdir, launches.owner(spec.launch()));
                }
            }
            case Action.Launch launch -> launch(launch);
            case Action.SendSignal(InstanceId id, var signal) -> launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> launcher.kill(id);
            case Action.AskOutput(InstanceId id) -> output.tellWhen(id);
            case Action.ReadOutput(InstanceId id) -> output.tellLast(id);
            case Action.Deliver(InstanceId id, var _, QueueSpec spec, String what, String to, var sureUntil) ->
                files.deliver(id, launches.owner(spec.launch()), what, to, sureUntil);
            case Action.Clean(InstanceId id, Job job, boolean keep) -> {
                own.remove(id);
                output.forget(id);
                files.clean(id, job, keep);
            }
            case Action.Ended ended -> ends.ended(ended);
            case Action.GivenBack(var _, Job job, String why) -> ends.givenBack(job, why);
            case Action.Lost(var _, Job job) -> ends.lost(job);
            case Action.Drained() -> drained = true;
        }
    }

    private void launch(Action.Launch l) {
        own.add(l.instance());
        output.begins(l.instance());
        ProcessSpec process = configured.asProcess(l.spec().name(), l.spec());
        var variables =
                new TreeMap<>(launches.tracing.variables(l.job(), l.spec().launch()));
        variables.putAll(l.environment());
        confinement.launch(
                launches.job(
                        l.instance(), process, l.argv(), JobFacts.of(l.job(), l.workdir()), variables, l.workdir()),
                process);
        files.watch(l.instance(), l.job(), l.spec());
    }
}
