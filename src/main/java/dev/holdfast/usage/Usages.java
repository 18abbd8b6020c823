package dev.holdfast.usage;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Proc;
import dev.holdfast.process.GroupUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What instances use now: as their groups count it, else by one walk over /proc for all of them. Whoever asks soon after
 * somebody else gets the same figures: a share of a core over less than that would be chance, and a flood of questions costs
 * one walk. Thread-safe.
 */
public final class Usages {
    private static final double TICKS = 100;
    /** Whoever was not asked about for that long has most likely ended. */
    private static final long KEPT_NANOS = 3_600_000_000_000L;
    /** Half a second is fifty ticks of the kernel's clock. */
    private static final long SHARED_NANOS = 500_000_000L;

    private final Proc proc;
    private final Map<ProcessRef, Seen> before = new HashMap<>();

    private record Seen(long nanos, Usage usage, boolean grouped) {}

    private static final class Sum {
        private long ticks;
        private long rss;
        private long threads;
    }

    /**
     * @param cpuSeconds of the group in its life; of the tree as it is now, and of children that were waited for
     * @param cpuPercent of one core, since the last look; null at the first
     * @param memoryBytes of the group, page cache included; resident of the tree
     * @param peakBytes null without a group
     * @param pids processes and threads
     */
    public record Usage(
            double cpuSeconds,
            @Nullable Double cpuPercent,
            @Nullable Long memoryBytes,
            @Nullable Long peakBytes,
            @Nullable Long pids) {}

    public Usages(Path procRoot) {
        this.proc = new Proc(procRoot);
    }

    /**
     * @param leaders with how to read what their groups use, which yields null for those without one
     * @param nanos of {@link System#nanoTime}
     */
    public synchronized Map<ProcessRef, Usage> of(Map<ProcessRef, Supplier<@Nullable GroupUsage>> leaders, long nanos) {
        var usages = new HashMap<ProcessRef, Usage>();
        var stale = new HashMap<ProcessRef, @Nullable GroupUsage>();
        leaders.forEach((leader, group) -> {
            Seen last = before.get(leader);
            if (last != null && nanos - last.nanos < SHARED_NANOS) {
                usages.put(leader, last.usage);
            } else {
                stale.put(leader, group.get());
            }
        });
        if (!stale.isEmpty()) {
            usages.putAll(measured(stale, nanos));
        }
        return usages;
    }

    private Map<ProcessRef, Usage> measured(Map<ProcessRef, @Nullable GroupUsage> leaders, long nanos) {
        var trees = new HashMap<Integer, ProcessRef>();
        var usages = new HashMap<ProcessRef, Usage>();
        leaders.forEach((leader, group) -> {
            if (group == null ? !grouped(leader) : group.memoryBytes() == null || group.pids() == null) {
                trees.put(leader.pid(), leader);
            }
        });
        Map<ProcessRef, Sum> sums = trees.isEmpty() ? Map.of() : sums(trees);
        leaders.forEach((leader, group) -> {
            Sum tree = sums.get(leader);
            if (group != null) {
                double cpu = (double) group.cpu().toNanos() / 1e9;
                Long memory = group.memoryBytes() != null || tree == null ? group.memoryBytes() : (Long) tree.rss;
                Long pids = group.pids() != null || tree == null ? group.pids() : (Long) tree.threads;
                usages.put(leader, new Usage(cpu, percent(leader, cpu, true, nanos), memory, group.peakBytes(), pids));
            } else if (tree != null) {
                double cpu = (double) tree.ticks / TICKS;
                usages.put(leader, new Usage(cpu, percent(leader, cpu, false, nanos), tree.rss, null, tree.threads));
            }
        });
        before.values().removeIf(s -> nanos - s.nanos > KEPT_NANOS); // others are asked about by other callers
        usages.forEach((leader, u) -> before.put(leader, new Seen(nanos, u, leaders.get(leader) != null)));
        return usages;
    }

    /** Who had a group has one still, though it cannot be read now: its tree tells something else. */
    private boolean grouped(ProcessRef leader) {
        Seen last = before.get(leader);
        return last != null && last.grouped;
    }

    private @Nullable Double percent(ProcessRef leader, double cpuSeconds, boolean grouped, long nanos) {
        Seen last = before.get(leader);
        return last == null || nanos <= last.nanos || last.grouped != grouped
                ? null
                : (Double)
                        (Math.max(0, cpuSeconds - last.usage.cpuSeconds) / ((double) (nanos - last.nanos) / 1e9) * 100);
    }

    private Map<ProcessRef, Sum> sums(Map<Integer, ProcessRef> roots) {
        var stats = new HashMap<Integer, Proc.Stat>();
        try {
            for (int pid : proc.pids()) {
                Proc.Stat stat = proc.stat(pid).orElse(null);
                if (stat != null) {
                    stats.put(pid, stat);
                }
            }
        } catch (IOException e) { // unknown, which status shows as such; the next look may know
            return Map.of();
        }
        var sums = new HashMap<ProcessRef, Sum>();
        for (Proc.Stat s : stats.values()) {
            ProcessRef root = root(s, stats, roots);
            if (root != null) {
                Sum sum = Objects.requireNonNull(sums.computeIfAbsent(root, r -> new Sum()));
                sum.ticks += s.cpuTicks();
                sum.rss += s.rssBytes();
                sum.threads += s.threads();
            }
        }
        return sums;
    }

    private static @Nullable ProcessRef root(
            Proc.Stat start, Map<Integer, Proc.Stat> stats, Map<Integer, ProcessRef> roots) {
        Proc.Stat s = start;
        for (int depth = 0; s != null && depth < 1000; depth++) {
            ProcessRef root = roots.get(s.pid());
            if (root != null && root.startTicks() == s.startTicks()) {
                return root;
            }
            s = stats.get(s.ppid());
        }
        return null;
    }
}
