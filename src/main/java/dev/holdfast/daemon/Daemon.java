package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.config.Config;
import dev.holdfast.config.Directories;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.OutputSpec;
import dev.holdfast.config.Plan;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Disks;
import dev.holdfast.linux.Host;
import dev.holdfast.log.Pump;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.Groups;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.process.RunFiles;
import dev.holdfast.process.Watch;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ExitPolicy;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.supervise.Supervision;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One running daemon: stimuli in, actions out, on one thread. */
final class Daemon {
    static final Path PROC = Path.of("/proc");
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    private final Directories dirs;
    final Console console;
    final Loop loop;
    private final Host host;
    private final Launches launches;
    private final Pump pump;
    final Outputs outputs;
    private final KernelLauncher launcher;
    private final Groups groups;
    final Enforcement enforcement;
    private final Watch watch;
    private final Confinement confinement;
    private final Probes probes;
    private final Trim trim = new Trim(Loop.now().mono(), Trim::giveBack);
    final Chronicle chronicle;
    final Intents intents;
    final Supervision supervision;
    final Waiters waiters;
    private final History history;
    final Timetable timetable;
    final Instant startedAt = Instant.now();
    private final Lasting lasting;
    private final RunDirectory runDirectory;
    private @Nullable Front front;
    /** As it was when the daemon started, which is when it counts. */
    final GlobalSpec global;
    /** Where lines go beside the files of processes; changed by a reload. */
    private volatile List<OutputSpec> distributed;

    private final Desired desired;
    final SystemdNotices notices;
    /** Of the daemon's end, once supervision has come to its own. */
    private @Nullable Integer exitCode;

    private boolean leaving;

    /**
     * Takes the run directory; nothing is started yet.
     *
     * @throws IOException when the directories cannot be used
     */
    Daemon(Config config, Directories dirs, Launches launches, Console console, RunLock lock) throws IOException {
        this.dirs = dirs;
        this.console = console;
        this.launches = launches;
        this.loop = Loop.open();
        this.host = new Host(PROC, () -> Loop.now().mono());
        this.chronicle = new Chronicle(new Journal(dirs.state().resolve("journal.jsonl")), console::warn);
        this.intents = new Intents(dirs.run().resolve("intents"), host.bootId(), console::warn);
        this.global = config.global();
        this.distributed = config.global().outputs();
        this.desired = new Desired(config.processes(), intents);
        this.notices = new SystemdNotices(launches.own(), host.pid(), console::warn);
        this.pump = new Pump(
                dirs.run(),
                Outputs.keeping(dirs.log(), config.global().maxTotalLogBytes()),
                Loop::now,
                console::warn,
                this::outputEnded,
                console);
        console.reportTo(event -> loop.soon(() -> {
            chronicle.remember(event);
            chronicle.write(event);
        }));
        this.outputs = new Outputs(pump, dirs.log(), withSchedules(Timetable.asProcesses(config.schedules())));
        this.groups = new Groups(
                Enforcement.home(launches.own(), host.pid(), groupName(dirs.run())),
                Disks.numbers(Path.of("/sys")),
                console::warn);
        this.enforcement = new Enforcement(groups, console::warn);
        this.launcher = new KernelLauncher(
                dirs.run(), host, loop.poller(), loop, Loop::now, outputs, groups, this::happened, console::warn);
        this.watch = Watch.ofInstances(
                PROC, host.pid(), () -> Loop.now().mono(), c -> loop.soon(() -> crossed(c)), console::warn);
        this.confinement = new Confinement(launcher, enforcement, watch, console::warn);
        this.history = new History(dirs.state(), config.global().storage(), host.name(), console::warn, loop::soon);
        this.timetable = new Timetable(
                config.schedules(), launcher, confinement, launches, history, outputs, InstanceId::fresh, console);
        this.probes = new Probes(launcher, confinement, launches, InstanceId::fresh, loop::soon, this::apply);
        this.supervision = new Supervision(
                specs(),
                config.global().shutdownTimeout(),
                ExitPolicy.of(config.global().exit()),
                InstanceId::fresh,
                ThreadLocalRandom.current().nextLong());
        this.waiters =
                new Waiters(names -> supervision.settled(names) && probes.noneOf(names, r -> !supervision.live(r)));
        var runFiles = new RunFiles(dirs.run(), PROC);
        this.lasting = new Lasting(
                HostFindings.of(PROC, host.uid(), host.pid()),
                dirs,
                runFiles,
                chronicle,
                pump,
                history,
                () -> enforcement.findings(
                        withSchedules(timetable.asProcesses()).values()));
        this.runDirectory = new RunDirectory(dirs, host.uid(), ProcessId.own(), lock, runFiles);
    }

    /** Daemons of different directories share a host, but no groups. */
    private static String groupName(Path run) {
        return run.equals(Path.of("/run/holdfast")) ? "holdfast" : "holdfast-%08x".formatted(run.hashCode());
    }

    /** Adopts, starts, answers and supervises until it is over. @return the daemon's exit code */
    int run(Control control, OsSignals signals) throws IOException {
        if (host.pid() != 1) {
            host.becomeSubreaper();
        }
        var answering = new Front(dirs, runDirectory, control, loop, console, lasting, intents, this::over);
        front = answering;
        try {
            answering.open(); // first: a daemon that nobody could ask starts nothing
            enforcement.warn(specs().values());
            enforcement.warn(timetable.asProcesses().values());
            HostFindings.degraded(findings().stream()
                            .filter(f -> !f.what().equals(Enforcement.LIMITS)) // said just now
                            .toList())
                    .forEach(f -> console.warn("weaker here: " + f));
            adopt();
            apply(new Stimulus.Begin(intents.stoppedNames(), intents.startedNames(), intents.completed()));
            intents.begun();
            timetable.begin(host.bootId());
            answering.watch();
            signals.listen(this);
            notices.ready(specs().size(), Loop.now().mono());
            loop.run(this::over, this::deadline, this::tick);
            if (leaving) {
                return 0;
            }
            launcher.retire();
            MonoTime patience = Loop.now().mono().plus(LAST_WAIT);
            loop.run(
                    () -> launcher.quiet() || !Loop.now().mono().isBefore(patience),
                    () -> MonoTime.earliest(launcher.nextDeadline(), patience),
                    () -> launcher.tick(Loop.now().mono()));
            if (!launcher.quiet()) {
                console.warn("something is left that would not end within " + LAST_WAIT.toSeconds() + " s");
            }
        } finally {
            watch.close();
            launcher.close();
            groups.leave(host.pid());
            pump.close();
            chronicle.close();
            history.close();
            answering.close();
        }
        return exitCode == null ? 1 : exitCode;
    }

    private void adopt() throws IOException {
        List<KernelLauncher.Adopted> all = launcher.adopt();
        for (KernelLauncher.Adopted a : all) {
            if (a.alive()) {
                lasting.began(a.id());
                confinement.adopted(a, Timetable.owns(a) ? timetable.asProcesses() : specs());
            }
            if (Timetable.owns(a)) {
                timetable.adopt(a);
            }
        }
        List<KernelLauncher.Adopted> supervised =
                all.stream().filter(a -> !Timetable.owns(a)).toList();
        for (Adoption.Found f : new Adoption(specs(), intents, chronicle, Instant.now()).of(supervised)) {
            f.stimulus().ifPresentOrElse(this::apply, () -> launcher.kill(f.instance()));
        }
        pump.begin();
    }

    private MonoTime deadline() {
        return MonoTime.earliest(
                supervision.nextDeadline(),
                timetable.deadline(),
                launcher.nextDeadline(),
                probes.deadline(),
                trim.deadline(),
                notices.deadline());
    }

    private void tick() {
        MonoTime now = Loop.now().mono();
        launcher.tick(now);
        probes.tick(now);
        MonoTime due = MonoTime.earliest(timetable.deadline(), supervision.nextDeadline());
        timetable.tick(now);
        notices.tick(now);
        if (!now.isBefore(supervision.nextDeadline())) {
            apply(new Stimulus.Tick());
        }
        // What began just now is still on its way.
        MonoTime next = MonoTime.earliest(timetable.deadline(), supervision.nextDeadline());
        trim.tick(now, now.isBefore(due) ? next : now);
    }

    /** Its pipes are full soon, and then every child waits: the daemon goes, its successor adopts and reads on. */
    private void outputEnded(Throwable why) {
        console.say(
                Level.ERROR,
                "output can no longer be read (" + why + "): this daemon ends, what it started runs on;"
                        + " the next one reads on where this one stopped");
        loop.soon(() -> {
            throw new IllegalStateException("the thread that reads output has ended", why);
        });
    }

    private void happened(ProcessEvent event) {
        trim.stirred(Loop.now().mono());
        switch (event) {
            case ProcessEvent.Started(InstanceId id, var _) -> lasting.began(id);
            case ProcessEvent.LaunchFailed _ -> {
                if (front != null) {
                    front.look(); // it may be gone
                }
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> lasting.ended(id);
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
        if (timetable.owns(event.id())) {
            timetable.happened(event);
        } else if (probes.took(event)) {
            waiters.tell();
        } else {
            apply(new Stimulus.FromProcess(event));
        }
        confinement.happened(event, specs());
    }

    /** A limit that is kept by watching was passed, or a mark. */
    private void crossed(Crossing c) {
        switch (confinement.role(c.id())) {
            case MAIN -> apply(new Stimulus.Crossed(c));
            case RUN -> timetable.crossed(c, confinement.label(c.id()));
            case ASIDE -> confinement.kill(c);
        }
    }

    /** On the loop's thread: decides, then acts. */
    void apply(Stimulus stimulus) {
        Now now = Loop.now();
        supervision.apply(stimulus, now).forEach(this::act);
        intents.flush();
        waiters.tell();
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch l -> {
                if (l.purpose() == Action.Purpose.MAIN) {
                    intents.begins(l.replica());
                }
                confinement.launch(launches.launch(l, launcher::leader), l.spec());
            }
            case Action.SendSignal(InstanceId id, var signal) -> launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> launcher.kill(id);
            case Action.Probe p -> probes.ask(p);
            case Action.EndChecks(InstanceId id) -> probes.end(id);
            case Action.Journal(var event) -> {
                chronicle.remember(event);
                intents.note(event);
                loop.later(() -> {
                    chronicle.write(event);
                    console.say(Words.level(event), name(event.replica()) + " " + Words.of(event));
                });
            }
            case Action.Finish(int code) -> {
                exitCode = code;
                intents.forget(); // by global.exit too: the next up is a new beginning
                timetable.shutDown();
            }
        }
    }

    /** Schedules' runs are ended, too, before the daemon goes. */
    private boolean over() {
        return leaving || (exitCode != null && timetable.drained());
    }

    private SortedMap<String, ProcessSpec> withSchedules(SortedMap<String, ProcessSpec> schedules) {
        var all = new TreeMap<>(specs());
        all.putAll(schedules);
        return all;
    }

    private String name(ReplicaId replica) {
        ProcessSpec spec = specs().get(replica.process());
        return Names.of(replica, spec == null ? 1 : spec.replicas());
    }

    // ── for Control and OsSignals ──

    List<OutputSpec> distributed() {
        return distributed;
    }

    /**
     * Thread-safe.
     *
     * @throws IOException when the outputs stay as they were
     */
    void distribute(List<OutputSpec> outputs) throws IOException {
        if (!outputs.equals(distributed)) {
            console.distribute(Distributing.targets(outputs));
            distributed = outputs;
        }
    }

    /**
     * Log files were renamed: what comes goes to files by their names.
     *
     * @param done run, on any thread, when it does
     */
    void reopenLogs(String by, Runnable done) {
        console.reopen();
        console.say("log files are opened anew, asked by " + by);
        pump.reopen(done);
    }

    int pid() {
        return host.pid();
    }

    List<Doctor.Finding> findings() {
        return lasting.findings();
    }

    /** What is configured now, replicas as people scaled them. Thread-safe. */
    SortedMap<String, ProcessSpec> specs() {
        return desired.specs();
    }

    /** Why no replica of a process is wanted at all, such as {@code scaled to 0 by hand}. Thread-safe. */
    Optional<String> absent(String process) {
        return desired.absent(process);
    }

    /** On the loop's thread: from now on this is what the file says. @return what that changes */
    Plan configure(SortedMap<String, ProcessSpec> fresh, SortedMap<String, ScheduleSpec> schedules, String by) {
        SortedMap<String, ProcessSpec> before = specs();
        Plan scheduled = Plan.ofSchedules(timetable.specs(), schedules);
        desired.take(fresh);
        outputs.reconfigure(withSchedules(Timetable.asProcesses(schedules)));
        timetable.configure(schedules);
        enforcement.warn(timetable.asProcesses().values());
        apply(new Stimulus.Reload(specs(), by));
        enforcement.warn(specs().values());
        confinement.reconfigured(supervision.views(), before, specs());
        return Plan.between(before, specs()).and(scheduled);
    }

    void shutDown(String by) {
        notices.stopping(global.shutdownTimeout().plus(LAST_WAIT).plus(LAST_WAIT));
        intents.forget();
        console.say("shutting down, asked by " + by);
        timetable.shutDown();
        apply(new Stimulus.ShutDown(by));
    }

    /** On the loop's thread: this daemon ends, what it started runs on, and the next one adopts it. */
    void leave(String by) {
        if (host.pid() == 1 || supervision.shuttingDown()) {
            console.say(by + ": it does not leave "
                    + (host.pid() == 1 ? "as PID 1, with whose end all end" : "while it shuts down"));
            return;
        }
        console.say("leaving, asked by " + by + ": what runs goes on, the next daemon adopts it");
        notices.leaving();
        leaving = true;
    }

    /** On the loop's thread. @return false when there is no such process any more */
    boolean scale(String name, int n, String by) {
        if (!desired.scale(name, n)) {
            return false;
        }
        outputs.reconfigure(withSchedules(timetable.asProcesses()));
        apply(new Stimulus.Scale(name, n, by));
        if (supervision.views().stream().anyMatch(v -> v.id().process().equals(name) && v.wantedUp())) {
            intents.started(Set.of(name)); // also those of it that were stopped before
        }
        return true;
    }
}
