package dev.holdfast.daemon;

import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.BootClock;
import dev.holdfast.linux.Errno;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.metric.Totals;
import dev.holdfast.process.GroupUsage;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.usage.CpuSources;
import dev.holdfast.usage.ProcessCensus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Replicas and what they use, as metrics. Off the loop's thread; one look at a time. */
final class ProcessFigures {
    private static final int SIGNALLED = 128;
    private static final double TICKS = 100;
    private static final Set<Family> KEPT = Set.of(
            Family.PROCESS_CPU,
            Family.PROCESS_RESTARTS,
            Family.PROCESS_OOM_KILLS,
            Family.PROCESS_IO_READ,
            Family.PROCESS_IO_WRITE);

    private final Daemon daemon;
    private final Totals totals;
    private final MetricTally tally;
    private final CheckTally checks;
    private final ProcessCensus census;
    private final CpuSources sources = new CpuSources();
    private final BootTime boot = new BootTime();
    private final BootClock clock = new BootClock();

    /**
     * One replica at a moment.
     *
     * @param tree null: nothing of it runs
     * @param group null: it has none, or it cannot be read now
     * @param workingSet of the group's memory what the kernel cannot take back at once; empty: not known, or not asked for
     * @param cpuSeconds in its life; NaN: not known now
     */
    record Used(
            ReplicaView view,
            ProcessCensus.@Nullable Tree tree,
            @Nullable GroupUsage group,
            OptionalLong workingSet,
            double cpuSeconds) {
        /** Of the group, page cache included; resident of the tree; NaN where nothing runs, or nothing is known now. */
        float memoryBytes() {
            Long charged = group == null ? null : group.memoryBytes();
            return charged != null ? charged : tree == null || Double.isNaN(cpuSeconds) ? Float.NaN : tree.rssBytes();
        }

        /** Without the page cache that can be taken back at once, where that is known: what is available leaves it out, too. */
        float takenBytes() {
            return workingSet.isPresent() ? workingSet.getAsLong() : memoryBytes();
        }
    }

    /** @param daemon what the daemon itself uses */
    record Look(List<Used> replicas, ProcessCensus.Tree daemon) {}

    ProcessFigures(Daemon daemon, Totals totals, MetricTally tally, CheckTally checks, ProcessCensus census) {
        this.daemon = daemon;
        this.totals = totals;
        this.tally = tally;
        this.checks = checks;
        this.census = census;
    }

    /**
     * What they use now, counted on.
     *
     * @param deep whether figures are wanted that cost more
     * @throws Errno when not all processes could be looked at
     */
    synchronized Look look(List<ReplicaView> views, boolean deep) throws Errno {
        var leaders = new ArrayList<ProcessRef>();
        for (ReplicaView v : views) {
            ProcessRef leader = v.leader();
            if (leader != null) {
                leaders.add(leader);
            }
        }
        List<ProcessCensus.Tree> trees = census.look(leaders, deep, System.nanoTime());
        var all = new ArrayList<Used>(views.size());
        int next = 0;
        for (ReplicaView v : views) {
            InstanceId instance = v.instance();
            ProcessCensus.Tree tree = v.leader() == null ? null : trees.get(next++);
            GroupUsage group = tree == null || instance == null
                    ? null
                    : daemon.enforcement.usage(v.id().process(), instance).orElse(null);
            double seconds = instance == null || tree == null
                    ? Double.NaN
                    : sources.seconds(
                            instance,
                            group == null && daemon.enforcement.hasGroup(v.id().process(), instance),
                            group,
                            tree);
            var used = new Used(
                    v,
                    tree,
                    group,
                    group == null || instance == null || !(deep || follows(v))
                            ? OptionalLong.empty()
                            : daemon.enforcement.workingSet(v.id().process(), instance),
                    seconds);
            count(used, deep);
            all.add(used);
        }
        sources.retain(views.stream()
                .map(ReplicaView::instance)
                .filter(java.util.Objects::nonNull)
                .collect(Collectors.toSet()));
        return new Look(all, trees.getLast());
    }

    /** Whether its number follows something: then what it takes counts. */
    private boolean follows(ReplicaView v) {
        ProcessSpec spec = daemon.specs().get(v.id().process());
        return spec != null && spec.scale() != null;
    }

    private void count(Used u, boolean deep) {
        String process = u.view.id().process();
        String index = Integer.toString(u.view.id().index());
        totals.count(Family.PROCESS_RESTARTS, u.view.restarts(), process, index);
        ProcessCensus.Tree tree = u.tree;
        InstanceId instance = u.view.instance();
        if (tree == null || instance == null || tree.processes() == 0) {
            totals.add(Family.PROCESS_CPU, 0, process, index);
            return;
        }
        String life = instance.value();
        if (Double.isNaN(u.cpuSeconds)) {
            totals.add(Family.PROCESS_CPU, 0, process, index);
        } else {
            totals.observe(Family.PROCESS_CPU, life, u.cpuSeconds, process, index);
        }
        if (deep && tree.readBytes() >= 0) {
            totals.observe(Family.PROCESS_IO_READ, life, (double) tree.readBytes(), process, index);
            totals.observe(Family.PROCESS_IO_WRITE, life, (double) tree.writtenBytes(), process, index);
        }
    }

    synchronized void into(Sheet sheet, Look look) {
        Set<ReplicaId> there = look.replicas.stream().map(u -> u.view.id()).collect(Collectors.toUnmodifiableSet());
        totals.retain((family, labels) -> !KEPT.contains(family)
                || there.contains(new ReplicaId(labels.get(0), Integer.parseInt(labels.get(1)))));
        Map<String, ProcessSpec> specs = daemon.specs();
        tally.forgetBreakersBut(there);
        Set<String> breakers = breakers(there, specs);
        totals.retain((family, labels) -> family != Family.BREAKER_FAILURES || breakers.contains(labels.getFirst()));
        double booted = boot.seconds(System.currentTimeMillis() / 1e3, clock.nanos() / 1e9);
        for (Used u : look.replicas) {
            totals.add(
                    Family.PROCESS_OOM_KILLS,
                    0,
                    u.view.id().process(),
                    Integer.toString(u.view.id().index()));
            state(sheet, u, booted);
            usage(sheet, u);
            ProcessSpec spec = specs.get(u.view.id().process());
            HealthSpec liveness = spec == null ? null : spec.liveness();
            if (liveness != null && liveness.breaker() != null) {
                String name = MetricTally.name(u.view.id());
                sheet.put(Family.BREAKER_STATE, tally.breaker(u.view.id()), name);
                totals.add(Family.BREAKER_FAILURES, 0, name);
            }
        }
        checks.into(sheet, there);
        specs.values().forEach(s -> limits(sheet, s));
        totals.into(sheet, KEPT);
        totals.into(sheet, Set.of(Family.BREAKER_FAILURES));
    }

    /** Of whom there is one, as configured now. */
    static Set<String> breakers(Set<ReplicaId> there, Map<String, ProcessSpec> specs) {
        return there.stream()
                .filter(id -> {
                    ProcessSpec spec = specs.get(id.process());
                    HealthSpec liveness = spec == null ? null : spec.liveness();
                    return liveness != null && liveness.breaker() != null;
                })
                .map(MetricTally::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private void state(Sheet sheet, Used u, double booted) {
        ReplicaView v = u.view;
        String process = v.id().process();
        String index = Integer.toString(v.id().index());
        sheet.put(Family.PROCESS_UP, v.state().equals("up"), process, index);
        sheet.put(Family.PROCESS_WANTED, v.wantedUp() && !v.state().equals("completed"), process, index);
        sheet.put(Family.PROCESS_GIVEN_UP, v.state().equals("failed"), process, index);
        if (!v.health().isEmpty()) {
            sheet.put(Family.PROCESS_HEALTHY, v.health().startsWith("healthy"), process, index);
        }
        ProcessRef leader = v.leader();
        if (leader != null) {
            sheet.put(Family.PROCESS_START_TIME, booted + leader.startTicks() / TICKS, process, index);
        }
        List<Event.Exited> ends = daemon.chronicle.ends(v.id(), 1);
        if (!ends.isEmpty()) {
            switch (ends.getFirst().outcome()) {
                case Outcome.Exited(int code) -> sheet.put(Family.PROCESS_LAST_EXIT, code, process, index);
                case Outcome.Signalled(int signal, var _) ->
                    sheet.put(Family.PROCESS_LAST_EXIT, SIGNALLED + signal, process, index);
                case Outcome.Unknown _ -> {}
            }
        }
    }

    private static void usage(Sheet sheet, Used u) {
        ProcessCensus.Tree t = u.tree;
        if (t == null || t.processes() == 0) {
            return;
        }
        String process = u.view.id().process();
        String index = Integer.toString(u.view.id().index());
        memory(sheet, t.rssBytes(), process, index, "rss");
        memory(sheet, t.pssBytes(), process, index, "pss");
        memory(sheet, t.virtualBytes(), process, index, "vsz");
        memory(sheet, t.swapBytes(), process, index, "swap");
        GroupUsage group = u.group;
        Long charged = group == null ? null : group.memoryBytes();
        if (charged != null) {
            memory(sheet, charged, process, index, "group");
        }
        u.workingSet.ifPresent(bytes -> memory(sheet, bytes, process, index, "working_set"));
        sheet.put(Family.PROCESS_THREADS, t.threads(), process, index);
        sheet.put(Family.PROCESS_PROCESSES, t.processes(), process, index);
        if (t.descriptors() >= 0) {
            sheet.put(Family.PROCESS_FDS, t.descriptors(), process, index);
        }
    }

    /** @param bytes negative: unknown */
    private static void memory(Sheet sheet, long bytes, String process, String index, String type) {
        if (bytes >= 0) {
            sheet.put(Family.PROCESS_MEMORY, bytes, process, index, type);
        }
    }

    private static void limits(Sheet sheet, ProcessSpec spec) {
        CpuAmount cpu = spec.resources().cpu();
        ByteSize memory = spec.resources().memory();
        Integer pids = spec.resources().pids();
        if (cpu != null) {
            sheet.put(Family.LIMIT_CPU, cpu.millicores() / 1000.0, spec.name());
        }
        if (memory != null) {
            sheet.put(Family.LIMIT_MEMORY, memory.bytes(), spec.name());
        }
        if (pids != null) {
            sheet.put(Family.LIMIT_PIDS, pids, spec.name());
        }
    }
}
