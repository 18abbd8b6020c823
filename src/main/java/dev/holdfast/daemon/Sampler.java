package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.HostGauges;
import dev.holdfast.linux.Threads;
import dev.holdfast.metric.History;
import dev.holdfast.metric.History.Metric;
import dev.holdfast.metric.History.Span;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measures every five seconds, on a thread of its own, for the history; and tells it. */
final class Sampler implements AutoCloseable {
    private static final long STEP_MILLIS = 1000L * Span.HOUR.seconds();
    private static final long LAST_WAIT_MILLIS = 1000;
    private static final double NANOS = 1e9;
    private static final String PROCESS = "process:";
    private static final String HOST = "host";
    /** Of so many, since each is a subject more; the host is one. */
    private static final int MOST_PEAKS = 1_001;

    private final Daemon daemon;
    private final History history;
    private final ProcessFigures processes;
    private final Supplier<@Nullable List<ReplicaView>> views;
    private final HostGauges gauges = new HostGauges(Daemon.PROC);
    private final Runnable beat;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private final Map<String, Seen> before = new HashMap<>();
    private @Nullable Seen hostBefore;
    private final DiskLook disks = new DiskLook(Daemon.PROC);
    private boolean told;
    private @Nullable MonoTime tellsFrom;

    private record Seen(String life, double cpuSeconds, long nanos) {}

    /**
     * @param views of all replicas, waited for; null: the loop does not answer
     * @param beat done at the begin, and before each sample
     */
    Sampler(
            Daemon daemon,
            History history,
            ProcessFigures processes,
            Supplier<@Nullable List<ReplicaView>> views,
            Runnable beat) {
        this.daemon = daemon;
        this.history = history;
        this.processes = processes;
        this.views = views;
        this.beat = beat;
        this.thread = Thread.ofPlatform().name("holdfast-history").daemon().unstarted(this::run);
    }

    void begin() {
        try {
            Threads.start(thread);
        } catch (IOException noThread) {
            daemon.console.warn("no history of metrics is kept: " + noThread.getMessage());
        }
    }

    private void run() {
        try {
            beat.run();
            while (!over.await(
                    STEP_MILLIS - Math.floorMod(Instant.now().toEpochMilli(), STEP_MILLIS), TimeUnit.MILLISECONDS)) {
                try {
                    beat.run();
                    sample();
                    told = false;
                } catch (Errno | RuntimeException e) {
                    if (!told) {
                        told = true;
                        daemon.console.warn("metrics cannot be sampled for the history: " + e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample() throws Errno {
        List<ReplicaView> replicas = views.get();
        if (replicas == null) {
            return;
        }
        var values = new LinkedHashMap<String, float[]>(); // where room is short, what comes first has it
        long nanos = System.nanoTime();
        float restarts = 0;
        values.put(HOST, new float[0]); // the first
        var uses = new HashMap<ReplicaId, ScaleDesk.Use>();
        for (ProcessFigures.Used u : processes.look(replicas, false).replicas()) {
            restarts += u.view().restarts();
            float[] of = measured(u, nanos);
            values.put(PROCESS + MetricTally.name(u.view().id()), of);
            InstanceId instance = u.view().instance();
            if (instance != null) {
                uses.put(u.view().id(), new ScaleDesk.Use(instance, of[Metric.CPU.place()], u.takenBytes()));
            }
        }
        before.keySet().retainAll(values.keySet());
        tell(uses, nanos);
        values.put(HOST, host(restarts, nanos));
        values.putAll(disks.used());
        List.copyOf(values.entrySet()).stream()
                .filter(e -> !e.getKey().startsWith(History.DISK))
                .limit(MOST_PEAKS)
                .forEach(e -> values.put(History.PEAKS + e.getKey(), peak(e.getValue())));
        history.add(Instant.now().getEpochSecond(), values);
    }

    /** Whoever scales processes by what they use. */
    private void tell(Map<ReplicaId, ScaleDesk.Use> uses, long nanos) {
        MonoTime at = new MonoTime(nanos);
        MonoTime from = tellsFrom == null ? at : tellsFrom;
        tellsFrom = at;
        if (!daemon.scales.wantsSamples()) {
            return; // else an idle loop would wake for nothing
        }
        gauges.memory().ifPresent(m -> {
            var host = new Cgroup.MemoryRoom(m.total(), m.available());
            Cgroup.MemoryRoom room = daemon.enforcement
                    .memoryRoom()
                    .filter(r -> r.leftBytes() < host.leftBytes())
                    .orElse(host);
            var sampled = new ScaleDesk.Sampled(room.leftBytes(), room.limitBytes(), uses, from, at);
            daemon.loop.soon(() -> daemon.scales.sampled(sampled));
        });
    }

    private static float[] peak(float[] of) {
        return new float[] {Float.NaN, of[Metric.CPU.place()], Float.NaN};
    }

    private float[] measured(ProcessFigures.Used u, long nanos) {
        var of = new float[Metric.values().length];
        Arrays.fill(of, Float.NaN);
        of[Metric.RESTARTS.place()] = u.view().restarts();
        String name = PROCESS + MetricTally.name(u.view().id());
        var instance = u.view().instance();
        if (instance == null || u.tree() == null) {
            before.remove(name);
            return of;
        }
        Seen last = before.get(name);
        var now = new Seen(instance.value(), u.cpuSeconds(), nanos);
        if (!Double.isNaN(now.cpuSeconds)) {
            if (last != null && last.life.equals(now.life)) {
                of[Metric.CPU.place()] = cores(last, now);
            }
            before.put(name, now);
        }
        of[Metric.MEMORY.place()] = u.memoryBytes();
        return of;
    }

    private static float cores(Seen last, Seen now) {
        return (float) (Math.max(0, now.cpuSeconds - last.cpuSeconds) / ((now.nanos - last.nanos) / NANOS));
    }

    private float[] host(float restarts, long nanos) {
        var of = new float[] {Float.NaN, Float.NaN, restarts};
        gauges.processors().ifPresent(t -> {
            var now = new Seen("", t.busy() / 100.0, nanos);
            Seen last = hostBefore;
            if (last != null) {
                of[0] = cores(last, now);
            }
            hostBefore = now;
        });
        gauges.memory().ifPresent(m -> of[1] = m.total() - m.available());
        return of;
    }

    /**
     * @param of {@code host}, {@code process:NAME} or {@code process:NAME/INDEX}
     * @throws Refused 400, 404: nothing is kept of that; 503: it cannot be read now
     */
    HistoryReport report(String of, String metric, String span) throws Refused {
        Metric m = one(Metric.values(), v -> v.name().toLowerCase(Locale.ROOT), metric);
        Span s = one(Span.values(), Span::written, span);
        String subject = of.startsWith(PROCESS) && of.indexOf('/') < 0 ? of + "/0" : of;
        if (!of.equals(HOST) && !of.startsWith(PROCESS)) {
            throw unknown(of);
        }
        try {
            Optional<History.Line> line =
                    history.read(subject, m, s, Instant.now().getEpochSecond());
            if (line.isEmpty()) {
                throw unknown(of);
            }
            var values = new ArrayList<@Nullable Double>();
            for (float v : line.get().values()) {
                values.add(Float.isNaN(v) ? null : (Double) (double) v);
            }
            return new HistoryReport(
                    subject,
                    m.name().toLowerCase(Locale.ROOT),
                    m.unit(),
                    s.seconds(),
                    Instant.ofEpochSecond(line.get().until()).toString(),
                    values,
                    limit(subject, m));
        } catch (IOException e) {
            throw refused(503, "the history cannot be read: " + e.getMessage());
        }
    }

    private static Refused unknown(String of) {
        return refused(404, "nothing is known of \"" + of + "\"; there are host and process:NAME/INDEX");
    }

    /** What was kept, for a report; null: nothing of that. */
    History.@Nullable Line line(String subject, Metric metric, Span span, Instant until) throws IOException {
        return history.read(subject, metric, span, until.getEpochSecond()).orElse(null);
    }

    /** Mount points of which something is known. */
    List<String> mounts() {
        return disks.mounts();
    }

    private @Nullable Double limit(String subject, Metric metric) {
        if (subject.equals(HOST)) {
            return switch (metric) {
                case CPU -> (Double) (double) gauges.cores();
                case MEMORY ->
                    gauges.memory().map(m -> (Double) (double) m.total()).orElse(null);
                case RESTARTS -> null;
            };
        }
        String name = subject.substring(PROCESS.length(), Math.max(PROCESS.length(), subject.lastIndexOf('/')));
        ProcessSpec spec = daemon.specs().get(name);
        if (spec == null) {
            return null;
        }
        CpuAmount cpu = spec.resources().cpu();
        ByteSize memory = spec.resources().memory();
        return switch (metric) {
            case CPU -> cpu == null ? null : (Double) (cpu.millicores() / 1000.0);
            case MEMORY -> memory == null ? null : (Double) (double) memory.bytes();
            case RESTARTS -> null;
        };
    }

    private static <T> T one(T[] of, java.util.function.Function<T, String> word, String wanted) throws Refused {
        for (T t : of) {
            if (word.apply(t).equals(wanted)) {
                return t;
            }
        }
        throw refused(
                400,
                "\"" + wanted + "\" is none of "
                        + String.join(", ", Arrays.stream(of).map(word).toList()));
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }

    /** The loop has ended. */
    @Override
    public void close() {
        over.countDown();
        try {
            thread.join(LAST_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        history.close();
    }
}
