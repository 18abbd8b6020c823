package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.chronicle.Chronicle;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Directories;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.intent.Desired;
import dev.holdfast.intent.Intents;
import dev.holdfast.ledger.History;
import dev.holdfast.ledger.Storage;
import dev.holdfast.linux.Disks;
import dev.holdfast.linux.Host;
import dev.holdfast.log.Pump;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Groups;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.RunFiles;
import dev.holdfast.process.Watch;
import dev.holdfast.records.LastLines;
import dev.holdfast.records.LogDesk;
import dev.holdfast.records.Records;
import dev.holdfast.supervise.Action;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The parts of one running daemon, put together; {@link Life} runs them: stimuli in, actions out, on one thread. */
final class Daemon {
    static final Path PROC = Path.of("/proc");

    final Directories dirs;
    final Console console;
    final Loop loop;
    final Host host;
    final Launches launches;
    final Pump pump;
    final Outputs outputs;
    final KernelLauncher launcher;
    final Groups groups;
    final Enforcement enforcement;
    final Watch watch;
    final Confinement confinement;
    final Probes probes;
    final Trim trim = new Trim(Loop.now().mono(), Trim::giveBack);
    final Rehearsal rehearsal;
    final Chronicle chronicle;
    final Intents intents;
    final History history;
    final Timetable timetable;
    final GuardPost guard;
    final GuardCommands guardCommands;
    final Workshop workshop;
    final Watchers watchers;
    final Now started = Loop.now();
    final Instant startedAt = started.wall();
    final AlertOffice alerts;
    final AlertEvents alertEvents;
    final Lasting lasting;
    final WebDesk web;
    final Records records;
    final SignalTrail signals;
    final Front front;
    final MetricDesk metrics;
    final Tracing tracing;
    final String hostName;
    final ReportFacts reporting;
    final ReportDesk reports;
    final ScaleDesk scales;
    /** As it was when the daemon started, which is when it counts. */
    final GlobalSpec global;

    final Desired desired;
    final ProcessDesk processes;
    final SystemdNotices notices;
    final Reload reload;
    final Life life = new Life(this);
    private final Dispatch dispatch = new Dispatch(this);

    /**
     * Takes the run directory; nothing is started yet.
     *
     * @throws IOException when the directories cannot be used
     */
    Daemon(Config config, Directories dirs, Launches launches, ConfigLoader loader, Console console, RunLock lock)
            throws IOException {
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
        this.desired = new Desired(config.processes(), intents);
        this.processes = new ProcessDesk(this, global);
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
        this.outputs = new Outputs(pump, dirs.log(), launched(config));
        this.groups = new Groups(
                Enforcement.home(launches.own(), host.pid(), groupName(dirs.run())),
                Disks.numbers(Path.of("/sys")),
                console::warn);
        this.enforcement = new Enforcement(groups, console::warn);
        this.launcher = new KernelLauncher(
                dirs.run(), host, loop.poller(), loop, Loop::now, outputs, groups, dispatch::happened, console::warn);
        this.watch = Watch.ofInstances(
                PROC, host.pid(), () -> Loop.now().mono(), c -> loop.soon(() -> dispatch.crossed(c)), console::warn);
        this.confinement = new Confinement(launcher, enforcement, watch, console::warn);
        var storage = new Storage(dirs.state(), config.global().storage(), console::warn, this::arrived);
        this.alerts = new AlertOffice(launcher, launches.own(), dirs, host.name(), loop, console);
        this.alertEvents =
                new AlertEvents(alerts, processes::name, (r, most) -> LastLines.latest(outputs.file(r), most));
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
        this.guard = new GuardPost(dirs.state(), host.pid(), loop, console, alerts, new GuardWard(this));
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
                processes::apply,
                processes.waiters::add,
                loop::soon,
                console,
                alerts);
        watchers.guard(guard::sweep);
        watchers.own(config);
        this.rehearsal = new Rehearsal(Loop::now, InstanceId::fresh, this::rehearse);
        var runFiles = new RunFiles(dirs.run(), PROC);
        this.lasting = new Lasting(
                HostFindings.of(PROC, host.uid(), host.pid()),
                dirs,
                runFiles,
                chronicle,
                pump,
                history,
                () -> enforcement.findings(launched().values()));
        this.web = new WebDesk(dirs, console);
        this.records = new Records(
                dirs.state(),
                chronicle.written(),
                new LogDesk(name -> new Known(this).logs(name, outputs::file)),
                console::warn);
        this.signals = new SignalTrail(records::audited);
        this.metrics = new MetricDesk(this, dirs.state().resolve("metrics"));
        this.scales = new ScaleDesk(this);
        this.reporting = new ReportFacts(this, host.name());
        this.reports = new ReportDesk(dirs.state(), reporting::report, alerts, loop::soon, console);
        this.reload = new Reload(this, loader, launches, config);
        this.front = new Front(
                dirs,
                new RunDirectory(
                        dirs,
                        host.uid(),
                        ProcessId.own(),
                        lock,
                        new RunFormat(runFiles, host.bootId(), Holdfast.VERSION)),
                new Control(this, reload, config.file()),
                metrics.handler(),
                loop,
                console,
                lasting,
                intents,
                life::over);
    }

    /** Daemons of different directories share a host, but no groups. */
    private static String groupName(Path run) {
        return run.equals(Path.of("/run/holdfast")) ? "holdfast" : "holdfast-%08x".formatted(run.hashCode());
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

    private void rehearse(Action.Launch l, String purpose) {
        confinement.launch(
                launches.launch(
                        l.instance(), l.replica(), purpose, l.spec(), l.command(), null, null, l.restarts(), true),
                l.spec());
    }

    private void arrived(String queue) {
        workshop.arrived(queue);
    }

    private MetricDesk metrics() {
        return metrics;
    }

    private AlertEvents alertEvents() {
        return alertEvents;
    }

    // ── for others ──

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

    /** All that is launched, by name. */
    SortedMap<String, ProcessSpec> launched() {
        return launched(timetable.asProcesses(), workshop.asProcesses());
    }

    /** The same, of schedules and queues as they will be. */
    SortedMap<String, ProcessSpec> launched(Config config) {
        return launched(
                Configured.asProcesses(config.schedules(), ScheduleSpec::asProcess),
                Configured.asProcesses(config.queues(), QueueSpec::asProcess));
    }

    private SortedMap<String, ProcessSpec> launched(
            SortedMap<String, ProcessSpec> schedules, SortedMap<String, ProcessSpec> queues) {
        var all = new TreeMap<>(specs());
        all.putAll(schedules);
        all.putAll(queues);
        return all;
    }

    /** Names of schedules and queues. */
    Set<String> jobs() {
        var all = new HashSet<>(timetable.asProcesses().keySet());
        all.addAll(workshop.asProcesses().keySet());
        return all;
    }
}
