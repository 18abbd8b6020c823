package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.PlanReply;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.OutputSpec;
import dev.holdfast.config.Plan;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.linux.BlockedSignals.Sender;
import dev.holdfast.log.OutputTarget;
import dev.holdfast.loop.Loop;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.supervise.Stimulus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The file as it is now, compared with what runs, and taken. Thread-safe. */
final class Reload {
    /** As the API would answer. */
    private static final int BUG = 500;

    private final Daemon daemon;
    private final OnLoop onLoop;
    private final ConfigLoader loader;
    private final Launches launches;
    private final Path file;
    private final ReentrantLock reloading = new ReentrantLock();
    /** Where lines go beside the files of processes. */
    private volatile List<OutputSpec> distributed;

    /** @param started what the daemon was started with */
    Reload(Daemon daemon, ConfigLoader loader, Launches launches, Config started) {
        this.daemon = daemon;
        this.onLoop = new OnLoop(daemon.loop);
        this.loader = loader;
        this.launches = launches;
        this.file = started.file();
        this.distributed = started.global().outputs();
    }

    /** What it would do. */
    PlanReply plan() throws Refused {
        Config config = load();
        Plan others = onLoop.call(() -> others(config));
        SortedMap<String, ProcessSpec> wouldBe = onLoop.call(() -> daemon.desired.wouldBe(config.processes()));
        return reply(
                Plan.between(daemon.specs(), wouldBe).and(others),
                config,
                daemon.alerts.spec(),
                daemon.web.configured());
    }

    PlanReply reload(String by) throws Refused {
        reloading.lock(); // else one that read an older file could be the last to take effect
        daemon.notices.reloading(Loop.now().mono());
        @Nullable String refused = "it was not completed";
        try {
            Config config = load();
            List<String> problems = launches.resolve(config);
            if (!problems.isEmpty()) {
                throw unsound("the configuration cannot be used here", problems);
            }
            AlertSpec told = daemon.alerts.spec();
            GlobalSpec served = daemon.web.configured();
            Plan done = onLoop.call(() -> {
                Optional<String> why = new Objections(daemon).toReload();
                if (why.isPresent()) {
                    throw new Refused(409, new Failure(why.get(), List.of()));
                }
                return take(config, by);
            });
            refused = null;
            PlanReply reply = reply(done, config, told, served);
            try {
                distribute(config.global().outputs());
            } catch (IOException e) {
                throw new Refused(
                        503,
                        new Failure(
                                "all is reloaded but logging.outputs, which stay as they were: " + e.getMessage(),
                                List.of()));
            }
            return reply;
        } catch (Refused e) {
            refused = e.getMessage();
            throw e;
        } finally {
            daemon.notices.reloaded(daemon.specs().size(), refused);
            reloading.unlock();
        }
    }

    /** SIGHUP has nobody to answer: the console is told. */
    void bySignal(@Nullable Sender sender) {
        Console console = daemon.console;
        String what = "SIGHUP: reload";
        try {
            List<String> changes = reload("SIGHUP").steps().stream()
                    .filter(s -> !s.verb().equals("keep"))
                    .map(s -> s.verb() + " " + s.process())
                    .toList();
            console.say("reloaded: " + (changes.isEmpty() ? "nothing changed" : String.join(", ", changes)));
            daemon.signals.done(sender, what);
        } catch (Refused e) {
            console.warn("not reloaded: " + e.getMessage());
            e.failure().problems().forEach(console::warn);
            daemon.signals.refused(sender, what, e.status(), e.failure().error());
        } catch (RuntimeException bug) { // the next HUP is to be heard
            console.warn("a bug: not reloaded: " + bug);
            daemon.signals.refused(sender, what, BUG, "the daemon has a bug here: " + bug);
        }
    }

    private Config load() throws Refused {
        return switch (loader.load(file)) {
            case Loaded.Unsound(List<Problem> problems) ->
                throw unsound(
                        "the configuration is not sound",
                        problems.stream().map(Problem::toString).toList());
            case Loaded.Sound(Config config) -> config;
        };
    }

    private static Refused unsound(String why, List<String> problems) {
        return new Refused(422, new Failure("nothing was changed: " + why, problems));
    }

    /** On the loop's thread: what changes but the processes. */
    private Plan others(Config config) {
        return Plan.ofSchedules(daemon.timetable.specs(), config.schedules())
                .and(Plan.ofQueues(daemon.workshop.specs(), config.queues()))
                .and(Plan.ofWatched(daemon.watchers.specs(), config.watched()))
                .and(Plan.ofGuard(daemon.guard.spec(), config.guard()))
                .and(Plan.ofReports(daemon.reports.specs(), config.reports()));
    }

    /** On the loop's thread: from now on this is what the file says. @return what that changes */
    private Plan take(Config config, String by) {
        Daemon d = daemon;
        SortedMap<String, ProcessSpec> before = d.specs();
        Plan others = others(config);
        d.guard.configure(config.guard());
        d.web.configure(config.global());
        d.metrics.configure(config.global());
        d.front.admit(config.global().api().groups());
        d.desired.take(config.processes());
        d.outputs.reconfigure(d.launched(config));
        d.timetable.configure(config.schedules());
        d.workshop.configure(config.queues());
        d.watchers.own(config);
        d.watchers.configure(config.watched());
        d.enforcement.warn(d.timetable.asProcesses().values());
        d.enforcement.warn(d.workshop.asProcesses().values());
        d.alerts.configure(config.alerts());
        d.reports.configure(config.reports(), Loop.now());
        d.alertEvents.reconfigured(before, d.specs(), d.jobs(), d.outputs::file);
        d.processes.apply(new Stimulus.Reload(d.specs(), by));
        d.scales.configure(d.specs(), Loop.now().mono());
        d.enforcement.warn(d.specs().values());
        d.confinement.reconfigured(d.processes.supervision.views(), before, d.specs());
        return Plan.between(before, d.specs()).and(others);
    }

    /** @throws IOException when the outputs stay as they were */
    private void distribute(List<OutputSpec> outputs) throws IOException {
        if (!outputs.equals(distributed)) {
            List<OutputTarget> targets = Distributing.targets(outputs);
            daemon.console.distribute(targets);
            distributed = outputs;
            Set<String> names = targets.stream().map(OutputTarget::name).collect(Collectors.toSet());
            daemon.loop.soon(() -> daemon.alertEvents.distributed(names));
        }
    }

    /**
     * @param told who was told of alerts before it
     * @param served where and how often the API was answered before it
     */
    private PlanReply reply(Plan plan, Config config, @Nullable AlertSpec told, GlobalSpec served) {
        var steps = new ArrayList<PlanReply.Step>();
        GlobalSpec wanted = config.global();
        if (!wanted.outputs().equals(distributed)) {
            steps.add(change("logging.outputs"));
        }
        if (!wanted.api().equals(served.api())) {
            steps.add(change("api"));
        }
        if (!wanted.rateLimit().equals(served.rateLimit())) {
            steps.add(change("api_rate_limit"));
        }
        if (!Objects.equals(wanted.metrics(), served.metrics())) {
            steps.add(change("metrics"));
        }
        if (!Objects.equals(wanted.otlp(), served.otlp())) { // what differs may be a secret
            steps.add(change("otlp"));
        }
        if (!wanted.lasting().equals(daemon.global.lasting())) {
            steps.add(new PlanReply.Step("global", "not before the next up", List.of(), List.of()));
        }
        if (!Objects.equals(config.alerts(), told)) { // what differs may be a secret
            steps.add(new PlanReply.Step("alerts", "change", List.of(), List.of()));
        }
        for (Plan.Step s : plan.steps()) {
            steps.add(new PlanReply.Step(s.process(), s.verb().name().toLowerCase(Locale.ROOT), s.keys(), s.changes()));
        }
        return new PlanReply(steps);
    }

    private static PlanReply.Step change(String key) {
        return new PlanReply.Step("global", "change", List.of(key), List.of());
    }
}
