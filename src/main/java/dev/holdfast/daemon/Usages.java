package dev.holdfast.daemon;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Proc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What trees of processes use now, by one walk over /proc for all of them. Thread-safe. */
final class Usages {
    private static final double TICKS = 100;

    private final Proc proc;
    private final Map<ProcessRef, Seen> before = new HashMap<>();

    private record Seen(long nanos, long ticks) {}

    /**
     * @param cpuSeconds of the tree as it is now
     * @param cpuPercent of one core, since the last look; null at the first
     * @param memoryBytes resident
     */
    record Usage(double cpuSeconds, @Nullable Double cpuPercent, long memoryBytes) {}

    Usages(Path procRoot) {
        this.proc = new Proc(procRoot);
    }

    /** @param leaders whose trees to sum up */
    synchronized Map<ProcessRef, Usage> of(Collection<ProcessRef> leaders, long nanos) {
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
        var roots = new HashMap<Integer, ProcessRef>();
        leaders.forEach(l -> roots.put(l.pid(), l));
        var ticks = new HashMap<ProcessRef, Long>();
        var memory = new HashMap<ProcessRef, Long>();
        for (Proc.Stat s : stats.values()) {
            ProcessRef root = root(s, stats, roots);
            if (root != null) {
                ticks.merge(root, s.cpuTicks(), Long::sum);
                memory.merge(root, s.rssBytes(), Long::sum);
            }
        }
        var usages = new HashMap<ProcessRef, Usage>();
        ticks.forEach((root, t) -> {
            Seen last = before.get(root);
            Double percent = last == null || nanos <= last.nanos
                    ? null
                    : (Double) (Math.max(0, (double) (t - last.ticks))
                            / TICKS
                            / ((double) (nanos - last.nanos) / 1e9)
                            * 100);
            usages.put(root, new Usage((double) t / TICKS, percent, memory.getOrDefault(root, 0L)));
        });
        before.keySet().retainAll(ticks.keySet());
        ticks.forEach((root, t) -> before.put(root, new Seen(nanos, t)));
        return usages;
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
