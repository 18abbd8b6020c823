package dev.holdfast.linux;

import dev.holdfast.event.ProcessRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which processes belong to trees that no cgroup holds together, and what they use. Whose a process is, is found out
 * once, when it is first seen: by its session, by its parent, or, when that is gone, as {@link Lost} tells. It stays so
 * for life. The stat files of members stay open: a look costs one pread each. One thread uses it.
 */
public final class Trees implements AutoCloseable {
    /** Descriptors that may stay open; members beyond are opened at each look. */
    private static final int MOST_OPEN = 4096;

    private static final int TEXT = 2048;
    private static final int DEEPEST = 100;
    /** New pids that are asked for one by one; more cost more than a walk. */
    private static final int FEW = 500;

    private final Proc proc;
    private final String prefix;
    private final int self;
    private final Lost lost;
    private final NativeBuffer buffer = NativeBuffer.allocate(TEXT);
    private final byte[] text = new byte[TEXT];
    private final StatLine line = new StatLine();
    private final Map<String, Tree> trees = new HashMap<>();
    private final Map<Integer, Tree> bySession = new HashMap<>();
    private final Map<Integer, Member> members = new HashMap<>();
    /** Pids of processes that are nobody's. */
    private final BitSet strangers = new BitSet();

    private int open;
    /** The last pid that had been given when it was last discovered; 0: nobody is known. */
    private int known;

    /** Whose a process is that has lost its parent. */
    @FunctionalInterface
    public interface Lost {
        /**
         * @param parent to whom it fell: we or pid 1
         * @return the id of its tree; empty when it is nobody's
         * @throws Errno when it cannot be told
         */
        Optional<String> tree(Proc proc, int pid, int parent) throws Errno;
    }

    /** One tree as it was when it was last looked at. */
    public static final class Tree {
        private final String id;
        private final ProcessRef leader;
        private final List<Member> members = new ArrayList<>(1);
        private long rssBytes;
        private long tasks;
        private boolean grown;

        private Tree(String id, ProcessRef leader) {
            this.id = id;
            this.leader = leader;
        }

        /** Sum of the resident sets: pages that several share count for each, so it is never too little. */
        public long rssBytes() {
            return rssBytes;
        }

        /** Whether a process or thread of it was found since it was last looked at. */
        public boolean grown() {
            return grown;
        }

        /** Processes and threads, zombies included, as pids.max counts them. */
        public long tasks() {
            return tasks;
        }
    }

    private static final class Member {
        private final int pid;
        private final long startTicks;
        private final Tree tree;
        private @Nullable Fd stat;
        private long rssBytes;
        private long tasks = 1;

        private Member(int pid, long startTicks, Tree tree) {
            this.pid = pid;
            this.startTicks = startTicks;
            this.tree = tree;
        }
    }

    /**
     * @param root /proc, or a tree like it
     * @param self our own pid, to which orphans may fall
     */
    public Trees(Path root, int self, Lost lost) {
        this.proc = new Proc(root);
        this.prefix = root + "/";
        this.self = self;
        this.lost = lost;
    }

    /** Whom it has beside its leader is known after the next {@link #discover}. */
    public Tree add(String id, ProcessRef leader) {
        var tree = new Tree(id, leader);
        trees.put(id, tree);
        bySession.put(leader.pid(), tree);
        var first = new Member(leader.pid(), leader.startTicks(), tree);
        members.put(leader.pid(), first);
        tree.members.add(first);
        meetAgain(leader.pid());
        return tree;
    }

    /**
     * Who came since this leader may have been taken for a stranger: its children, before we heard of it. All are asked
     * anew when it is not one of the last that came.
     */
    private void meetAgain(int leader) {
        if (Math.abs(known - leader) > FEW) {
            forgetStrangers();
        } else if (leader < known) {
            strangers.clear(leader, known + 1);
            known = leader;
        }
    }

    /** The next discovery takes nobody for known. */
    public void forgetStrangers() {
        strangers.clear();
        known = 0;
    }

    public void remove(Tree tree) {
        trees.remove(tree.id, tree);
        bySession.remove(tree.leader.pid(), tree);
        for (Member m : tree.members) {
            drop(m);
        }
        tree.members.clear();
    }

    private void drop(Member m) {
        members.remove(m.pid, m);
        Fd stat = m.stat;
        if (stat != null) {
            stat.close();
            m.stat = null;
            open--;
        }
    }

    /**
     * Finds processes that came since the last call: by the pids given since, as long as these are few. A pid that was a
     * stranger's may be given anew.
     *
     * @param to the last pid that is given now (/proc/loadavg)
     * @throws IOException when it cannot be told whose somebody is: all are asked anew the next time
     */
    public void discover(int to) throws IOException {
        int from = known;
        known = 0;
        if (from <= to) {
            strangers.clear(from, to + 1);
        } else { // numbers began anew
            strangers.clear(0, to + 1);
            strangers.clear(from, Math.max(from, strangers.length()));
        }
        if (from > 0 && from <= to && to - from <= FEW) {
            for (int pid = from + 1; pid <= to; pid++) {
                owner(pid, 0);
            }
        } else {
            for (int pid : proc.pids()) {
                owner(pid, 0);
            }
        }
        known = to;
    }

    private @Nullable Tree owner(int pid, int depth) throws Errno {
        if (pid <= 1 || pid == self || strangers.get(pid) || depth > DEEPEST) {
            return null;
        }
        Member known = members.get(pid);
        if (known != null) {
            return known.tree;
        }
        int n = slurp(prefix + pid + "/stat");
        if (n <= 0) {
            return null;
        }
        line.parse(text, n);
        long start = line.startTicks();
        int parent = line.ppid();
        Tree tree = line.kernel() ? null : bySession.get(line.session());
        if (tree != null && pid == tree.leader.pid() && start != tree.leader.startTicks()) {
            tree = null; // the leader is gone, and its number another's
        }
        if (tree == null && !line.kernel()) {
            tree = parent == self || parent <= 1
                    ? lost.tree(proc, pid, parent).map(trees::get).orElse(null)
                    : owner(parent, depth + 1);
        }
        if (tree == null) {
            strangers.set(pid);
            return null;
        }
        tree.grown = true;
        if (isThread(pid)) {
            return tree;
        }
        var member = new Member(pid, start, tree);
        members.put(pid, member);
        tree.members.add(member);
        return tree;
    }

    /** A thread has a directory that no walk shows, and the stat line of its process. */
    private boolean isThread(int pid) {
        int n = slurp(prefix + pid + "/status");
        return n > 0 && number("Tgid:", n) != pid;
    }

    /** Sums up what its members use now; forgets those that have ended. */
    public void look(Tree tree) {
        long rss = 0;
        long tasks = 0;
        for (Iterator<Member> it = tree.members.iterator(); it.hasNext(); ) {
            Member m = it.next();
            int n = read(m);
            if (n > 0) {
                line.parse(text, n);
                m.rssBytes = line.rssBytes();
                m.tasks = line.threads();
            }
            // What cannot be read, for want of descriptors say, is not gone: it counts as it did.
            if (gone(n) || (n > 0 && line.startTicks() != m.startTicks)) {
                drop(m);
                it.remove();
                continue;
            }
            rss += m.rssBytes;
            tasks += m.tasks;
        }
        tree.rssBytes = rss;
        tree.tasks = tasks;
        tree.grown = false;
    }

    /** @param n bytes read, or minus errno */
    private static boolean gone(int n) {
        return n == 0 || n == -Errno.ESRCH || n == -Errno.ENOENT;
    }

    private int read(Member m) {
        Fd stat = m.stat;
        if (stat == null && open < MOST_OPEN) {
            try {
                stat = Descriptors.open(prefix + m.pid + "/stat", Descriptors.O_RDONLY, 0);
                m.stat = stat;
                open++;
            } catch (Errno goneOrFull) {
                return slurp(prefix + m.pid + "/stat");
            }
        }
        return stat == null ? slurp(prefix + m.pid + "/stat") : taken(Descriptors.readAt(stat, buffer, 0, TEXT, 0));
    }

    /**
     * What its members have for themselves, and their part of what they share (PSS, smaps_rollup of proc_pid_smaps(5)):
     * a walk of all their page tables, so only worth it near a limit. Those we may not ask count with their resident set.
     */
    public long pssBytes(Tree tree) {
        long sum = 0;
        for (Member m : tree.members) {
            int n = slurp(prefix + m.pid + "/smaps_rollup");
            long pss = n <= 0 ? -1 : number("Pss:", n);
            if (pss >= 0) {
                sum += pss << 10;
            } else if (!gone(n) || (n == -Errno.ENOENT && slurp(prefix + m.pid + "/stat") > 0)) {
                sum += m.rssBytes; // Linux before 4.14 has no such file; who has ended and is not reaped has no pages
            }
        }
        return sum;
    }

    /** The number behind a key that begins a line of {@link #text}; -1 when there is none. */
    private long number(String key, int n) {
        for (int at = 0; at + key.length() < n; at++) {
            if ((at == 0 || text[at - 1] == '\n') && begins(key, at)) {
                int i = at + key.length();
                while (i < n && (text[i] == ' ' || text[i] == '\t')) {
                    i++;
                }
                long value = 0;
                for (; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
                    value = value * 10 + text[i] - '0';
                }
                return value;
            }
        }
        return -1;
    }

    private boolean begins(String key, int at) {
        for (int i = 0; i < key.length(); i++) {
            if (text[at + i] != key.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int slurp(String file) {
        try (Fd fd = Descriptors.open(file, Descriptors.O_RDONLY, 0)) {
            return taken(Descriptors.read(fd, buffer, 0, TEXT));
        } catch (Errno gone) {
            return -gone.number();
        }
    }

    private int taken(int n) {
        if (n > 0) {
            buffer.bytes().get(0, text, 0, n);
        }
        return n;
    }

    @Override
    public void close() {
        List.copyOf(trees.values()).forEach(this::remove);
    }
}
