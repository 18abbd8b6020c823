package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort;
import dev.holdfast.api.Doctor;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.Directories;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.OutputSpec;
import dev.holdfast.config.Plan;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ReportSpec;
import dev.holdfast.config.WatchedSpec;
import dev.holdfast.dashboard.Dashboard;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Disks;
import dev.holdfast.linux.Host;
import dev.holdfast.log.OutputTarget;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One running daemon: stimuli in, actions out, on one thread. */
final class Daemon {
    static final Path PROC = Path.of("/proc");
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    final Directories dirs;
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
    private final Rehearsal rehearsal;
    final Chronicle chronicle;
    final Intents intents;
    final Supervision supervision;
    final Waiters waiters;
    private final History history;
    final Timetable timetable;
    final GuardPost guard;
    private final GuardCommands guardCommands;
    final Workshop workshop;
    final Watchers watchers;
    final Now started = Loop.now();
    final Instant startedAt = started.wall();
    final AlertOffice alerts;
    private final AlertEvents alertEvents;
    private final Lasting lasting;
    private final RunDirectory runDirectory;
    final WebDesk web;
    final Records records;
    private @Nullable Front front;
    final MetricDesk metrics;
    final Tracing tracing;
    final String hostName;
    final ReportFacts reporting;
    final ReportDesk reports;
    final ScaleDesk scales;
    /** As it was when the daemon started, which is when it counts. */
    final GlobalSpec global;
    /** Where lines go beside the files of processes; changed by a reload. */
    private volatile List<OutputSpec> distributed;

    /** Of the file that was started with. */
    private final WatchedSpec watched;
    /** As it was configured at the start. */
    private final @Nullable GuardSpec guarded;

    private final @Nullable AlertSpec firstAlerts;
    private final SortedMap<String, ReportSpec> firstReports;
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
        this.tracing = launches.tracing;
        this.loop = Loop.open();
        this.host = new Host(PROC, () -> Loop.now().mono());
        this.hostName = host.name();
        this.chronicle = new Chronicle(new Journal(dirs.state().resolve("journal.jsonl")), console::warn);
        this.intents = new Intents(dirs.run().resolve("intents"), host.bootId(), console::warn);
        this.global = config.global();
        this.firstAlerts = config.alerts();
        this.distributed = config.global().outputs();
        this.guarded = config.guard();
        this.desired = new Desired(config.processes(), intents);
        this.notices = new SystemdNotices(launches.own(), host.pid(), console::warn);
        this.pump = new Pump(
                dirs.run(),
                Outputs.keeping(dirs.log(), config.global().maxTotalLogBytes(), console::warn),
                Loop::now,
                console::warn,
                this::outputEnded,
                console);
        console.reportTo(event -> loop.soon(() -> {
            chronicle.remember(event);
            chronicle.write(event);
            alertEvents().happened(event, Loop.now().mono());
        }));
        this.outputs = new Outputs(
                pump,
                dirs.log(),
                withJobs(Timetable.asProcesses(config.schedules()), Workshop.asProcesses(config.queues())));
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
        var storage = new Storage(dirs.state(), config.global().storage(), console::warn, this::arrived);
        this.alerts = new AlertOffice(launcher, launches.own(), dirs, host.name(), loop, console);
        this.alertEvents = new AlertEvents(alerts, this::name, (r, most) -> LastLines.latest(outputs.file(r), most));
        this.history = new History(dirs.state(), storage, host.name(), console::warn, loop::soon);
        this.timetable = new Timetable(
                config.schedules(),
                launcher,
                confinement,
                launches,
                history,
                outputs,
                InstanceId::fresh,
                console,
                alerts);
        this.workshop = new Workshop(
                config.queues(),
                launcher,
                confinement,
                launches,
                storage,
                dirs.state(),
                outputs,
                loop,
                HostName.of(dirs.state(), host.name(), HostName.machine(), console::warn),
                InstanceId::fresh,
                config.global().storage().lease(),
                config.global().shutdownTimeout(),
                console,
                alerts);
        this.guardCommands = new GuardCommands(launcher, confinement, launches, console);
        this.guard = new GuardPost(dirs.state(), host.pid(), loop, console, alerts, ward());
        this.probes = new Probes(
                launcher,
                confinement,
                launches,
                InstanceId::fresh,
                loop::soon,
                s -> metrics().answered(s));
        this.watchers = new Watchers(
                dirs,
                loop.poller(),
                () -> new Errands(launcher, loop.poller(), confinement, launches, InstanceId::fresh),
                intents::stoppedNames,
                this::apply,
                this::whenSettled,
                loop::soon,
                console,
                alerts);
        watchers.guard(guard::sweep);
        watchers.own(config);
        this.watched = config.watched();
        this.rehearsal = new Rehearsal(Loop::now, InstanceId::fresh, this::rehearse);
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
                () -> enforcement.findings(withJobs(timetable.asProcesses(), workshop.asProcesses())
                        .values()));
        this.web = new WebDesk(dirs, console);
        this.records = new Records(
                dirs.state(),
                chronicle.written(),
                new LogDesk(name -> new Known(this).logs(name, outputs::file)),
                console::warn);
        this.runDirectory = new RunDirectory(
                dirs, host.uid(), ProcessId.own(), lock, new RunFormat(runFiles, host.bootId(), Holdfast.VERSION));
        this.metrics = new MetricDesk(this, dirs.state().resolve("metrics"));
        this.scales = new ScaleDesk(this);
        this.firstReports = config.reports();
        this.reporting = new ReportFacts(this, host.name());
        this.reports = new ReportDesk(dirs.state(), reporting::report, alerts, loop::soon, console);
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
        var answering =
                new Front(dirs, runDirectory, control, metrics.handler(), loop, console, lasting, intents, this::over);
        front = answering;
        try {
            answering.open(); // first: a daemon that nobody could ask starts nothing
            enforcement.warn(specs().values());
            enforcement.warn(timetable.asProcesses().values());
            enforcement.warn(workshop.asProcesses().values());
            HostFindings.degraded(findings().stream()
                            .filter(f -> !f.what().equals(Enforcement.LIMITS)) // said just now
                            .toList())
                    .forEach(f -> console.warn("weaker here: " + f));
            alerts.configure(firstAlerts);
            alertEvents.begin();
            reports.configure(firstReports, Loop.now());
            adopt();
            apply(new Stimulus.Begin(intents.stoppedNames(), intents.startedNames(), intents.completed()));
            intents.begun();
            timetable.begin(host.bootId());
            workshop.begin();
            watchers.configure(watched);
            guard.configure(guarded);
            scales.configure(specs(), Loop.now().mono());
            answering.watch(); // first: a host that is slow to tell its groups holds up none who runs by now
            answering.admit(global.api().groups());
            metrics.configure(global);
            metrics.begin();
            web.begin(new WebSite(answering.api(), metrics.handler(), "/metrics", new Dashboard()), global);
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
            guard.close();
            watch.close();
            launcher.close();
            groups.leave(host.pid());
            pump.close();
            workshop.close();
            watchers.close();
            chronicle.close();
            history.close();
            web.close();
            metrics.close(); // it writes what a successor reads, and with the next goes the lock
            answering.close();
            alerts.end();
            records.close();
        }
        return exitCode == null ? 1 : exitCode;
    }

    private void adopt() throws IOException {
        // Of two of one job or replica the one that began later holds.
        List<KernelLauncher.Adopted> all = launcher.adopt().stream()
                .sorted(Comparator.comparing(KernelLauncher.Adopted::startedAt))
                .toList();
        for (KernelLauncher.Adopted a : all) {
            if (a.alive()) {
                lasting.began(a.id());
                guard.begins(a.id(), a.label());
                launcher.leader(a.id()).ifPresent(leader -> guard.began(a.id(), leader));
                confinement.adopted(a, withJobs(timetable.asProcesses(), workshop.asProcesses()));
            }
            if (Timetable.owns(a)) {
                timetable.adopt(a);
            } else if (Workshop.owns(a)) {
                workshop.adopt(a);
            } else if (AlertOffice.owns(a)) {
                alerts.adopt(a);
            }
        }
        List<KernelLauncher.Adopted> supervised = all.stream()
                .filter(a -> !Timetable.owns(a) && !Workshop.owns(a) && !AlertOffice.owns(a))
                .toList();
        for (Adoption.Found f : new Adoption(specs(), intents, chronicle, Instant.now()).of(supervised)) {
            f.stimulus().ifPresentOrElse(this::apply, () -> launcher.kill(f.instance()));
        }
        pump.begin();
    }

    private MonoTime deadline() {
        return MonoTime.earliest(
                supervision.nextDeadline(),
                timetable.deadline(),
                workshop.deadline(),
                watchers.deadline(),
                launcher.nextDeadline(),
                probes.deadline(),
                guardCommands.deadline(),
                alerts.deadline(),
                alertEvents.deadline(),
                trim.deadline(),
                rehearsal.deadline(),
                reports.deadline(),
                scales.deadline(),
                notices.deadline());
    }

    private void tick() {
        MonoTime now = Loop.now().mono();
        launcher.tick(now);
        probes.tick(now);
        guardCommands.tick(now);
        alerts.tick(now);
        alertEvents.tick(now);
        MonoTime due = MonoTime.earliest(timetable.deadline(), supervision.nextDeadline());
        timetable.tick(now);
        if (!now.isBefore(workshop.deadline())) {
            workshop.tick(now);
        }
        watchers.tick(now);
        reports.tick(Loop.now());
        scales.tick(Loop.now());
        notices.tick(now);
        rehearsal.tick(now);
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

    /** To be called now and then, by one thread. */
    void weigh() {
        if (trim.hasGrown(Runtime.getRuntime().totalMemory())) {
            loop.soon(() -> trim.grew(Loop.now().mono()));
        }
    }

    /** Figures of that many processes were told. */
    void told(int processes) {
        trim.told(Loop.now().mono(), processes);
    }

    private void happened(ProcessEvent event) {
        boolean rehearsed = rehearsal.took(event);
        if (!rehearsed) {
            MonoTime now = Loop.now().mono();
            trim.stirred(now);
            rehearsal.stirred(now);
        }
        switch (event) {
            case ProcessEvent.Started(InstanceId id, ProcessRef leader) -> {
                lasting.began(id);
                if (timetable.owns(id) || workshop.owns(id)) {
                    guard.begins(id, confinement.label(id));
                }
                guard.began(id, leader);
            }
            case ProcessEvent.LaunchFailed failed -> {
                guard.ended(failed.id());
                if (front != null) {
                    front.look(); // it may be gone
                }
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> {
                lasting.ended(id);
                guard.ended(id);
            }
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
        if (rehearsed) {
            confinement.happened(event, specs());
            return;
        }
        if (alerts.took(event)) {
            confinement.happened(event, specs());
            return;
        }
        if (timetable.owns(event.id())) {
            timetable.happened(event);
        } else if (workshop.owns(event.id())) {
            workshop.happened(event);
        } else if (watchers.owns(event.id())) {
            watchers.happened(event);
        } else if (guardCommands.took(event)) {
            confinement.happened(event, specs());
            return;
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
            case RUN -> {
                if (workshop.owns(c.id())) {
                    workshop.crossed(c, confinement.label(c.id()));
                } else {
                    timetable.crossed(c, confinement.label(c.id()));
                }
            }
            case ASIDE -> confinement.kill(c);
        }
    }

    private void rehearse(Action.Launch l, String purpose) {
        confinement.launch(
                launches.launch(
                        l.instance(), l.replica(), purpose, l.spec(), l.command(), null, null, l.restarts(), true),
                l.spec());
    }

    /** On the loop's thread: decides, then acts. */
    void apply(Stimulus stimulus) {
        Now now = Loop.now();
        if (stimulus instanceof Stimulus.Stop(var names, var _)) {
            alertEvents.stopped(names);
        }
        supervision.apply(stimulus, now).forEach(this::act);
        intents.flush();
        waiters.tell();
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch l -> {
                if (l.purpose() == Action.Purpose.MAIN) {
                    intents.begins(l.replica());
                    guard.begins(l.instance(), l.replica().toString());
                }
                confinement.launch(launches.launch(l, launcher::leader), l.spec());
            }
            case Action.SendSignal(InstanceId id, var signal) -> launcher.signal(id, signal);
            case Action.Kill(InstanceId id) -> launcher.kill(id);
            case Action.Probe p -> {
                metrics.asks(p);
                probes.ask(p);
            }
            case Action.EndChecks(InstanceId id) -> probes.end(id);
            case Action.Journal(var event) -> tell(event);
            case Action.Finish(int code) -> {
                exitCode = code;
                rehearsal.end();
                intents.forget(); // by global.exit too: the next up is a new beginning
                timetable.shutDown();
                workshop.shutDown();
                watchers.shutDown();
                loop.later(alerts::close); // after what is said of the end
            }
        }
    }

    /** On the loop's thread: it has happened. */
    void tell(Event event) {
        chronicle.remember(event);
        intents.note(event);
        metrics.happened(event);
        loop.later(() -> {
            chronicle.write(event);
            boolean whole = event instanceof Event.Scaled || event instanceof Event.ScaleHeld;
            console.say(
                    Words.level(event),
                    (whole ? event.replica().process() : name(event.replica())) + " " + Words.of(event));
            alertEvents.happened(event, Loop.now().mono());
        });
    }

    private void whenSettled(Set<String> names, Runnable done) {
        waiters.add(names, done);
    }

    private GuardPost.Ward ward() {
        return new GuardPost.Ward() {
            @Override
            public @Nullable String supervise(boolean restart, Set<String> names, String by) {
                for (String name : names) {
                    String process =
                            ReplicaId.parse(name).map(ReplicaId::process).orElse(name);
                    if (!specs().containsKey(process)) {
                        return process + " is no process of this file";
                    }
                }
                ControlPort.Verb verb = restart ? ControlPort.Verb.RESTART : ControlPort.Verb.STOP;
                Optional<String> why = new Objections(Daemon.this).to(verb, names, true);
                if (why.isPresent()) {
                    return why.get();
                }
                if (!restart) {
                    intents.stopped(names);
                }
                apply(restart ? new Stimulus.Restart(names, by) : new Stimulus.Stop(names, by));
                return null;
            }

            @Override
            public void exec(Deed.Exec exec, String rule, Map<String, String> variables) {
                guardCommands.run(exec, rule, variables);
            }
        };
    }

    private void arrived(String queue) {
        workshop.arrived(queue);
    }

    /** Schedules' runs and jobs are ended, too, before the daemon goes. */
    private boolean over() {
        return leaving || (exitCode != null && timetable.drained() && workshop.drained() && alerts.closed());
    }

    /** All that is launched, by name. */
    private SortedMap<String, ProcessSpec> withJobs(
            SortedMap<String, ProcessSpec> schedules, SortedMap<String, ProcessSpec> queues) {
        var all = new TreeMap<>(specs());
        all.putAll(schedules);
        all.putAll(queues);
        return all;
    }

    private String name(ReplicaId replica) {
        ProcessSpec spec = specs().get(replica.process());
        return Names.of(replica, spec == null ? 1 : spec.mostReplicas());
    }

    private MetricDesk metrics() {
        return metrics;
    }

    private AlertEvents alertEvents() {
        return alertEvents;
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
            List<OutputTarget> targets = Distributing.targets(outputs);
            console.distribute(targets);
            distributed = outputs;
            Set<String> names = targets.stream().map(OutputTarget::name).collect(Collectors.toSet());
            loop.soon(() -> alertEvents.distributed(names));
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

    /** On the loop's thread: the first process of what runs. */
    Optional<ProcessRef> leader(InstanceId id) {
        return launcher.leader(id);
    }

    int pid() {
        return host.pid();
    }

    List<Doctor.Finding> findings() {
        var all = new ArrayList<>(lasting.findings());
        all.addAll(guard.findings());
        all.addAll(web.findings());
        all.addAll(metrics.findings());
        all.add(HostFindings.loop(loop.lag()));
        return List.copyOf(all);
    }

    /** What is configured now, replicas as people scaled them. Thread-safe. */
    SortedMap<String, ProcessSpec> specs() {
        return desired.specs();
    }

    /** On the loop's thread: what would be configured, were the file this. */
    SortedMap<String, ProcessSpec> wouldBe(SortedMap<String, ProcessSpec> file) {
        return desired.wouldBe(file);
    }

    /** Why no replica of a process is wanted at all, such as {@code scaled to 0 by hand}. Thread-safe. */
    Optional<String> absent(String process) {
        return desired.absent(process);
    }

    /** On the loop's thread: from now on this is what the file says. @return what that changes */
    Plan configure(Config config, String by) {
        SortedMap<String, ProcessSpec> before = specs();
        Plan others = Plan.ofSchedules(timetable.specs(), config.schedules())
                .and(Plan.ofQueues(workshop.specs(), config.queues()))
                .and(Plan.ofWatched(watchers.specs(), config.watched()))
                .and(Plan.ofGuard(guard.spec(), config.guard()))
                .and(Plan.ofReports(reports.specs(), config.reports()));
        guard.configure(config.guard());
        web.configure(config.global());
        metrics.configure(config.global());
        if (front != null) {
            front.admit(config.global().api().groups());
        }
        desired.take(config.processes());
        outputs.reconfigure(withJobs(Timetable.asProcesses(config.schedules()), Workshop.asProcesses(config.queues())));
        timetable.configure(config.schedules());
        workshop.configure(config.queues());
        watchers.own(config);
        watchers.configure(config.watched());
        enforcement.warn(timetable.asProcesses().values());
        enforcement.warn(workshop.asProcesses().values());
        alerts.configure(config.alerts());
        reports.configure(config.reports(), Loop.now());
        alertEvents.reconfigured(before, specs(), jobs(), outputs::file);
        apply(new Stimulus.Reload(specs(), by));
        scales.configure(specs(), Loop.now().mono());
        enforcement.warn(specs().values());
        confinement.reconfigured(supervision.views(), before, specs());
        return Plan.between(before, specs()).and(others);
    }

    private Set<String> jobs() {
        var all = new HashSet<>(timetable.asProcesses().keySet());
        all.addAll(workshop.asProcesses().keySet());
        return all;
    }

    void shutDown(String by) {
        notices.stopping(global.shutdownTimeout().plus(LAST_WAIT).plus(LAST_WAIT));
        intents.forget();
        rehearsal.end();
        console.say("shutting down, asked by " + by);
        timetable.shutDown();
        workshop.shutDown();
        watchers.shutDown();
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
        rehearsal.end();
        workshop.leave();
        leaving = true;
    }

    /**
     * On the loop's thread.
     *
     * @param heldUntil when people hold the number of a process with a scale; null: they do not
     * @return false when there is no such process any more
     */
    boolean scale(String name, int n, @Nullable MonoTime heldUntil, String by) {
        SortedMap<String, ProcessSpec> before = specs();
        if (!desired.scale(name, n, heldUntil)) {
            return false;
        }
        outputs.reconfigure(withJobs(timetable.asProcesses(), workshop.asProcesses()));
        alertEvents.reconfigured(before, specs(), jobs(), outputs::file);
        apply(new Stimulus.Scale(name, n, by));
        if (supervision.views().stream().anyMatch(v -> v.id().process().equals(name) && v.wantedUp())) {
            intents.started(Set.of(name)); // also those of it that were stopped before
        }
        return true;
    }
}
