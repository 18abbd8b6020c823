package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.api.Server;
import dev.holdfast.config.Config;
import dev.holdfast.config.Directories;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.Plan;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Host;
import dev.holdfast.log.Pump;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.process.RunFiles;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ExitPolicy;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.supervise.Supervision;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One running daemon: stimuli in, actions out, on one thread. */
final class Daemon {
    static final Path PROC = Path.of("/proc");
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    private final Directories dirs;
    private final Console console;
    private final Loop loop;
    private final Host host;
    private final Launches launches;
    private final Pump pump;
    private final Outputs outputs;
    private final KernelLauncher launcher;
    private final Probes probes;
    private final Trim trim = new Trim(Loop.now().mono());
    private final Chronicle chronicle;
    private final Intents intents;
    private final Supervision supervision;
    private final List<Waiter> waiters = new ArrayList<>();
    private final Instant startedAt = Instant.now();
    private final Lasting lasting;
    private final RunDirectory runDirectory;
    private @Nullable Server server;
    private final GlobalSpec global;
    private final Desired desired;
    private @Nullable Integer exitCode;
    private Runnable lookAtRunDirectory = () -> {};

    /** Somebody who waits until what was asked of some processes has come to its end. */
    record Waiter(Set<String> names, Runnable settled) {}

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
        this.intents = new Intents(dirs.run().resolve("intents"), host.bootId(), console::say);
        this.global = config.global();
        this.desired = new Desired(config.processes(), intents);
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
        this.outputs = new Outputs(pump, dirs.log(), specs());
        this.launcher = new KernelLauncher(
                dirs.run(), host, loop.poller(), loop, Loop::now, outputs, this::happened, console::say);
        this.probes = new Probes(launcher, launches, Daemon::newId, loop::soon, this::apply);
        this.supervision = new Supervision(
                specs(),
                config.global().shutdownTimeout(),
                policy(config.global().exit()),
                Daemon::newId,
                ThreadLocalRandom.current().nextLong());
        var runFiles = new RunFiles(dirs.run(), PROC);
        this.lasting = new Lasting(HostFindings.of(PROC, host.uid(), host.pid()), dirs, runFiles, chronicle, pump);
        this.runDirectory = new RunDirectory(dirs, host.uid(), ProcessId.own(), lock, runFiles);
    }

    /** Adopts, starts, answers and supervises until it is over. @return the daemon's exit code */
    int run(Control control, OsSignals signals) throws IOException {
        if (host.pid() != 1) {
            host.becomeSubreaper();
        }
        try {
            serve(control); // first: a daemon that nobody could ask starts nothing
            HostFindings.degraded(findings()).forEach(f -> console.warn("weaker here: " + f));
            adopt();
            apply(new Stimulus.Begin(intents.stoppedNames(), intents.startedNames(), intents.completed()));
            intents.begun();
            watchRunDirectory(control);
            signals.listen(this);
            loop.run(() -> exitCode != null, this::deadline, this::tick);
            launcher.retire();
            MonoTime patience = Loop.now().mono().plus(LAST_WAIT);
            loop.run(
                    () -> launcher.quiet() || !Loop.now().mono().isBefore(patience),
                    () -> MonoTime.earliest(launcher.nextDeadline(), patience),
                    () -> launcher.tick(Loop.now().mono()));
            if (!launcher.quiet()) {
                console.say("something is left that would not end within " + LAST_WAIT.toSeconds() + " s");
            }
        } finally {
            launcher.close();
            pump.close();
            chronicle.close();
            runDirectory.close(); // with it goes the lock: a successor must find nothing half done
            if (server != null) {
                server.close(); // last: who waits for the end of the daemon waits for this
            }
        }
        return exitCode == null ? 1 : exitCode;
    }

    private void adopt() throws IOException {
        for (KernelLauncher.Adopted a : launcher.adopt()) {
            if (a.alive()) {
                lasting.began(a.id());
            }
            Adoption.of(a, specs(), intents, Instant.now())
                    .ifPresentOrElse(this::apply, () -> launcher.kill(a.id())); // a check, whose answer nobody awaits
        }
        pump.begin();
    }

    private MonoTime deadline() {
        return MonoTime.earliest(
                supervision.nextDeadline(), launcher.nextDeadline(), probes.deadline(), trim.deadline());
    }

    private void tick() {
        MonoTime now = Loop.now().mono();
        launcher.tick(now);
        probes.tick(now);
        trim.tick(now);
        if (!now.isBefore(supervision.nextDeadline())) {
            apply(new Stimulus.Tick());
        }
    }

    /** Its pipes are full soon, and then every child waits: the daemon goes, its successor adopts and reads on. */
    private void outputEnded(Throwable why) {
        console.say("output can no longer be read (" + why + "): this daemon ends, what it started runs on;"
                + " the next one reads on where this one stopped");
        loop.soon(() -> {
            throw new IllegalStateException("the thread that reads output has ended", why);
        });
    }

    private void serve(Control control) throws IOException {
        if (server != null) {
            server.close();
        }
        server = Server.start(dirs.socket(), control, console::say);
    }

    private void watchRunDirectory(Control control) {
        lookAtRunDirectory = () -> lookAfterRunDirectory(control);
        runDirectory.watch(() -> loop.soon(lookAtRunDirectory));
    }

    /** What it cannot put back is said, and kept as a finding. */
    private void lookAfterRunDirectory(Control control) {
        if (exitCode != null || runDirectory.intact()) {
            return;
        }
        boolean known = lasting.runDirectoryIsBroken();
        if (!known) {
            console.say("the run directory " + dirs.run() + " was deleted or replaced; what runs goes on");
        }
        try {
            runDirectory.mend();
            serve(control);
            watchRunDirectory(control);
            intents.rewrite();
            lasting.runDirectory(null);
            console.say("the run directory is there again; " + lasting.unrecorded());
        } catch (IOException e) {
            lasting.runDirectory(String.valueOf(e.getMessage()));
            if (!known) {
                console.say("until the run directory is back, nothing can be started or asked: " + e.getMessage());
            }
        }
    }

    private void happened(ProcessEvent event) {
        trim.stirred(Loop.now().mono());
        switch (event) {
            case ProcessEvent.Started(InstanceId id, var _) -> lasting.began(id);
            case ProcessEvent.LaunchFailed _ -> lookAtRunDirectory.run();
            case ProcessEvent.Emptied(InstanceId id, var _) -> lasting.ended(id);
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
        if (probes.took(event)) {
            tellWaiters();
        } else {
            apply(new Stimulus.FromProcess(event));
        }
    }

    /** On the loop's thread: decides, then acts. */
    void apply(Stimulus stimulus) {
        Now now = Loop.now();
        supervision.apply(stimulus, now).forEach(this::act);
        intents.flush();
        tellWaiters();
    }

    private boolean settled(Set<String> names) {
        return supervision.settled(names) && probes.noneOf(names, r -> !supervision.live(r));
    }

    private void tellWaiters() {
        waiters.removeIf(w -> {
            boolean settled = settled(w.names());
            if (settled) {
                w.settled().run();
            }
            return settled;
        });
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch(var id, var replica, var purpose, var spec, var command, var mainPid, var restarts) ->
                launcher.launch(launches.launch(id, replica, purpose.name(), spec, command, mainPid, restarts, true));
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
            }
        }
    }

    private String name(ReplicaId replica) {
        ProcessSpec spec = specs().get(replica.process());
        return Names.of(replica, spec == null ? 1 : spec.replicas());
    }

    private static ExitPolicy policy(GlobalSpec.Exit exit) {
        return switch (exit) {
            case GlobalSpec.Exit.Never() -> new ExitPolicy.Never();
            case GlobalSpec.Exit.AllStopped() -> new ExitPolicy.AllStopped();
            case GlobalSpec.Exit.AnyFailed() -> new ExitPolicy.AnyFailed();
            case GlobalSpec.Exit.Stopped(String process) -> new ExitPolicy.With(process);
        };
    }

    private static InstanceId newId() {
        // Nobody's secret: only never the same again.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return new InstanceId(hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
    }

    // ── for Control and OsSignals ──

    Loop loop() {
        return loop;
    }

    Supervision supervision() {
        return supervision;
    }

    Intents intents() {
        return intents;
    }

    Chronicle chronicle() {
        return chronicle;
    }

    Outputs outputs() {
        return outputs;
    }

    /** Log files were renamed: what comes goes to files by their names. */
    void reopenLogs() {
        pump.reopen();
        console.reopen();
    }

    Console console() {
        return console;
    }

    /** As it was when the daemon started, which is when it counts. */
    GlobalSpec global() {
        return global;
    }

    Instant startedAt() {
        return startedAt;
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

    void await(Waiter waiter) {
        if (settled(waiter.names())) {
            waiter.settled().run();
        } else {
            waiters.add(waiter);
        }
    }

    /** On the loop's thread: from now on this is what the file says. @return what that changes */
    Plan configure(SortedMap<String, ProcessSpec> fresh, String by) {
        SortedMap<String, ProcessSpec> before = specs();
        desired.take(fresh);
        outputs.reconfigure(specs());
        apply(new Stimulus.Reload(specs(), by));
        return Plan.between(before, specs());
    }

    void shutDown(String by) {
        intents.forget();
        console.say("shutting down, asked by " + by);
        apply(new Stimulus.ShutDown(by));
    }

    /** On the loop's thread. @return false when there is no such process any more */
    boolean scale(String name, int n, String by) {
        if (!desired.scale(name, n)) {
            return false;
        }
        outputs.reconfigure(specs());
        apply(new Stimulus.Scale(name, n, by));
        if (supervision.views().stream().anyMatch(v -> v.id().process().equals(name) && v.wantedUp())) {
            intents.started(Set.of(name)); // also those of it that were stopped before
        }
        return true;
    }
}
