package dev.holdfast.daemon;

import dev.holdfast.config.Config;
import dev.holdfast.dashboard.Dashboard;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One daemon from what it adopts to its end, by a shutdown or by leaving. The loop's thread's own, which runs it. */
final class Life {
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    private final Daemon d;
    /** Of the daemon's end, once supervision has come to its own. */
    private @Nullable Integer exitCode;

    private boolean leaving;

    Life(Daemon daemon) {
        this.d = daemon;
    }

    /**
     * Adopts, starts, answers and supervises until it is over.
     *
     * @param config what it starts with
     * @return the daemon's exit code
     */
    int run(Config config) throws IOException {
        if (d.host.pid() != 1) {
            d.host.becomeSubreaper();
        }
        try {
            d.front.open(); // first: a daemon that nobody could ask starts nothing
            d.enforcement.warn(d.specs().values());
            d.enforcement.warn(d.timetable.asProcesses().values());
            d.enforcement.warn(d.workshop.asProcesses().values());
            HostFindings.degraded(d.findings().stream()
                            .filter(f -> !f.what().equals(Enforcement.LIMITS)) // said just now
                            .toList())
                    .forEach(f -> d.console.warn("weaker here: " + f));
            d.alerts.configure(config.alerts());
            d.alertEvents.begin();
            d.reports.configure(config.reports(), Loop.now());
            adopt();
            d.processes.apply(
                    new Stimulus.Begin(d.intents.stoppedNames(), d.intents.startedNames(), d.intents.completed()));
            d.intents.begun();
            d.timetable.begin(d.host.bootId());
            d.workshop.begin();
            d.watchers.configure(config.watched());
            d.guard.configure(config.guard());
            d.scales.configure(d.specs(), Loop.now().mono());
            d.front.watch(); // first: a host that is slow to tell its groups holds up none who runs by now
            d.front.admit(d.global.api().groups());
            d.metrics.configure(d.global);
            d.metrics.begin();
            d.web.begin(new WebSite(d.front.api(), d.metrics.handler(), "/metrics", new Dashboard()), d.global);
            new OsSignals(d).listen();
            d.notices.ready(d.specs().size(), Loop.now().mono());
            d.loop.run(this::over, this::deadline, this::tick);
            if (leaving) {
                return 0;
            }
            d.launcher.retire();
            MonoTime patience = Loop.now().mono().plus(LAST_WAIT);
            d.loop.run(
                    () -> d.launcher.quiet() || !Loop.now().mono().isBefore(patience),
                    () -> MonoTime.earliest(d.launcher.nextDeadline(), patience),
                    () -> d.launcher.tick(Loop.now().mono()));
            if (!d.launcher.quiet()) {
                d.console.warn("something is left that would not end within " + LAST_WAIT.toSeconds() + " s");
            }
        } finally {
            d.guard.close();
            d.watch.close();
            d.launcher.close();
            d.groups.leave(d.host.pid());
            d.pump.close();
            d.workshop.close();
            d.watchers.close();
            d.chronicle.close();
            d.history.close();
            d.web.close();
            d.metrics.close(); // it writes what a successor reads, and with the next goes the lock
            d.front.close();
            d.alerts.end();
            d.signals.close();
            d.records.close();
        }
        return exitCode == null ? 1 : exitCode;
    }

    private void adopt() throws IOException {
        // Of two of one job or replica the one that began later holds.
        List<KernelLauncher.Adopted> all = d.launcher.adopt().stream()
                .sorted(Comparator.comparing(KernelLauncher.Adopted::startedAt))
                .toList();
        for (KernelLauncher.Adopted a : all) {
            if (a.alive()) {
                d.lasting.began(a.id());
                d.guard.begins(a.id(), a.label());
                d.launcher.leader(a.id()).ifPresent(leader -> d.guard.began(a.id(), leader));
                d.confinement.adopted(a, d.launched());
            }
            if (Timetable.owns(a)) {
                d.timetable.adopt(a);
            } else if (Workshop.owns(a)) {
                d.workshop.adopt(a);
            } else if (AlertOffice.owns(a)) {
                d.alerts.adopt(a);
            }
        }
        List<KernelLauncher.Adopted> supervised = all.stream()
                .filter(a -> !Timetable.owns(a) && !Workshop.owns(a) && !AlertOffice.owns(a))
                .toList();
        d.processes.adopt(supervised);
        d.pump.begin();
    }

    private MonoTime deadline() {
        return MonoTime.earliest(
                d.processes.supervision.nextDeadline(),
                d.timetable.deadline(),
                d.workshop.deadline(),
                d.watchers.deadline(),
                d.launcher.nextDeadline(),
                d.probes.deadline(),
                d.guardCommands.deadline(),
                d.alerts.deadline(),
                d.alertEvents.deadline(),
                d.trim.deadline(),
                d.rehearsal.deadline(),
                d.reports.deadline(),
                d.scales.deadline(),
                d.notices.deadline());
    }

    private void tick() {
        MonoTime now = Loop.now().mono();
        d.launcher.tick(now);
        d.probes.tick(now);
        d.guardCommands.tick(now);
        d.alerts.tick(now);
        d.alertEvents.tick(now);
        MonoTime due = MonoTime.earliest(d.timetable.deadline(), d.processes.supervision.nextDeadline());
        d.timetable.tick(now);
        if (!now.isBefore(d.workshop.deadline())) {
            d.workshop.tick(now);
        }
        d.watchers.tick(now);
        d.reports.tick(Loop.now());
        d.scales.tick(Loop.now());
        d.notices.tick(now);
        d.rehearsal.tick(now);
        if (!now.isBefore(d.processes.supervision.nextDeadline())) {
            d.processes.apply(new Stimulus.Tick());
        }
        // What began just now is still on its way.
        MonoTime next = MonoTime.earliest(d.timetable.deadline(), d.processes.supervision.nextDeadline());
        d.trim.tick(now, now.isBefore(due) ? next : now);
    }

    /** Schedules' runs and jobs are ended, too, before the daemon goes. */
    boolean over() {
        return leaving || (exitCode != null && d.timetable.drained() && d.workshop.drained() && d.alerts.closed());
    }

    /** Supervision has come to its end: so do the others. */
    void finished(int code) {
        exitCode = code;
        d.rehearsal.end();
        d.intents.forget(); // by global.exit too: the next up is a new beginning
        d.timetable.shutDown();
        d.workshop.shutDown();
        d.watchers.shutDown();
        d.loop.later(d.alerts::close); // after what is said of the end
    }

    void shutDown(String by) {
        d.notices.stopping(d.global.shutdownTimeout().plus(LAST_WAIT).plus(LAST_WAIT));
        d.intents.forget();
        d.rehearsal.end();
        d.console.say("shutting down, asked by " + by);
        d.timetable.shutDown();
        d.workshop.shutDown();
        d.watchers.shutDown();
        d.processes.apply(new Stimulus.ShutDown(by));
    }

    /**
     * This daemon ends, what it started runs on, and the next one adopts it.
     *
     * @return why not; null: it does
     */
    @Nullable
    String leave(String by) {
        if (d.host.pid() == 1 || d.processes.supervision.shuttingDown()) {
            String why = "it does not leave "
                    + (d.host.pid() == 1 ? "as PID 1, with whose end all end" : "while it shuts down");
            d.console.say(by + ": " + why);
            return why;
        }
        d.console.say("leaving, asked by " + by + ": what runs goes on, the next daemon adopts it");
        d.notices.leaving();
        d.rehearsal.end();
        d.workshop.leave();
        leaving = true;
        return null;
    }
}
