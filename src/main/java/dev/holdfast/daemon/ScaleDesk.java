package dev.holdfast.daemon;

import dev.holdfast.api.Status;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScaleSpec;
import dev.holdfast.config.ScaleSpec.By;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.loop.Loop;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.scale.CpuMean;
import dev.holdfast.scale.Crew;
import dev.holdfast.scale.Decision;
import dev.holdfast.scale.Figure;
import dev.holdfast.scale.Memory;
import dev.holdfast.scale.Scaler;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Processes whose number follows something: looks every five seconds, and does what follows. The loop's thread's own. */
final class ScaleDesk {
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final Daemon daemon;
    private final TreeMap<String, One> all = new TreeMap<>();
    private MonoTime next = MonoTime.NEVER;
    private @Nullable Sampled sampled;
    private volatile boolean wanted;

    /**
     * What one look at all replicas came to.
     *
     * @param availableBytes of memory, without swapping, to the host or to the group that this daemon is in
     * @param totalBytes of the same
     */
    record Sampled(long availableBytes, long totalBytes, Map<ReplicaId, Use> uses, MonoTime from, MonoTime at) {}

    /**
     * @param cores since the last look; NaN: not known
     * @param memoryBytes NaN: not known
     */
    record Use(InstanceId instance, float cores, float memoryBytes) {}

    private static final class One {
        private final Scaler scaler;
        private final CpuMean cpu = new CpuMean();
        private Figure length = new Figure.Missing("the queue has not answered yet");
        private boolean asked;
        /** In bytes, that a replica was seen to use at the last look at which one was. */
        private @Nullable Long most;

        private @Nullable Decision last;
        private Figure figure = new Figure.Missing("not looked at yet");
        private final Map<String, Long> changes = new HashMap<>(Map.of("up", 0L, "down", 0L));

        One(ScaleSpec spec, MonoTime now) {
            this.scaler = new Scaler(spec, now);
        }
    }

    ScaleDesk(Daemon daemon) {
        this.daemon = daemon;
    }

    /** From now on these are the processes; those without a scale are not looked at. */
    void configure(SortedMap<String, ProcessSpec> specs, MonoTime now) {
        all.keySet().removeIf(name -> {
            ProcessSpec spec = specs.get(name);
            return spec == null || spec.scale() == null || !spec.enabled();
        });
        specs.forEach((name, spec) -> {
            ScaleSpec scale = spec.scale();
            One known = all.get(name);
            if (scale == null || !spec.enabled()) {
                return;
            }
            if (known == null || !known.scaler.spec().by().equals(scale.by())) {
                all.put(name, new One(scale, now));
            } else {
                known.scaler.configure(scale);
            }
        });
        wanted = !all.isEmpty();
        next = all.isEmpty() ? MonoTime.NEVER : MonoTime.earliest(next, now.plus(FIRST));
    }

    /** Whether what is sampled is of use to anybody. Thread-safe. */
    boolean wantsSamples() {
        return wanted;
    }

    MonoTime deadline() {
        return next;
    }

    void tick(Now now) {
        if (now.mono().isBefore(next)) {
            return;
        }
        next = daemon.processes.supervision.shuttingDown()
                ? MonoTime.NEVER
                : now.mono().plus(ScaleSight.LOOK);
        if (next.equals(MonoTime.NEVER)) {
            return;
        }
        var views = new HashMap<String, List<ReplicaView>>();
        for (ReplicaView v : daemon.processes.supervision.views()) {
            if (all.containsKey(v.id().process())) {
                views.computeIfAbsent(v.id().process(), _ -> new ArrayList<>()).add(v);
            }
        }
        for (String name : List.copyOf(all.keySet())) {
            look(name, Objects.requireNonNull(all.get(name)), views.getOrDefault(name, List.of()), now);
        }
    }

    private void look(String name, One one, List<ReplicaView> views, Now now) {
        ProcessSpec spec = daemon.specs().get(name);
        if (spec == null) {
            return;
        }
        MonoTime held = daemon.intents.heldUntil(name);
        if (held != null && !now.mono().isBefore(held)) {
            daemon.intents.released(name);
        }
        Crew crew = ScaleSight.crew(spec, views, daemon.intents.stoppedNames(), now.mono());
        one.figure = figure(one, now.mono());
        Decision d = one.scaler.decide(crew, one.figure, held, memory(one, spec, now.mono()), now.mono());
        one.last = d;
        var first = new ReplicaId(name, 0);
        if (d.number() != crew.number()) {
            one.changes.merge(d.number() > crew.number() ? "up" : "down", 1L, Long::sum);
            daemon.processes.tell(new Event.Scaled(now.wall(), first, crew.number(), d.number(), d.why()));
            daemon.processes.scale(name, d.number(), null, "its load: " + d.why());
        }
        if (d.news()) {
            daemon.processes.tell(new Event.ScaleHeld(now.wall(), first, d.number(), d.why()));
        }
    }

    // ── what is seen ──

    private Figure figure(One one, MonoTime now) {
        return switch (one.scaler.spec().by()) {
            case By.Queue(String queue, var _) -> {
                ask(one, queue);
                yield one.length;
            }
            case By.Cpu _ -> one.cpu.figure(sampled == null ? "nothing is sampled yet" : null);
            case By.Shared(String probe, var _) -> probed(probe, false, now);
            case By.Level(String probe, var _) -> probed(probe, false, now);
            case By.Latency(String probe, var _) -> probed(probe, true, now);
        };
    }

    /** One question at a time: a store that hangs is asked once. */
    private void ask(One one, String queue) {
        if (one.asked) {
            return;
        }
        one.asked = true;
        var _ = daemon.workshop
                .jobs()
                .health(List.of(queue), Duration.ofMinutes(1))
                .thenCombine(daemon.workshop.fleet().workers(queue), ScaleSight::share)
                .whenComplete((found, failure) -> daemon.loop.soon(() -> {
                    one.asked = false;
                    one.length =
                            ScaleSight.length(queue, found, failure, Loop.now().mono());
                }));
    }

    private Figure probed(String name, boolean latency, MonoTime now) {
        ProbeView view = daemon.watchers.probeViews().stream()
                .filter(v -> v.spec().name().equals(name))
                .findFirst()
                .orElse(null);
        return ScaleSight.probed(name, view, latency, now);
    }

    // ── what is sampled ──

    /** On the loop's thread: what replicas used lately. */
    void sampled(Sampled fresh) {
        sampled = fresh;
        all.forEach((name, one) -> {
            ProcessSpec spec = daemon.specs().get(name);
            if (spec == null) {
                return;
            }
            ScaleSight.look(one.cpu, spec, fresh);
            ScaleSight.used(spec, fresh).stream()
                    .max(Long::compare)
                    .filter(most -> most > 0)
                    .ifPresent(most -> one.most = most);
        });
    }

    private @Nullable Memory memory(One one, ProcessSpec spec, MonoTime now) {
        var scaled = new ArrayList<ScaleSight.Scaled>();
        all.forEach((name, other) -> {
            ProcessSpec its = daemon.specs().get(name);
            if (its != null) {
                scaled.add(new ScaleSight.Scaled(its, other.most));
            }
        });
        return ScaleSight.memory(
                sampled,
                scaled,
                new ScaleSight.Scaled(spec, one.most),
                one.scaler.spec().memoryReserve(),
                now);
    }

    // ── for people ──

    /**
     * Those that are meant.
     *
     * @param names of processes or single replicas
     */
    List<Status.Scale> views(Set<String> names) {
        var views = new ArrayList<Status.Scale>();
        all.forEach((name, one) -> {
            ProcessSpec spec = daemon.specs().get(name);
            boolean meant = names.contains(name)
                    || names.stream()
                            .anyMatch(n -> ReplicaId.parse(n)
                                    .filter(r -> r.process().equals(name))
                                    .isPresent());
            if (spec != null && meant) {
                views.add(view(name, one, spec));
            }
        });
        return views;
    }

    private static Status.Scale view(String name, One one, ProcessSpec spec) {
        Decision d = one.last;
        ScaleSpec scale = one.scaler.spec();
        return new Status.Scale(
                name,
                spec.replicas(),
                d == null ? null : d.wanted(),
                scale.min(),
                scale.max(),
                scale.by().words(),
                one.figure instanceof Figure.Known known ? (Double) known.value() : null,
                d == null ? "moving" : d.reason().written(),
                d == null ? "not looked at yet" : d.why());
    }

    /** How often each number went up and down in this daemon's life. */
    Map<String, Map<String, Long>> changes() {
        var changes = new TreeMap<String, Map<String, Long>>();
        all.forEach((name, one) -> changes.put(name, Map.copyOf(one.changes)));
        return changes;
    }
}
