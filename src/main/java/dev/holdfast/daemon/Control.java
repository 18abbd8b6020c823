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
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.Written;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.loop.Loop;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Answers what the API asks; everything that touches state is done on the loop's thread. */
final class Control implements ControlPort {
    private static final Duration LONGEST_AUDIT = Duration.ofSeconds(40);

    private final Daemon daemon;
    private final OnLoop onLoop;
    private final ProcessControl processes;
    private final JobControl jobs;
    private final Reports reports;
    private final Reload reload;

    /** @param file the configuration that was started with */
    Control(Daemon daemon, Reload reload, Path file) {
        this.daemon = daemon;
        this.reload = reload;
        this.onLoop = new OnLoop(daemon.loop);
        this.processes = new ProcessControl(daemon, onLoop);
        this.jobs = new JobControl(daemon, onLoop);
        this.reports = new Reports(daemon, Holdfast.VERSION, file);
    }

    @Override
    public Status status(List<String> names) throws Refused {
        Known.Named wanted = new Known(daemon).any(names);
        List<Status.Schedule> schedules = wanted.schedules().isEmpty()
                ? List.of()
                : new ScheduleReports(daemon)
                        .status(onLoop.call(() -> daemon.timetable.schedules().views()), wanted.schedules());
        List<Status.Queue> queues = wanted.queues().isEmpty()
                ? List.of()
                : onLoop.call(() -> daemon.workshop.queues().views()).stream()
                        .filter(v -> wanted.queues().contains(v.name()))
                        .map(v -> JobReports.of(v, daemon.outputs.file(new ReplicaId(v.name(), 0))))
                        .toList();
        return reports.status(
                onLoop.call(() -> daemon.processes.supervision.views()),
                wanted.processes(),
                schedules,
                queues,
                onLoop.call(() -> daemon.scales.views(wanted.processes())));
    }

    @Override
    public Done act(Verb verb, Request request, String by) throws Refused {
        ProcessControl.Acted done = processes.act(verb, request, by);
        return new Done(done.settled(), status(List.copyOf(done.names())), done.notes());
    }

    @Override
    public PlanReply plan() throws Refused {
        return reload.plan();
    }

    @Override
    public PlanReply reload(String by) throws Refused {
        return reload.reload(by);
    }

    @Override
    public Why why(String name, int ends, int lines) throws Refused {
        var known = new Known(daemon);
        if (known.isSchedule(name)) {
            ScheduleView view =
                    onLoop.call(() -> daemon.timetable.schedules().view(name).orElseThrow());
            try {
                return new ScheduleReports(daemon).why(view, ends, lines);
            } catch (StoreException e) {
                throw refused(500, "the history cannot be read: " + e.getMessage());
            }
        }
        known.toRead(name);
        return reports.why(
                onLoop.call(() -> daemon.processes.supervision.views()),
                name,
                onLoop.call(() -> daemon.scales.views(Set.of(name))),
                ends,
                lines);
    }

    @Override
    public CronPort cron() {
        return new CronControl(daemon, onLoop);
    }

    @Override
    public HealthReport health() throws Refused {
        Status status = status(List.of());
        var health = new HealthReports();
        List<String> doing = onLoop.call(() -> daemon.watchers.into(health));
        daemon.guard.into(health);
        health.processes(status.replicas()).schedules(status.schedules());
        if (!daemon.workshop.specs().isEmpty()) {
            try {
                health.queues(jobs.queues().queues());
            } catch (Refused e) {
                health.unknown("queue", String.valueOf(e.getMessage()));
            }
        }
        return health.report(doing);
    }

    @Override
    public HistoryReport history(String of, String metric, String span) throws Refused {
        return daemon.metrics.history(of, metric, span);
    }

    @Override
    public UsageReport report(Duration since) throws Refused {
        return daemon.reporting.report(since);
    }

    @Override
    public CleanPort cleanups() {
        return new CleanControl(daemon.watchers, onLoop);
    }

    @Override
    public JobsPort jobs() {
        return jobs;
    }

    @Override
    public AlertsPort alerts() throws Refused {
        Alerting alerting = daemon.alerts.alerting();
        AlertSpec spec = daemon.alerts.spec();
        if (alerting == null || spec == null) {
            throw refused(409, "nobody is told of alerts: the configuration has no alerts");
        }
        return new AlertControl(alerting, spec);
    }

    @Override
    public TokensPort tokens() {
        return daemon.web.tokens();
    }

    @Override
    public Doctor doctor() {
        var findings = new ArrayList<>(daemon.findings());
        try {
            findings.addAll(onLoop.call(daemon.watchers::findings));
        } catch (Refused busy) {
            findings.add(HostFindings.weaker("loop", String.valueOf(busy.getMessage())));
        }
        return new Doctor(List.copyOf(findings));
    }

    @Override
    public void reopenLogs(String by) throws Refused {
        var done = new CountDownLatch(1);
        daemon.loop.soon(() -> daemon.reopenLogs(by, done::countDown));
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
        return daemon.records;
    }

    @Override
    public GuardReport guard() throws Refused {
        GuardPost post = daemon.guard;
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
        Audits audits = daemon.watchers.audits();
        if (audits == null) {
            throw refused(409, "this host is not audited: the configuration has no audit: section");
        }
        return audits;
    }

    @Override
    public FindingList auditNow() throws Refused {
        Audits audits = audits();
        Future<FindingList> asked = onLoop.call(() -> audits.now(Loop.now()));
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
        new Known(daemon).processes(List.of(name), false);
        String process = ReplicaId.parse(name).map(ReplicaId::process).orElse(name);
        ProcessSpec spec = daemon.specs().get(process);
        if (spec == null) {
            throw refused(404, "\"" + name + "\" is no process here any more");
        }
        return new ProcessConfiguration(process, Written.yaml(spec));
    }

    @Override
    public void down(String by) {
        daemon.loop.soon(() -> daemon.life.shutDown(by));
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }
}
