package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * All processes of the host, in columns of numbers that are reused from look to look: a look at processes that were there
 * before allocates nothing. A process keeps its slot while it lives. Its stat file stays open as long as there are
 * descriptors to spare: an open one costs half, and belongs to this very process whatever becomes of its pid. One thread
 * uses it.
 */
public final class Census implements AutoCloseable {
    private static final int LISTING = 64 << 10;
    private static final int NONE = -1;
    private static final byte[] STAT = ProcFiles.bytes("/stat");
    private static final int RLIMIT_NOFILE = 7;
    /**
     * Every program that we start gets a copy of all descriptors, and closes it: 0.1 us each. An open file saves 3 us a look.
     * So this many, for a millisecond, and no more.
     */
    private static final int MOST_OPEN = 10_240;
    /** What the kernel keeps of an open one: its text, and its place in /proc. */
    private static final int OPEN_BYTES = 5 << 10;

    private static final int RECORD = 16;
    private static final int ENTRY = 19;

    private final ProcFiles files;
    private final Particulars particulars;
    private final int mostOpen;
    private final NativeBuffer listing = NativeBuffer.allocate(LISTING);
    private final byte[] entries = new byte[LISTING];
    private final StatLine line = new StatLine();

    private int[] pid = new int[256];
    private long[] start = new long[256];
    private int[] parent = new int[256];
    private int[] session = new int[256];
    private byte[] state = new byte[256];
    private boolean[] kernel = new boolean[256];
    private long[] cpu = new long[256];
    private long[] waited = new long[256];
    private long[] rss = new long[256];
    private int[] threads = new int[256];
    private long[] program = new long[256];
    private int[] fd = new int[256];
    /** The look that saw it last; 0: nobody is in this slot. */
    private int[] seen = new int[256];

    private int[] free = new int[256];
    private int frees;
    private int slots;
    private int count;
    private int look;
    private int open;
    /** Slots by pid, open addressing; made anew at each look. */
    private int[] table = new int[1024];

    /**
     * @param proc /proc, or a tree like it
     * @param mostOpen descriptors that may stay open
     */
    public Census(Path proc, int mostOpen) throws Errno {
        this.files = new ProcFiles(proc);
        this.particulars = new Particulars(this, files, listing);
        this.mostOpen = mostOpen;
        Arrays.fill(table, NONE);
    }

    /**
     * How many may stay open: 10,240, but no more than an eighth of the files that this process may open, a sixteenth of
     * those that the host may, and what a 128th of its memory has room for.
     *
     * @param proc /proc, or a tree like it; what it does not tell bounds nothing
     */
    public static int budget(Path proc) {
        NativeBuffer limits = NativeBuffer.scratch(16);
        long r = limits.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NOFILE, 0, a));
        long soft = r == 0 ? limits.bytes().getLong(0) : 0;
        return budget(soft < 0 ? Long.MAX_VALUE : soft, hostFiles(proc), memory(proc));
    }

    static int budget(long ourFiles, long hostFiles, long memory) {
        long host = Math.min(hostFiles / 16, memory / 128 / OPEN_BYTES);
        return (int) Math.min(MOST_OPEN, Math.min(ourFiles / 8, host));
    }

    private static long hostFiles(Path proc) {
        try { // by lines: the kernel tells such a number to the first read alone, and that has to be long enough
            return Long.parseLong(String.join("", Files.readAllLines(proc.resolve("sys/fs/file-max"))));
        } catch (IOException | NumberFormatException untold) {
            return Long.MAX_VALUE;
        }
    }

    private static long memory(Path proc) {
        try (Pulse pulse = new Pulse(proc)) {
            pulse.beat();
            return pulse.totalBytes() == 0 ? Long.MAX_VALUE : pulse.totalBytes();
        } catch (Errno untold) {
            return Long.MAX_VALUE;
        }
    }

    // ── a look ──

    /**
     * Reads them all anew.
     *
     * @throws Errno when not all could be read, for want of descriptors say: what is unknown is not gone, and the columns
     *     are neither as before nor as now
     */
    public void look() throws Errno {
        look(true);
    }

    /**
     * As {@link #look()}, but what is known for a thread of the kernel is taken for the same as before, and not read: on a
     * small host these are most.
     */
    public void lookInHaste() throws Errno {
        look(false);
    }

    private void look(boolean kernelToo) throws Errno {
        look++;
        check("lseek", Syscall.LSEEK.call(files.root.number(), 0, 0));
        long n = check("getdents64", Syscall.GETDENTS64.call(files.root.number(), listing.address(), LISTING));
        while (n > 0) {
            listing.bytes().get(0, entries, 0, (int) n);
            for (int at = 0; at < n; ) {
                int here = number(entries, at + ENTRY);
                int known = here > 0 && !kernelToo ? slotOf(here) : NONE;
                if (known != NONE && kernel[known]) {
                    seen[known] = look;
                } else if (here > 0) {
                    meet(here);
                }
                at += (entries[at + RECORD] & 0xFF) | (entries[at + RECORD + 1] & 0xFF) << 8;
            }
            n = check("getdents64", Syscall.GETDENTS64.call(files.root.number(), listing.address(), LISTING));
        }
        for (int slot = 0; slot < slots; slot++) {
            if (seen[slot] != 0 && seen[slot] != look) {
                leave(slot);
            }
        }
        index();
    }

    /** A name of digits alone; 0 for any other. */
    private static int number(byte[] from, int at) {
        int value = 0;
        for (int i = at; from[i] != 0; i++) {
            if (from[i] < '0' || from[i] > '9') {
                return 0;
            }
            value = value * 10 + from[i] - '0';
        }
        return value;
    }

    private void meet(int who) throws Errno {
        int slot = slotOf(who);
        if (slot != NONE && fd[slot] != NONE) {
            int n = (int) Syscall.PREAD64.quickly(fd[slot], files.buffer.address(), ProcFiles.TEXT, 0);
            if (n > 0) {
                take(slot, n);
                return;
            }
            leave(slot); // its pid may be another's already
            slot = NONE;
        }
        long opened = files.openAt(who, STAT);
        if (opened < 0) {
            opened = files.openAtLoudly(who, STAT); // why not?
        }
        if (opened < 0) {
            gone("open /proc/PID/stat", opened);
            return;
        }
        int n = (int) Syscall.READ.quickly(opened, files.buffer.address(), ProcFiles.TEXT, 0);
        if (n < 0) {
            n = (int) Syscall.READ.call(opened, files.buffer.address(), ProcFiles.TEXT);
        }
        boolean keep = n > 0 && open < mostOpen;
        if (!keep) {
            Syscall.CLOSE.quickly(opened, 0, 0, 0);
        }
        if (n <= 0) {
            gone("read /proc/PID/stat", n);
            return;
        }
        files.buffer.bytes().get(0, files.text, 0, n);
        line.parseFirst(files.text, n);
        if (slot != NONE && start[slot] != line.startTicks()) {
            leave(slot);
            slot = NONE;
        }
        if (slot == NONE) {
            slot = enter(who);
        }
        if (keep) {
            fd[slot] = (int) opened;
            open++;
        }
        store(slot);
    }

    /** Or hidden from us; anything else is not known. */
    private static void gone(String call, long result) throws Errno {
        switch ((int) -result) {
            case 0, Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM -> {}
            default -> throw new Errno(call, (int) -result);
        }
    }

    private void take(int slot, int n) {
        files.buffer.bytes().get(0, files.text, 0, n);
        line.parseFirst(files.text, n);
        store(slot);
    }

    private void store(int slot) {
        seen[slot] = look;
        start[slot] = line.startTicks();
        parent[slot] = line.ppid();
        session[slot] = line.session();
        state[slot] = (byte) line.state();
        kernel[slot] = line.kernel();
        cpu[slot] = line.cpuTicks();
        waited[slot] = line.waitedTicks();
        rss[slot] = line.rssBytes();
        threads[slot] = (int) line.threads();
        program[slot] = line.program(files.text);
    }

    private int enter(int who) {
        int slot = frees > 0 ? free[--frees] : slots++;
        if (slot >= pid.length) {
            grow(pid.length * 2);
        }
        pid[slot] = who;
        fd[slot] = NONE;
        count++;
        return slot;
    }

    private void leave(int slot) {
        if (fd[slot] != NONE) {
            Syscall.CLOSE.call(fd[slot]);
            fd[slot] = NONE;
            open--;
        }
        seen[slot] = 0;
        pid[slot] = 0;
        count--;
        if (frees == free.length) {
            free = Arrays.copyOf(free, free.length * 2);
        }
        free[frees++] = slot;
    }

    private void grow(int size) {
        pid = Arrays.copyOf(pid, size);
        start = Arrays.copyOf(start, size);
        parent = Arrays.copyOf(parent, size);
        session = Arrays.copyOf(session, size);
        state = Arrays.copyOf(state, size);
        kernel = Arrays.copyOf(kernel, size);
        cpu = Arrays.copyOf(cpu, size);
        waited = Arrays.copyOf(waited, size);
        rss = Arrays.copyOf(rss, size);
        threads = Arrays.copyOf(threads, size);
        program = Arrays.copyOf(program, size);
        fd = Arrays.copyOf(fd, size);
        seen = Arrays.copyOf(seen, size);
    }

    private void index() {
        if (table.length < 3 * count) {
            table = new int[Integer.highestOneBit(3 * count) * 2];
        }
        Arrays.fill(table, NONE);
        for (int slot = 0; slot < slots; slot++) {
            if (seen[slot] != 0) {
                int at = hash(pid[slot]);
                while (table[at] != NONE) {
                    at = (at + 1) & (table.length - 1);
                }
                table[at] = slot;
            }
        }
    }

    private int hash(int who) {
        return ((who * 0x9E3779B9) >>> 8) & (table.length - 1);
    }

    /** Of the last look; -1: no such process then, or it has been found to be gone since. */
    public int slotOf(int who) {
        if (who <= 0) {
            return NONE;
        }
        for (int at = hash(who); table[at] != NONE; at = (at + 1) & (table.length - 1)) {
            if (pid[table[at]] == who) {
                return table[at];
            }
        }
        return NONE;
    }

    /** Of the processes of the last look. */
    public Particulars particulars() {
        return particulars;
    }

    /** Its open stat file; below 0: none is open. */
    int stat(int slot) {
        return fd[slot];
    }

    // ── columns ──

    /** All slots are below this. */
    public int slots() {
        return slots;
    }

    /** Processes at the last look. */
    public int count() {
        return count;
    }

    /** Stat files that stay open. */
    public int open() {
        return open;
    }

    public boolean present(int slot) {
        return seen[slot] != 0;
    }

    public int pid(int slot) {
        return pid[slot];
    }

    public long startTicks(int slot) {
        return start[slot];
    }

    public ProcessRef ref(int slot) {
        return new ProcessRef(pid[slot], start[slot]);
    }

    public int parent(int slot) {
        return parent[slot];
    }

    public int session(int slot) {
        return session[slot];
    }

    public char state(int slot) {
        return (char) state[slot];
    }

    public boolean kernel(int slot) {
        return kernel[slot];
    }

    public long cpuTicks(int slot) {
        return cpu[slot];
    }

    /** Of children that it has waited for, and of theirs. */
    public long waitedTicks(int slot) {
        return waited[slot];
    }

    public long rssBytes(int slot) {
        return rss[slot];
    }

    public long threads(int slot) {
        return threads[slot];
    }

    /** Another number when it has executed another program. */
    public long program(int slot) {
        return program[slot];
    }

    @Override
    public void close() {
        for (int slot = 0; slot < slots; slot++) {
            if (seen[slot] != 0) {
                leave(slot);
            }
        }
        files.root.close();
    }
}
