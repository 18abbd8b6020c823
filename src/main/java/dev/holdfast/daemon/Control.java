package dev.holdfast.daemon;

import dev.holdfast.api.AlertsPort;
import dev.holdfast.api.CleanPort;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.CronPort;
import dev.holdfast.api.Doctor;
import dev.holdfast.api.Done;
import dev.holdfast.api.Failure;
import dev.holdfast.api.FindingList;
import dev.holdfast.api.GuardReport;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.api.JobsPort;
import dev.holdfast.api.PlanReply;
import dev.holdfast.api.ProcessConfiguration;
import dev.holdfast.api.RecordsPort;
import dev.holdfast.api.Request;
import dev.holdfast.api.Status;
import dev.holdfast.api.TokensPort;
import dev.holdfast.api.UsageReport;
import dev.holdfast.api.Why;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.Plan;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.Written;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.store.StoreException;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Answers what the API asks; everything that touches state is done on the loop's thread. */
final class Control implements ControlPort {
    private static final int MOST_REPLICAS = 1000;
    private static final Duration LONGEST_AUDIT = Duration.ofSeconds(40);

    private final Path file;
    private final ConfigLoader loader;
    private final Launches launches;
    private final CompletableFuture<Daemon> running = new CompletableFuture<>();
    private final CompletableFuture<Reports> reports = new CompletableFuture<>();
    private final CompletableFuture<RecordsPort> records = new CompletableFuture<>();
    private final CompletableFuture<JobsPort> jobs = new CompletableFuture<>();

    private final ReentrantLock reloading = new ReentrantLock();

    /** @param file the configuration that was started with */
    Control(Path file, ConfigLoader loader, Launches launches) {
        this.file = file;
        this.loader = loader;
        this.launches = launches;
    }

    void speakFor(Daemon daemon, String version) {
        reports.complete(new Reports(daemon, version, file));
        records.complete(daemon.records);
        jobs.complete(new JobControl(daemon, this::onLoop));
        running.complete(daemon);
    }

    @Override
    public Status status(List<String> names) throws Refused {
        Daemon d = running.join();
        Known.Named wanted = new Known(d).any(names);
        List<Status.Schedule> schedules = wanted.schedules().isEmpty()
                ? List.of()
                : new ScheduleReports(d)
                        .status(onLoop(() -> d.timetable.schedules().views()), wanted.schedules());
        List<Status.Queue> queues = wanted.queues().isEmpty()
                ? List.of()
                : onLoop(() -> d.workshop.queues().views()).stream()
                        .filter(v -> wanted.queues().contains(v.name()))
                        .map(v -> JobReports.of(v, d.outputs.file(new ReplicaId(v.name(), 0))))
                        .toList();
        return reports.join()
                .status(
                        onLoop(() -> d.supervision.views()),
                        wanted.processes(),
                        schedules,
                        queues,
                        onLoop(() -> d.scales.views(wanted.processes())));
    }

    @Override
    public Done act(Verb verb, Request request, String by) throws Refused {
        Daemon d = running.join();
        Set<String> names = new Known(d).processes(request.names(), verb != Verb.SCALE && verb != Verb.SIGNAL);
        boolean named = !request.names().isEmpty();
        Set<String> awaited = names;
        if (verb == Verb.SCALE) {
            awaited = scale(names, request, by, d);
        } else {
            Stimulus stimulus = stimulus(verb, names, request, by);
            onLoop(() -> {
                object(new Objections(d).to(verb, names, named));
                switch (verb) {
                    case STOP -> {
                        if (!d.supervision.shuttingDown()) { // after which the file alone counts
                            d.intents.stopped(names);
                        }
                    }
                    case START, RESTART -> startNeeded(names, by, d);
                    case SIGNAL, SCALE -> {}
                }
                d.apply(stimulus);
                return true;
            });
        }
        boolean settled = verb == Verb.SIGNAL || !request.await() || await(d, awaited, request.timeoutMillis());
        List<String> notes = verb == Verb.STOP || verb == Verb.RESTART
                ? onLoop(() -> new Objections(d).goesOnWithout(names, verb == Verb.RESTART))
                : verb == Verb.SCALE ? onLoop(() -> new Objections(d).goesOnFrom(names)) : List.of();
        return new Done(settled, status(List.copyOf(names)), notes);
    }

    /** What they depend on is started with them, unless it was given up. */
    private static void startNeeded(Set<String> names, String by, Daemon d) {
        Set<String> needed = d.supervision.neededBy(names);
        var all = new TreeSet<>(names);
        all.addAll(needed);
        d.intents.started(all);
        if (!needed.isEmpty()) {
            d.apply(new Stimulus.Start(needed, by));
        }
    }

    private static void object(Optional<String> why) throws Refused {
        if (why.isPresent()) {
            throw refused(409, why.get());
        }
    }

    private static Stimulus stimulus(Verb verb, Set<String> names, Request request, String by) throws Refused {
        return switch (verb) {
            case START -> new Stimulus.Start(names, by);
            case STOP -> new Stimulus.Stop(names, by);
            case RESTART -> new Stimulus.Restart(names, by);
            case SIGNAL -> {
                String text = request.signal();
                Signal signal = text == null ? null : Signal.parse(text).orElse(null);
                if (signal == null) {
                    throw refused(400, "\"" + text + "\" is no signal; it is a name such as HUP or USR1");
                }
                yield new Stimulus.SendSignal(names, signal, by);
            }
            case SCALE -> throw new IllegalStateException("told apart above");
        };
    }

    /** @return replicas that come or go: those that stay are not waited for */
    private Set<String> scale(Set<String> names, Request request, String by, Daemon d) throws Refused {
        Integer n = request.replicas();
        if (n == null
                || n < 0
                || n > MOST_REPLICAS
                || names.size() != 1
                || ReplicaId.parse(names.iterator().next()).isPresent()) {
            throw refused(400, "scale takes one process and a number of 0 to " + MOST_REPLICAS);
        }
        String name = names.iterator().next();
        return onLoop(() -> {
            object(new Objections(d).to(Verb.SCALE, names, true));
            ProcessSpec before = d.specs().get(name);
            Long hold = request.holdSeconds();
            object(before == null ? Optional.empty() : Objections.toNumber(before, n, hold));
            MonoTime until = hold == null ? null : Loop.now().mono().plus(Duration.ofSeconds(hold));
            if (before == null || !d.scale(name, n, until, by)) {
                throw refused(404, "\"" + name + "\" is no process here any more");
            }
            int was = before.replicas();
            return was == n
                    ? names
                    : IntStream.range(Math.min(was, n), Math.max(was, n))
                            .mapToObj(i -> new ReplicaId(name, i).toString())
                            .collect(Collectors.toSet());
        });
    }

    private boolean await(Daemon d, Set<String> names, long timeoutMillis) throws Refused {
        var settled = new CompletableFuture<Boolean>();
        onLoop(() -> {
            d.waiters.add(names, () -> settled.complete(true));
            return true;
        });
        try {
            return timeoutMillis <= 0 ? settled.get() : settled.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public PlanReply plan() throws Refused {
        Config config = load();
        Daemon d = running.join();
        Plan others = Plan.ofSchedules(d.timetable.specs(), config.schedules())
                .and(Plan.ofQueues(d.workshop.specs(), config.queues()))
                .and(onLoop(() -> Plan.ofWatched(d.watchers.specs(), config.watched())))
                .and(onLoop(() -> Plan.ofGuard(d.guard.spec(), config.guard())))
                .and(onLoop(() -> Plan.ofReports(d.reports.specs(), config.reports())));
        return reply(
                Plan.between(d.specs(), asConfigured(config)).and(others), config, d.alerts.spec(), d.web.configured());
    }

    @Override
    public PlanReply reload(String by) throws Refused {
        Daemon d = running.join();
        reloading.lock(); // else one that read an older file could be the last to take effect
        d.notices.reloading(Loop.now().mono());
        @Nullable String refused = "it was not completed";
        try {
            Config config = load();
            List<String> problems = launches.resolve(config);
            if (!problems.isEmpty()) {
                throw new Refused(
                        422, new Failure("nothing was changed: the configuration cannot be used here", problems));
            }
            AlertSpec told = d.alerts.spec();
            GlobalSpec served = d.web.configured();
            Plan done = onLoop(() -> {
                object(new Objections(d).toReload());
                return d.configure(config, by);
            });
            refused = null;
            PlanReply reply = reply(done, config, told, served);
            try {
                d.distribute(config.global().outputs());
            } catch (IOException e) {
                throw refused(503, "all is reloaded but logging.outputs, which stay as they were: " + e.getMessage());
            }
            return reply;
        } catch (Refused e) {
            refused = e.getMessage();
            throw e;
        } finally {
            d.notices.reloaded(d.specs().size(), refused);
            reloading.unlock();
        }
    }

    private SortedMap<String, ProcessSpec> asConfigured(Config config) throws Refused {
        Daemon d = running.join();
        return onLoop(() -> d.wouldBe(config.processes()));
    }

    /** SIGHUP has nobody to answer: the console is told. */
    void reloadBySignal() {
        Console console = running.join().console;
        try {
            List<String> changes = reload("SIGHUP").steps().stream()
                    .filter(s -> !s.verb().equals("keep"))
                    .map(s -> s.verb() + " " + s.process())
                    .toList();
            console.say("reloaded: " + (changes.isEmpty() ? "nothing changed" : String.join(", ", changes)));
        } catch (Refused e) {
            console.warn("not reloaded: " + e.getMessage());
            e.failure().problems().forEach(console::warn);
        }
    }

    private Config load() throws Refused {
        return switch (loader.load(file)) {
            case Loaded.Unsound(List<Problem> problems) -> throw unsound(problems);
            case Loaded.Sound(Config config) -> config;
        };
    }

    private static Refused unsound(List<Problem> problems) {
        return new Refused(
                422,
                new Failure(
                        "nothing was changed: the configuration is not sound",
                        problems.stream().map(Problem::toString).toList()));
    }

    /**
     * @param told who was told of alerts before it
     * @param served where and how often the API was answered before it
     */
    private PlanReply reply(Plan plan, Config config, @Nullable AlertSpec told, GlobalSpec served) {
        var steps = new ArrayList<PlanReply.Step>();
        Daemon d = running.join();
        GlobalSpec wanted = config.global();
        if (!wanted.outputs().equals(d.distributed())) {
            steps.add(new PlanReply.Step("global", "change", List.of("logging.outputs"), List.of()));
        }
        if (!wanted.api().equals(served.api())) {
            steps.add(new PlanReply.Step("global", "change", List.of("api"), List.of()));
        }
        if (!wanted.rateLimit().equals(served.rateLimit())) {
            steps.add(new PlanReply.Step("global", "change", List.of("api_rate_limit"), List.of()));
        }
        if (!Objects.equals(wanted.metrics(), served.metrics())) {
            steps.add(new PlanReply.Step("global", "change", List.of("metrics"), List.of()));
        }
        if (!Objects.equals(wanted.otlp(), served.otlp())) { // what differs may be a secret
            steps.add(new PlanReply.Step("global", "change", List.of("otlp"), List.of()));
        }
        if (!wanted.lasting().equals(d.global.lasting())) {
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

    @Override
    public Why why(String name, int ends, int lines) throws Refused {
        Daemon d = running.join();
        var known = new Known(d);
        if (known.isSchedule(name)) {
            ScheduleView view = onLoop(() -> d.timetable.schedules().view(name).orElseThrow());
            try {
                return new ScheduleReports(d).why(view, ends, lines);
            } catch (StoreException e) {
                throw refused(500, "the history cannot be read: " + e.getMessage());
            }
        }
        known.toRead(name);
        return reports.join()
                .why(
                        onLoop(() -> d.supervision.views()),
                        name,
                        onLoop(() -> d.scales.views(Set.of(name))),
                        ends,
                        lines);
    }

    @Override
    public CronPort cron() {
        return new CronControl(running.join(), this::onLoop);
    }

    @Override
    public HealthReport health() throws Refused {
        Daemon d = running.join();
        Status status = status(List.of());
        var health = new HealthReports();
        List<String> doing = onLoop(() -> d.watchers.into(health));
        d.guard.into(health);
        health.processes(status.replicas()).schedules(status.schedules());
        if (!d.workshop.specs().isEmpty()) {
            try {
                health.queues(jobs.join().queues().queues());
            } catch (Refused e) {
                health.unknown("queue", String.valueOf(e.getMessage()));
            }
        }
        return health.report(doing);
    }

    @Override
    public HistoryReport history(String of, String metric, String span) throws Refused {
        return running.join().metrics.history(of, metric, span);
    }

    @Override
    public UsageReport report(Duration since) throws Refused {
        return running.join().reporting.report(since);
    }

    @Override
    public CleanPort cleanups() {
        return new CleanControl(running.join().watchers, this::onLoop);
    }

    @Override
    public JobsPort jobs() {
        return jobs.join();
    }

    @Override
    public AlertsPort alerts() throws Refused {
        Daemon d = running.join();
        Alerting alerting = d.alerts.alerting();
        AlertSpec spec = d.alerts.spec();
        if (alerting == null || spec == null) {
            throw refused(409, "nobody is told of alerts: the configuration has no alerts");
        }
        return new AlertControl(alerting, spec);
    }

    @Override
    public TokensPort tokens() {
        return running.join().web.tokens();
    }

    @Override
    public Doctor doctor() {
        Daemon d = running.join();
        var findings = new ArrayList<>(d.findings());
        try {
            findings.addAll(onLoop(d.watchers::findings));
        } catch (Refused busy) {
            findings.add(HostFindings.weaker("loop", String.valueOf(busy.getMessage())));
        }
        return new Doctor(List.copyOf(findings));
    }

    @Override
    public void reopenLogs(String by) throws Refused {
        Daemon d = running.join();
        var done = new CountDownLatch(1);
        d.loop.soon(() -> d.reopenLogs(by, done::countDown));
        try {
            if (!done.await(30, TimeUnit.SECONDS)) {
                throw refused(503, "an output holds up the log files; they are opened anew when it goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(503, "interrupted");
        }
    }

    @Override
    public RecordsPort records() {
        return records.join();
    }

    @Override
    public GuardReport guard() throws Refused {
        GuardPost post = running.join().guard;
        if (!post.stands()) {
            throw refused(409, "there is no guard: the configuration has none");
        }
        return post.report().orElseThrow(() -> new Refused(503, Failure.later("the guard is too busy to tell", 5)));
    }

    @Override
    public FindingList findings() throws Refused {
        FindingList last = audits().last();
        if (last == null) {
            throw new Refused(503, Failure.later("the first audit has not ended yet", 2));
        }
        return last;
    }

    private Audits audits() throws Refused {
        Audits audits = running.join().watchers.audits();
        if (audits == null) {
            throw refused(409, "this host is not audited: the configuration has no audit: section");
        }
        return audits;
    }

    @Override
    public FindingList auditNow() throws Refused {
        Audits audits = audits();
        Future<FindingList> asked = onLoop(() -> audits.now(Loop.now()));
        try {
            return asked.get(LONGEST_AUDIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(503, "interrupted");
        } catch (TimeoutException e) {
            throw new Refused(503, Failure.later("the audit is not over yet; the findings will be its", 10));
        } catch (ExecutionException | CancellationException e) {
            throw refused(503, "the audit came to nothing: " + (e.getCause() == null ? e : e.getCause()).getMessage());
        }
    }

    @Override
    public ProcessConfiguration configuration(String name) throws Refused {
        Daemon d = running.join();
        new Known(d).processes(List.of(name), false);
        String process = ReplicaId.parse(name).map(ReplicaId::process).orElse(name);
        ProcessSpec spec = d.specs().get(process);
        if (spec == null) {
            throw refused(404, "\"" + name + "\" is no process here any more");
        }
        return new ProcessConfiguration(process, Written.yaml(spec));
    }

    @Override
    public void down(String by) {
        Daemon d = running.join();
        d.loop.soon(() -> d.shutDown(by));
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }

    private <T> T onLoop(Callable<T> task) throws Refused {
        var future = new FutureTask<>(task);
        running.join().loop.soon(future);
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(503, "interrupted");
        } catch (TimeoutException e) {
            throw refused(503, "the daemon's loop did not answer within 30 s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
