package dev.holdfast.daemon;

import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import dev.holdfast.chronicle.Words;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.deeds.GuardDeeds;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.GroupUsage;
import dev.holdfast.records.LastLines;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.usage.Usages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Views of replicas as the API tells them. Thread-safe. */
final class Reports {
    private static final long SLACK_MILLIS = 50;

    private final Daemon daemon;
    private final String version;
    private final Path file;
    private final Usages usages = new Usages(Daemon.PROC);

    Reports(Daemon daemon, String version, Path file) {
        this.daemon = daemon;
        this.version = version;
        this.file = file;
    }

    Status status(
            List<ReplicaView> views,
            Set<String> names,
            List<Status.Schedule> schedules,
            List<Status.Queue> queues,
            List<Status.Scale> scales) {
        List<ReplicaView> wanted = views.stream().filter(v -> meant(v, names)).toList();
        Map<ProcessRef, Usages.Usage> used = used(wanted);
        MonoTime now = Loop.now().mono();
        return new Status(
                version,
                daemon.pid(),
                daemon.startedAt.toString(),
                file.toString(),
                HostFindings.degraded(daemon.findings()),
                Stream.concat(
                                wanted.stream().map(v -> replica(v, used, now, false)),
                                absent(views, names).map(v -> replica(v, used, now, true)))
                        .sorted(Comparator.comparing(Status.Replica::process).thenComparingInt(Status.Replica::index))
                        .toList(),
                schedules,
                queues,
                scales,
                daemon.web.listens());
    }

    private Map<ProcessRef, Usages.Usage> used(List<ReplicaView> views) {
        var leaders = new HashMap<ProcessRef, Supplier<@Nullable GroupUsage>>();
        for (ReplicaView v : views) {
            ProcessRef leader = v.leader();
            InstanceId instance = v.instance();
            if (leader != null && instance != null) {
                leaders.put(
                        leader,
                        () -> daemon.enforcement
                                .usage(v.id().process(), instance)
                                .orElse(null));
            }
        }
        return usages.of(leaders, System.nanoTime());
    }

    /** Processes without a single replica are not forgotten: a line each says why. */
    private Stream<ReplicaView> absent(List<ReplicaView> views, Set<String> names) {
        Set<String> there = views.stream().map(v -> v.id().process()).collect(Collectors.toSet());
        return daemon.specs().keySet().stream()
                .filter(p -> names.contains(p) && !there.contains(p))
                .flatMap(p -> daemon.desired.absent(p).stream().map(why -> absent(new ReplicaId(p, 0), why)));
    }

    private ReplicaView absent(ReplicaId id, String why) {
        return new ReplicaView(id, "down", false, null, null, daemon.started, 0, 0, "", why, List.of());
    }

    /** A single one that was scaled away: what befell it is known yet. */
    private Stream<ReplicaView> away(List<ReplicaView> views, String name) {
        return ReplicaId.parse(name)
                .filter(id -> views.stream().noneMatch(v -> v.id().equals(id)))
                .map(id -> absent(id, daemon.desired.absent(id.process()).orElse("scaled away")))
                .stream();
    }

    private Status.Replica replica(ReplicaView v, Map<ProcessRef, Usages.Usage> used, MonoTime now, boolean absent) {
        ProcessRef leader = v.leader();
        Usages.Usage u = leader == null ? null : used.get(leader);
        ProcessSpec spec = daemon.specs().get(v.id().process());
        ResourcesSpec r = spec == null ? ResourcesSpec.NONE : spec.resources();
        CpuAmount cpu = r.cpu();
        ByteSize memory = r.memory();
        return new Status.Replica(
                v.id().process(),
                v.id().index(),
                name(v),
                v.state(),
                v.wantedUp(),
                leader == null ? null : (Integer) leader.pid(),
                v.since().wall().toString(),
                Math.max(0, now.since(v.since().mono()).toSeconds()), // whatever was done to the wall clock
                v.restarts(),
                v.health(),
                detail(v),
                u == null ? null : u.cpuPercent(),
                cpu == null ? null : (Double) (cpu.millicores() / 1000.0),
                u == null ? null : (Double) u.cpuSeconds(),
                u == null ? null : u.memoryBytes(),
                u == null ? null : u.peakBytes(),
                memory == null ? null : (Long) memory.bytes(),
                u == null ? null : u.pids(),
                r.pids(),
                daemon.outputs.file(v.id()).toString(),
                daemon.enforcement.by(spec, v.instance()),
                daemon.enforcement.weaker(spec, v.instance()),
                absent);
    }

    /** What an earlier daemon knew of the last end, the journal still knows. */
    private String detail(ReplicaView v) {
        boolean idle = v.leader() == null && !v.state().equals("waiting");
        return v.detail().isEmpty() && idle ? daemon.chronicle.last(v.id()) : v.detail();
    }

    Why why(List<ReplicaView> views, String process, List<Status.Scale> scales, int ends, int lines) {
        var replicas = new ArrayList<Why.Replica>();
        Map<ProcessRef, Usages.Usage> used =
                used(views.stream().filter(v -> meant(v, Set.of(process))).toList());
        for (ReplicaView v : Stream.of(views.stream(), absent(views, Set.of(process)), away(views, process))
                .flatMap(s -> s)
                .toList()) {
            if (meant(v, Set.of(process))) {
                String detail = detail(v);
                String now = v.state() + (detail.isEmpty() ? "" : ": " + detail);
                List<Why.Happening> history = daemon.chronicle.history(v.id(), ends * 4).stream()
                        .map(e -> new Why.Happening(e.at().toString(), Words.of(e)))
                        .toList();
                List<Why.ByGuard> guard = daemon.guard.told(v.id().toString(), ends * 4);
                List<Why.End> all = daemon.chronicle.ends(v.id(), ends).stream()
                        .map(e -> end(v, e, lines, GuardDeeds.before(guard, e.at())))
                        .toList();
                replicas.add(new Why.Replica(
                        name(v),
                        now,
                        Words.uses(replica(v, used, Loop.now().mono(), false)),
                        all,
                        history,
                        false,
                        guard));
            }
        }
        return new Why(replicas, scales.isEmpty() ? null : scales.getFirst());
    }

    private Why.End end(ReplicaView v, Event.Exited e, int lines, Why.@Nullable ByGuard guard) {
        Usage usage = e.usage();
        return new Why.End(
                e.at().toString(),
                Words.of(e.outcome(), usage),
                guard == null ? e.why() : "the guard's rule " + guard.rule() + " was ending it: " + guard.what(),
                seconds(e.uptime()),
                usage == null ? null : (Double) seconds(usage.cpu()),
                usage == null ? null : usage.maxRssBytes(),
                LastLines.of(daemon.outputs.file(v.id()), e.at().minus(e.uptime()), e.at(), SLACK_MILLIS, lines));
    }

    private static double seconds(Duration d) {
        return (double) d.toMillis() / 1000;
    }

    private static boolean meant(ReplicaView v, Set<String> names) {
        return names.contains(v.id().process()) || names.contains(v.id().toString());
    }

    private String name(ReplicaView v) {
        @Nullable ProcessSpec spec = daemon.specs().get(v.id().process());
        return Names.of(v.id(), spec == null ? 1 : spec.mostReplicas());
    }
}
