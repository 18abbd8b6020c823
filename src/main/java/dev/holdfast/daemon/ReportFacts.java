package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.UsageReport;
import dev.holdfast.chronicle.Past;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.linux.HostGauges;
import dev.holdfast.metric.History;
import dev.holdfast.metric.History.Metric;
import dev.holdfast.metric.History.Span;
import dev.holdfast.report.Facts;
import dev.holdfast.report.Line;
import dev.holdfast.report.Report;
import dev.holdfast.schedule.Overlaps;
import dev.holdfast.store.Attempt;
import dev.holdfast.store.Jobs;
import dev.holdfast.store.StoreException;
import dev.holdfast.supervise.ReplicaView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Gathers what a report is made of, one report at a time; on a thread that may wait. Thread-safe. */
final class ReportFacts {
    /** Of all schedules and queues together: they are in the heap at once. */
    private static final int MOST_TASKS = 50_000;

    private static final int MOST_TASKS_OF_ONE = 5_000;
    private static final Duration LONGEST_WINDOW = Duration.ofDays(8);
    private static final long PATIENCE_SECONDS = 30;

    private final Daemon daemon;
    private final String host;
    private final ReentrantLock one = new ReentrantLock();

    /** @param host its name, for people */
    ReportFacts(Daemon daemon, String host) {
        this.daemon = daemon;
        this.host = host;
    }

    /** What this host did. @throws Refused 503 when the loop does not answer */
    UsageReport report(Duration since) throws Refused {
        one.lock(); // two at once would be in the heap together
        try {
            return Report.of(gather(since));
        } finally {
            one.unlock();
        }
    }

    private List<ReplicaView> views() throws Refused {
        var future = new FutureTask<>(daemon.processes.supervision::views);
        daemon.loop.soon(future);
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(503, new Failure("interrupted", List.of()));
        } catch (TimeoutException | ExecutionException e) {
            throw new Refused(503, new Failure("the daemon's loop does not answer: " + e, List.of()));
        }
    }

    private Facts gather(Duration since) throws Refused {
        Instant until = Instant.now();
        Instant from = until.minus(since);
        ZoneId zone = ZoneId.systemDefault();
        var notes = new ArrayList<String>();
        Span span = since.compareTo(Duration.ofHours(1)) <= 0
                ? Span.HOUR
                : since.compareTo(Duration.ofDays(1)) <= 0 ? Span.DAY : Span.MONTH;
        List<ReplicaView> views = views();
        Past past = Past.read(daemon.dirs.state(), from, this::name, notes);
        var lines = new Lines(daemon.metrics.sampler(), span, from, until, notes);
        var gauges = new HostGauges(Daemon.PROC);
        List<Facts.Work> works = works(from, notes);
        Overlaps day = overlaps(works, until, zone);
        return new Facts(
                host,
                from,
                until,
                zone,
                gauges.cores(),
                gauges.memory().map(HostGauges.Memory::total).orElse(0L),
                daemon.enforcement.grouping(),
                lines.of("host", Metric.CPU),
                lines.of(History.PEAKS + "host", Metric.MEMORY),
                lines.of("host", Metric.MEMORY),
                views.stream().map(v -> replica(v, lines, past)).toList(),
                works,
                past.happenings(),
                disks(lines),
                day == null
                        ? List.of()
                        : day.pileUps().stream()
                                .map(p -> new UsageReport.Together(
                                        p.at().atZone(zone).toLocalTime().toString(), p.schedules()))
                                .toList(),
                day == null
                        ? List.of()
                        : day.proposals().stream()
                                .map(p -> new UsageReport.Moved(p.schedule(), p.now(), p.better()))
                                .toList(),
                notes);
    }

    private String name(dev.holdfast.event.ReplicaId id) {
        ProcessSpec spec = daemon.specs().get(id.process());
        return Names.of(id, spec == null ? 1 : spec.mostReplicas());
    }

    private Facts.Replica replica(ReplicaView v, Lines lines, Past past) {
        String subject = "process:" + MetricTally.name(v.id());
        ProcessSpec spec = daemon.specs().get(v.id().process());
        ResourcesSpec limits = spec == null ? ResourcesSpec.NONE : spec.resources();
        return new Facts.Replica(
                v.id().process(),
                name(v.id()),
                lines.of(subject, Metric.CPU),
                lines.of(History.PEAKS + subject, Metric.MEMORY),
                lines.of(subject, Metric.MEMORY),
                cores(limits),
                bytes(limits),
                past.starts(name(v.id())));
    }

    private static @Nullable Double cores(ResourcesSpec limits) {
        return limits.cpu() == null ? null : (Double) (limits.cpu().millicores() / 1000.0);
    }

    private static @Nullable Long bytes(ResourcesSpec limits) {
        return limits.memory() == null ? null : (Long) limits.memory().bytes();
    }

    private List<Facts.Disk> disks(Lines lines) {
        var disks = new ArrayList<Facts.Disk>();
        for (String mount : daemon.metrics.sampler().mounts()) {
            float[] sizes = lines.of(History.DISK + mount, Metric.CPU).values();
            for (int i = sizes.length - 1; i >= 0; i--) {
                if (!Float.isNaN(sizes[i])) {
                    disks.add(new Facts.Disk(mount, lines.of(History.DISK + mount, Metric.MEMORY), (long) sizes[i]));
                    break;
                }
            }
        }
        return disks;
    }

    /** What was kept of a subject, cut to the span. */
    private record Lines(Sampler sampler, Span span, Instant from, Instant until, List<String> notes) {
        Line of(String subject, Metric metric) {
            try {
                History.Line line = sampler.line(subject, metric, span, until);
                if (line == null) {
                    return Line.unknown(until, span.seconds());
                }
                int n = (int) Math.min(
                        line.values().length,
                        Math.ceilDiv(Duration.between(from, until).toSeconds(), span.seconds()));
                float[] values = Arrays.copyOfRange(line.values(), line.values().length - n, line.values().length);
                return new Line(Instant.ofEpochSecond(line.until()), span.seconds(), values);
            } catch (IOException e) {
                String note = "the history of metrics cannot be read: " + e.getMessage();
                if (!notes.contains(note)) {
                    notes.add(note);
                }
                return Line.unknown(until, span.seconds());
            }
        }
    }

    // ── schedules and queues ──

    private List<Facts.Work> works(Instant from, List<String> notes) {
        var works = new ArrayList<Facts.Work>();
        Map<String, ScheduleSpec> schedules = daemon.timetable.specs();
        var queues = daemon.workshop.specs();
        int most = Math.clamp(MOST_TASKS / Math.max(1, schedules.size() + queues.size()), 1, MOST_TASKS_OF_ONE);
        try {
            for (ScheduleSpec s : schedules.values()) {
                works.add(schedule(s, daemon.timetable.history().since(s.name(), from, most), most, notes));
            }
        } catch (StoreException e) {
            notes.add("what schedules did cannot be read: " + e.getMessage());
        }
        try {
            if (!queues.isEmpty()) {
                var waiting = waiting(List.copyOf(queues.keySet()), from);
                for (var q : queues.values()) {
                    List<Jobs.Used> found = get(daemon.workshop.jobs().used(q.name(), from, most + 1));
                    List<Jobs.Used> used = found.subList(0, Math.min(most, found.size()));
                    cut(found.size() - 1, most, "queue " + q.name(), notes);
                    works.add(new Facts.Work(
                            Facts.Kind.QUEUE,
                            q.name(),
                            cores(q.resources()),
                            bytes(q.resources()),
                            q.timeout(),
                            used.stream().map(ReportFacts::task).toList(),
                            0,
                            0,
                            waiting.getOrDefault(q.name(), 0L)));
                }
            }
        } catch (IOException e) {
            notes.add("what became of jobs cannot be read: " + e.getMessage());
        }
        return works;
    }

    private static void cut(int n, int most, String what, List<String> notes) {
        if (n >= most) {
            notes.add("of " + what + " only the latest " + most + " attempts count");
        }
    }

    private static Facts.Work schedule(ScheduleSpec s, List<Attempt> attempts, int most, List<String> notes) {
        cut(attempts.size(), most, "schedule " + s.name(), notes);
        var tasks = new ArrayList<Facts.Task>();
        int skipped = 0;
        int missed = 0;
        for (Attempt a : attempts) {
            Instant began = a.started();
            Instant ended = a.ended();
            switch (a.result()) {
                case "skipped" -> skipped += a.times();
                case "missed" -> missed += a.times();
                default -> {
                    if (began != null && ended != null) {
                        tasks.add(new Facts.Task(
                                began,
                                ended,
                                failure(a),
                                failure(a).isEmpty() ? "" : a.detail(),
                                a.ending().cpuSeconds(),
                                a.ending().peakBytes()));
                    }
                }
            }
        }
        return new Facts.Work(
                Facts.Kind.SCHEDULE,
                s.name(),
                cores(s.resources()),
                bytes(s.resources()),
                s.timeout(),
                tasks,
                skipped,
                missed,
                0);
    }

    /** One that somebody stopped, or that the next replaced, has not failed. */
    private static String failure(Attempt a) {
        return switch (a.result()) {
            case "success", "stopped" -> "";
            default -> a.resultClass();
        };
    }

    private static Facts.Task task(Jobs.Used u) {
        return new Facts.Task(
                u.started(),
                u.ended(),
                Objects.requireNonNullElse(u.failure(), ""),
                u.failure() == null ? "" : u.detail(),
                u.cpuSeconds(),
                u.peakBytes());
    }

    private Map<String, Long> waiting(List<String> names, Instant from) throws IOException {
        Duration window = Duration.between(from, Instant.now());
        var waiting = new TreeMap<String, Long>();
        get(daemon.workshop.jobs().health(names, window.compareTo(LONGEST_WINDOW) > 0 ? LONGEST_WINDOW : window))
                .forEach(h -> waiting.put(h.queue(), h.waiting()));
        return waiting;
    }

    private static <T> T get(CompletableFuture<T> asked) throws IOException {
        try {
            return asked.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + PATIENCE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }

    private @Nullable Overlaps overlaps(List<Facts.Work> works, Instant now, ZoneId zone) {
        if (daemon.timetable.specs().isEmpty()) {
            return null;
        }
        var known = new TreeMap<String, Overlaps.Load>();
        works.stream()
                .filter(w -> w.kind() == Facts.Kind.SCHEDULE && !w.tasks().isEmpty())
                .forEach(w -> known.put(w.name(), load(w.tasks())));
        return Overlaps.of(daemon.timetable.specs(), known, now, zone);
    }

    private static Overlaps.Load load(List<Facts.Task> tasks) {
        double millis = tasks.stream()
                .mapToLong(t -> Duration.between(t.began(), t.ended()).toMillis())
                .average()
                .orElse(0);
        double cpu = tasks.stream()
                .map(Facts.Task::cpuSeconds)
                .filter(Objects::nonNull)
                .mapToDouble(c -> c)
                .average()
                .orElse(0);
        long peak = tasks.stream()
                .map(Facts.Task::peakBytes)
                .filter(Objects::nonNull)
                .mapToLong(n -> n)
                .max()
                .orElse(0);
        return new Overlaps.Load(Duration.ofMillis(Math.max(0, (long) millis)), cpu, peak);
    }
}
