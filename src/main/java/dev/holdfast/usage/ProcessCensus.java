package dev.holdfast.usage;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What instances use, by one look at all processes of the host: a process is of the instance whose session it is in, or
 * its parent. One that has left its session and lost its parent is missed. Opened with the first look. Thread-safe.
 */
public final class ProcessCensus implements AutoCloseable {
    /** Page tables are walked for it: so many at once, so long, and of each process so seldom. */
    private static final int PSS_AT_ONCE = 100;

    private static final long PSS_NANOS = 25_000_000;
    private static final long PSS_EVERY_NANOS = 60_000_000_000L;

    private static final int UNKNOWN = -2;
    private static final int NOBODYS = -1;
    private static final int DEEPEST = 100;
    private static final double TICKS = 100;

    private final Path proc;
    private final int self;
    private @Nullable Census census;
    private int[] owners = new int[256];
    private final TreeCpu cpu = new TreeCpu();
    private final Map<ProcessRef, Measured> pss = new HashMap<>();
    /** The slot whose turn it is to be measured. */
    private int next;

    private record Measured(long bytes, long nanos) {}

    /** One instance; -1: unknown, or not asked for. */
    public static final class Tree {
        double cpuSeconds;
        long rssBytes;
        long threads;
        int processes;
        long virtualBytes;
        long swapBytes;
        long readBytes;
        long writtenBytes;
        long descriptors;
        long pssBytes;

        /** Of all it ever had, as far as that was seen; of the daemon its own. */
        public double cpuSeconds() {
            return cpuSeconds;
        }

        public long rssBytes() {
            return rssBytes;
        }

        public long threads() {
            return threads;
        }

        public int processes() {
            return processes;
        }

        public long virtualBytes() {
            return virtualBytes;
        }

        public long swapBytes() {
            return swapBytes;
        }

        public long readBytes() {
            return readBytes;
        }

        public long writtenBytes() {
            return writtenBytes;
        }

        public long descriptors() {
            return descriptors;
        }

        public long pssBytes() {
            return pssBytes;
        }

        private void add(Census c, int slot) {
            rssBytes += c.rssBytes(slot);
            threads += c.threads(slot);
            processes++;
        }

        private void addMore(Census c, int slot) {
            c.particulars().sizes(slot).ifPresent(s -> {
                virtualBytes += s.virtualBytes();
                swapBytes += s.swapBytes();
            });
            boolean hidden = readBytes < 0;
            c.particulars()
                    .disk(slot)
                    .ifPresentOrElse(
                            d -> {
                                readBytes += hidden ? 0 : d.readBytes();
                                writtenBytes += hidden ? 0 : d.writtenBytes();
                            },
                            () -> {
                                if (c.state(slot) != 'Z') {
                                    readBytes = -1;
                                    writtenBytes = -1;
                                }
                            });
            long open = c.state(slot) == 'Z' ? 0 : c.particulars().descriptors(slot);
            descriptors = open < 0 || descriptors < 0 ? -1 : descriptors + open;
        }
    }

    public ProcessCensus(Path proc, int self) {
        this.proc = proc;
        this.self = self;
    }

    /**
     * In the order of the leaders; the daemon itself is the last. Of those that are gone nothing is found: no processes.
     *
     * @param deep whether what costs more is wanted too
     * @throws Errno when not all processes could be looked at
     */
    public synchronized List<Tree> look(List<ProcessRef> leaders, boolean deep, long nanos) throws Errno {
        Census c = census == null ? new Census(proc, Census.budget(proc)) : census;
        census = c;
        c.look();
        var byPid = new HashMap<Integer, Integer>();
        for (int i = 0; i < leaders.size(); i++) {
            byPid.put(leaders.get(i).pid(), i);
        }
        Tree[] trees = new Tree[leaders.size() + 1];
        for (int i = 0; i < trees.length; i++) {
            trees[i] = new Tree();
        }
        owners = owners.length < c.slots() ? new int[c.slots() * 2] : owners;
        Arrays.fill(owners, UNKNOWN);
        for (int slot = 0; slot < c.slots(); slot++) {
            int owner = c.present(slot) ? owner(c, slot, byPid, leaders, 0) : NOBODYS;
            if (owner >= 0) {
                trees[owner].add(c, slot);
                if (deep) {
                    trees[owner].addMore(c, slot);
                }
            }
        }
        use(c, leaders, trees);
        if (deep) {
            measure(c, trees, nanos);
        }
        return List.of(trees);
    }

    private void use(Census c, List<ProcessRef> leaders, Tree[] trees) {
        var all = new ArrayList<TreeCpu.Seen>();
        for (int slot = 0; slot < c.slots(); slot++) {
            int owner = c.present(slot) ? owners[slot] : NOBODYS;
            if (owner == leaders.size()) {
                trees[owner].cpuSeconds = c.cpuTicks(slot) / TICKS; // its children are others' to count
            } else if (owner >= 0) {
                int parent = c.slotOf(c.parent(slot));
                all.add(new TreeCpu.Seen(
                        c.ref(slot),
                        parent < 0 ? null : c.ref(parent),
                        leaders.get(owner),
                        c.cpuTicks(slot),
                        c.waitedTicks(slot)));
            }
        }
        Map<ProcessRef, Long> ticks = cpu.look(all);
        for (int i = 0; i < leaders.size(); i++) {
            trees[i].cpuSeconds = ticks.getOrDefault(leaders.get(i), 0L) / TICKS;
        }
    }

    private int owner(Census c, int slot, Map<Integer, Integer> byPid, List<ProcessRef> leaders, int depth) {
        if (owners[slot] != UNKNOWN) {
            return owners[slot];
        }
        int found = NOBODYS;
        if (c.pid(slot) == self) {
            found = leaders.size();
        } else if (!c.kernel(slot) && depth < DEEPEST) {
            Integer leader = byPid.get(c.pid(slot));
            Integer session = byPid.get(c.session(slot));
            if (leader != null) {
                found = leaders.get(leader).startTicks() == c.startTicks(slot) ? leader : NOBODYS;
            } else if (session != null
                    && c.startTicks(slot) >= leaders.get(session).startTicks()) {
                found = session;
            } else {
                int parent = c.parent(slot) == self ? NOBODYS : c.slotOf(c.parent(slot));
                found = parent < 0 ? NOBODYS : owner(c, parent, byPid, leaders, depth + 1);
                found = found == leaders.size() ? NOBODYS : found;
            }
        }
        owners[slot] = found;
        return found;
    }

    /** From where the last time ended, so that all have their turn; a tree whose processes were not all read yet has none. */
    private void measure(Census c, Tree[] trees, long nanos) {
        int reads = 0;
        long until = System.nanoTime() + PSS_NANOS;
        Set<ProcessRef> there = new HashSet<>();
        int first = next < c.slots() ? next : 0;
        for (int i = 0; i < c.slots(); i++) {
            int slot = (first + i) % c.slots();
            int owner = c.present(slot) ? owners[slot] : NOBODYS;
            if (owner < 0) {
                continue;
            }
            ProcessRef ref = c.ref(slot);
            there.add(ref);
            Measured known = pss.get(ref);
            boolean due = known == null || nanos - known.nanos >= PSS_EVERY_NANOS;
            if (due && reads < PSS_AT_ONCE && System.nanoTime() < until) {
                reads++;
                next = slot + 1;
                long bytes = c.state(slot) == 'Z' ? 0 : c.particulars().pssBytes(slot);
                known = new Measured(bytes, nanos);
                pss.put(ref, known);
            }
            Tree t = trees[owner];
            t.pssBytes = known == null || known.bytes < 0 || t.pssBytes < 0 ? -1 : t.pssBytes + known.bytes;
        }
        pss.keySet().retainAll(there);
    }

    @Override
    public synchronized void close() {
        if (census != null) {
            census.close();
            census = null;
        }
    }
}
