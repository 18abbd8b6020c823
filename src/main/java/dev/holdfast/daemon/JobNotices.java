package dev.holdfast.daemon;

import dev.holdfast.api.Client;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.ScheduleSpec.NoticeSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.job.JobState;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells of jobs' ends whom their queues name, at least once each: what could not be told is told again, for three days. The
 * loop's thread's own.
 */
final class JobNotices {
    /** Purpose of instances. */
    static final String NOTICE = "JOB_NOTICE";

    private static final int AT_ONCE = 16;
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LOOKED = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    /** With the pauses between them, some three days. */
    private static final int MOST_TRIES = 80;

    private final Jobs jobs;
    private final Supplier<SortedMap<String, QueueSpec>> specs;
    private final KernelLauncher launcher;
    private final Confinement confinement;
    private final Launches launches;
    private final Supplier<InstanceId> ids;
    private final Consumer<Runnable> soon;
    private final Console console;
    /** Commands that run, and what they tell of; null: of an earlier daemon, which will tell again. */
    private final Map<InstanceId, Told> commands = new HashMap<>();

    /** Whose webhook has been told and whose command has not: only that is tried again. */
    private final Set<Long> posted = new HashSet<>();

    private MonoTime next = MonoTime.NEVER;
    private int underway;
    private boolean looking;
    private boolean closed;

    private record Told(
            Jobs.@Nullable Notice notice,
            MonoTime killAt,
            @Nullable String trouble) {}

    JobNotices(
            Jobs jobs,
            Supplier<SortedMap<String, QueueSpec>> specs,
            KernelLauncher launcher,
            Confinement confinement,
            Launches launches,
            Supplier<InstanceId> ids,
            Consumer<Runnable> soon,
            Console console) {
        this.jobs = jobs;
        this.specs = specs;
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.ids = ids;
        this.soon = soon;
        this.console = console;
    }

    /** There may be something to tell. */
    void look() {
        if (looking || closed || underway >= AT_ONCE) {
            return;
        }
        looking = true;
        next = Loop.now().mono().plus(LOOKED);
        var _ = jobs.notices(AT_ONCE - underway, LEASE)
                .whenComplete((found, failure) -> soon.accept(() -> {
                    looking = false;
                    if (failure == null && !closed) {
                        found.forEach(this::tell);
                    }
                }));
    }

    private void tell(Jobs.Notice notice) {
        underway++;
        QueueSpec spec = specs.get().get(notice.job().queue());
        NoticeSpec to =
                spec == null ? null : notice.job().state() == JobState.SUCCEEDED ? spec.onSuccess() : spec.onFailure();
        if (spec == null) { // another host may know it, or this one again after a reload
            underway--;
            var _ = jobs.noticed(
                    notice.id(), notice.tries() + 1 < MOST_TRIES ? Instant.now().plus(LONGEST_PAUSE) : null);
            return;
        }
        if (to == null) {
            told(notice, null); // nobody is named any more
            return;
        }
        URI webhook = to.webhook();
        CommandSpec command = to.command();
        if (command != null && (webhook == null || posted.contains(notice.id()))) {
            command(notice, spec, command);
            return;
        }
        try {
            Threads.start(Thread.ofVirtual().name("notice").unstarted(() -> {
                String trouble = post(Objects.requireNonNull(webhook), notice.job());
                soon.accept(() -> {
                    if (trouble == null && command != null && closed) {
                        underway--; // the next daemon tells it all again
                    } else if (trouble == null && command != null) {
                        posted.add(notice.id());
                        command(notice, spec, command);
                    } else {
                        told(notice, trouble);
                    }
                });
            }));
        } catch (IOException noThread) {
            told(notice, String.valueOf(noThread.getMessage()));
        }
    }

    private static @Nullable String post(URI webhook, Jobs.Seen job) {
        try {
            Outbound.send(webhook, Client.write(data(job)));
            return null;
        } catch (IOException | RuntimeException e) {
            return webhook.getHost() + ": " + e.getMessage();
        }
    }

    private static Map<String, Object> data(Jobs.Seen job) {
        var data = new LinkedHashMap<String, Object>();
        data.put("job", job.id());
        data.put("queue", job.queue());
        data.put("state", job.state().written());
        data.put("payload", job.payload());
        data.put("attempts", job.attempt());
        data.put("class", job.failure() == null ? "" : job.failure());
        data.put("detail", job.detail());
        data.put("submitted", job.submitted().toString());
        data.put("ended", job.ended() == null ? "" : job.ended().toString());
        return data;
    }

    private void command(Jobs.Notice notice, QueueSpec spec, CommandSpec command) {
        InstanceId id = ids.get();
        commands.put(id, new Told(notice, Loop.now().mono().plus(COMMAND_TIMEOUT), null));
        Jobs.Seen job = notice.job();
        var variables = new HashMap<String, String>();
        job.payload()
                .forEach((name, value) -> variables.put("HOLDFAST_PAYLOAD_" + name.toUpperCase(Locale.ROOT), value));
        variables.put("HOLDFAST_JOB", job.id());
        variables.put("HOLDFAST_QUEUE", job.queue());
        variables.put("HOLDFAST_STATE", job.state().written());
        variables.put("HOLDFAST_ATTEMPT", Integer.toString(job.attempt()));
        variables.put("HOLDFAST_CLASS", job.failure() == null ? "" : job.failure());
        variables.put("HOLDFAST_DETAIL", job.detail());
        ProcessSpec process = spec.asProcess();
        confinement.launch(launches.scheduled(id, process, NOTICE, command, Map.of(), variables), process);
    }

    private void told(Jobs.Notice notice, @Nullable String trouble) {
        underway--;
        Instant again = null;
        if (trouble != null && notice.tries() + 1 < MOST_TRIES) {
            Duration pause = Duration.ofSeconds(10L << Math.min(notice.tries(), 12));
            again = Instant.now().plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
        } else {
            posted.remove(notice.id());
        }
        if (trouble != null) {
            console.warn("the end of job " + notice.job().id() + " could not be told (" + trouble + ")"
                    + (again == null ? ", and is not told any more" : "; it is told again"));
        }
        var _ = jobs.noticed(notice.id(), again);
        if (trouble == null) {
            look();
        }
    }

    // ── commands ──

    boolean owns(InstanceId id) {
        return commands.containsKey(id);
    }

    /** A command of an earlier daemon, which did not hear its end: it is told again. */
    void unwanted(InstanceId id) {
        commands.put(id, new Told(null, MonoTime.NEVER, null));
        launcher.kill(id);
    }

    void happened(ProcessEvent event) {
        Told t = commands.get(event.id());
        if (t == null) {
            return;
        }
        switch (event) {
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> gone(id, t, why);
            case ProcessEvent.Exited(InstanceId id, var outcome, var _) -> {
                String trouble = outcome instanceof Outcome.Exited(int code)
                        ? code == 0 ? null : "its command exited with " + code
                        : "its command was ended";
                commands.put(id, new Told(t.notice(), MonoTime.NEVER, trouble));
                launcher.kill(id);
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> gone(id, t, t.trouble());
        }
    }

    private void gone(InstanceId id, Told t, @Nullable String trouble) {
        commands.remove(id);
        if (t.notice() != null) {
            told(t.notice(), trouble);
        }
    }

    MonoTime deadline() {
        return commands.values().stream().map(Told::killAt).reduce(closed ? MonoTime.NEVER : next, MonoTime::earliest);
    }

    void tick(MonoTime now) {
        if (!now.isBefore(next)) {
            next = now.plus(LOOKED);
            look();
        }
        for (Map.Entry<InstanceId, Told> e : commands.entrySet()) {
            if (!now.isBefore(e.getValue().killAt())) {
                e.setValue(new Told(e.getValue().notice(), MonoTime.NEVER, "its command took too long"));
                launcher.kill(e.getKey());
            }
        }
    }

    /** Nothing more is told: the next daemon does. */
    void close() {
        closed = true;
        commands.keySet().forEach(launcher::kill);
    }

    boolean quiet() {
        return commands.isEmpty();
    }
}
