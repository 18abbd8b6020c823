package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.ProcessRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * All processes of the host, in columns of numbers that are reused from look to look: a look at processes that were there
 * before allocates nothing. A process keeps its slot while it lives. Its stat file stays open as long as there are
 * descriptors to spare: an open one costs half, and belongs to this very process whatever becomes of its pid. One thread
 * uses it.
 */
public final class Census implements AutoCloseable {
    private static final int O_DIRECTORY = "amd64".equals(System.getProperty("os.arch")) ? 0x10000 : 0x4000;
    private static final int OPEN = Descriptors.O_RDONLY | Descriptors.O_CLOEXEC;
    private static final int LISTING = 64 << 10;
    private static final int TEXT = 16 << 10;
    private static final int NAME = 64;
    private static final int NONE = -1;
    private static final byte[] STAT = bytes("/stat");
    private static final byte[] COMMAND = bytes("/cmdline");
    private static final byte[] STATUS = bytes("/status");
    private static final byte[] GROUP = bytes("/cgroup");
    private static final byte[] EXE = bytes("/exe");
    private static final byte[] ROLLUP = bytes("/smaps_rollup");
    private static final byte[] IO = bytes("/io");
    private static final byte[] OPEN_FILES = bytes("/fd");
    private static final byte[] ENVIRONMENT = bytes("/environ");
    private static final int RLIMIT_NOFILE = 7;
    private static final int MOST_OPEN = 4096;
    private static final int RECORD = 16;
    private static final int ENTRY = 19;

    private final Fd root;
    private final int mostOpen;
    private final NativeBuffer listing = NativeBuffer.allocate(LISTING);
    private final byte[] entries = new byte[LISTING];
    private final NativeBuffer buffer = NativeBuffer.allocate(TEXT);
    private final byte[] text = new byte[TEXT];
    private final NativeBuffer name = NativeBuffer.allocate(NAME);
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
        this.root = Descriptors.open(proc, OPEN | O_DIRECTORY, 0);
        this.mostOpen = mostOpen;
        Arrays.fill(table, NONE);
    }

    /** An eighth of the files that this process may open, 4,096 at most: each costs the kernel some kilobytes. */
    public static int budget() {
        NativeBuffer limits = NativeBuffer.scratch(16);
        long r = limits.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NOFILE, 0, a));
        long soft = r == 0 ? limits.bytes().getLong(0) : 0;
        return soft < 0 ? MOST_OPEN : (int) Math.min(MOST_OPEN, soft / 8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ── a look ──

    /**
     * Reads them all anew.
     *
     * @throws Errno when not all could be read, for want of descriptors say: what is unknown is not gone, and the columns
     *     are neither as before nor as now
     */
    public void look() throws Errno {
        look++;
        check("lseek", Syscall.LSEEK.call(root.number(), 0, 0));
        long n = check("getdents64", Syscall.GETDENTS64.call(root.number(), listing.address(), LISTING));
        while (n > 0) {
            listing.bytes().get(0, entries, 0, (int) n);
            for (int at = 0; at < n; ) {
                int here = number(entries, at + ENTRY);
                if (here > 0) {
                    meet(here);
                }
                at += (entries[at + RECORD] & 0xFF) | (entries[at + RECORD + 1] & 0xFF) << 8;
            }
            n = check("getdents64", Syscall.GETDENTS64.call(root.number(), listing.address(), LISTING));
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
            int n = (int) Syscall.PREAD64.quickly(fd[slot], buffer.address(), TEXT, 0);
            if (n > 0) {
                take(slot, n);
                return;
            }
            leave(slot); // its pid may be another's already
            slot = NONE;
        }
        long opened = openAt(who, STAT);
        if (opened < 0) {
            opened = Syscall.OPENAT.call(root.number(), name.address(), OPEN, 0); // why not?
        }
        if (opened < 0) {
            gone("open /proc/PID/stat", opened);
            return;
        }
        int n = (int) Syscall.READ.quickly(opened, buffer.address(), TEXT, 0);
        if (n < 0) {
            n = (int) Syscall.READ.call(opened, buffer.address(), TEXT);
        }
        boolean keep = n > 0 && open < mostOpen;
        if (!keep) {
            Syscall.CLOSE.quickly(opened, 0, 0, 0);
        }
        if (n <= 0) {
            gone("read /proc/PID/stat", n);
            return;
        }
        buffer.bytes().get(0, text, 0, n);
        line.parseFirst(text, n);
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
        buffer.bytes().get(0, text, 0, n);
        line.parseFirst(text, n);
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
        program[slot] = line.program(text);
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

    // ── what costs more, one by one ──

    /** Of its arguments as they are now, which it may write anew; 0: it has none, or they cannot be read. */
    public long commandHash(int slot) {
        return hash(slot, COMMAND);
    }

    /** Of {@link #cgroup}, likewise. */
    public long cgroupHash(int slot) {
        return hash(slot, GROUP);
    }

    private long hash(int slot, byte[] file) {
        int n = read(slot, file);
        long hash = n <= 0 ? 0 : 1;
        for (int i = 0; i < n; i++) {
            hash = hash * 31 + text[i];
        }
        return hash;
    }

    /** Its arguments with blanks between, at most 16 KiB of them; empty when they cannot be read. */
    public String command(int slot) {
        int n = read(slot, COMMAND);
        while (n > 0 && text[n - 1] == 0) {
            n--;
        }
        for (int i = 0; i < n; i++) {
            text[i] = text[i] == 0 ? (byte) ' ' : text[i];
        }
        return n <= 0 ? "" : Text.of(Arrays.copyOf(text, n)).strip();
    }

    /** Its arguments, within the first 16 KiB of them, without the empty ones that programs leave that rename themselves. */
    public List<String> arguments(int slot) {
        int n = read(slot, COMMAND);
        while (n > 0 && text[n - 1] == 0) {
            n--;
        }
        return n <= 0
                ? List.of()
                : List.of(Text.of(Arrays.copyOf(text, n)).strip().split("\0", -1));
    }

    /** Its real user; -1: unknown. */
    public int uid(int slot) {
        return id(slot, "\nUid:\t");
    }

    /** Its real group; -1: unknown. */
    public int gid(int slot) {
        return id(slot, "\nGid:\t");
    }

    private int id(int slot, String line) {
        int n = read(slot, STATUS);
        int at = find(line, n);
        return at < 0 ? -1 : (int) digits(at, n);
    }

    /** The kernel's name of it, at most 15 characters; empty when it is gone. */
    public String name(int slot) {
        int n = read(slot, STATUS);
        int end = 0;
        while (end < n && text[end] != '\n') {
            end++;
        }
        return n <= 6 ? "" : Text.of(Arrays.copyOfRange(text, 6, end)); // "Name:\t"
    }

    /**
     * Its group in the unified hierarchy; on a host with hierarchies of version 1, the longest path of those it is in.
     */
    public String cgroup(int slot) {
        int n = read(slot, GROUP);
        String best = "";
        for (String group :
                n <= 0 ? new String[0] : Text.of(Arrays.copyOf(text, n)).split("\n", -1)) {
            int second = group.indexOf(':', group.indexOf(':') + 1);
            String path = second < 0 ? "" : group.substring(second + 1);
            best = path.length() > best.length() ? path : best;
        }
        return best;
    }

    /** The path of its program; empty for threads of the kernel, and where that may not be known. */
    public String exe(int slot) {
        named(pid[slot], EXE);
        int n = (int) Syscall.READLINKAT.call(root.number(), name.address(), buffer.address(), TEXT);
        if (n <= 0) {
            return "";
        }
        byte[] path = new byte[n];
        buffer.bytes().get(0, path);
        return Text.of(path);
    }

    /** The value of a variable in the environment that it was started with; empty when there is none within its first 16 KiB. */
    public String environment(int slot, String variable) {
        int n = read(slot, ENVIRONMENT);
        byte[] key = bytes(variable + "=");
        int at = n <= 0 ? -1 : contains(key, 0, n);
        while (at > 0 && text[at - 1] != 0) { // the end of another's name
            at = contains(key, at + 1, n);
        }
        if (at < 0) {
            return "";
        }
        int from = at + variable.length() + 1;
        int end = from;
        while (end < n && text[end] != 0) {
            end++;
        }
        return Text.of(Arrays.copyOfRange(text, from, end));
    }

    private int contains(byte[] part, int from, int n) {
        for (int at = from; at + part.length <= n; at++) {
            if (text[at] == part[0] && Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Its own pages and its part of those it shares (proc_pid_smaps(5)): the kernel walks its page tables; -1: unknown. */
    public long pssBytes(int slot) {
        int n = read(slot, ROLLUP);
        int at = find("\nPss:", n);
        return at < 0 ? -1 : digits(at, n) << 10;
    }

    /** Bytes from and to disks since it began (proc_pid_io(5)); -1: unknown. */
    public long ioBytes(int slot) {
        int n = read(slot, IO);
        int in = find("\nread_bytes: ", n);
        int out = find("\nwrite_bytes: ", n);
        return in < 0 || out < 0 ? -1 : digits(in, n) + digits(out, n);
    }

    /** Address space, and what of it is swapped out (VmSize and VmSwap of proc_pid_status(5)). */
    public record Sizes(long virtualBytes, long swapBytes) {}

    /** Empty when it is gone, and for zombies and threads of the kernel, which have no memory. */
    public Optional<Sizes> sizes(int slot) {
        int n = read(slot, STATUS);
        int size = find("\nVmSize:", n);
        int swap = find("\nVmSwap:", n);
        return size < 0
                ? Optional.empty()
                : Optional.of(new Sizes(digits(size, n) << 10, swap < 0 ? 0 : digits(swap, n) << 10));
    }

    /** Since it began, from and towards disks (proc_pid_io(5)). */
    public record Disk(long readBytes, long writtenBytes) {}

    /** Empty when it is gone, or may not be looked at. */
    public Optional<Disk> disk(int slot) {
        int n = read(slot, IO);
        int in = find("\nread_bytes: ", n);
        int out = find("\nwrite_bytes: ", n);
        return in < 0 || out < 0 ? Optional.empty() : Optional.of(new Disk(digits(in, n), digits(out, n)));
    }

    /** Open descriptors; -1: unknown. */
    public long descriptors(int slot) {
        long opened = openAt(pid[slot], OPEN_FILES);
        if (opened < 0) {
            return -1;
        }
        long found = -2; // . and ..
        long n = Syscall.GETDENTS64.call(opened, listing.address(), LISTING);
        while (n > 0) {
            for (int at = 0; at < n; found++) {
                at += listing.bytes().getShort(at + RECORD) & 0xFFFF;
            }
            n = Syscall.GETDENTS64.call(opened, listing.address(), LISTING);
        }
        Syscall.CLOSE.call(opened);
        return n < 0 ? -1 : found;
    }

    /** Where what follows {@code key} begins in {@link #text}; -1: nowhere. */
    private int find(String key, int n) {
        int length = key.length();
        for (int at = 0; at + length <= n; at++) {
            int i = 0;
            while (i < length && text[at + i] == key.charAt(i)) {
                i++;
            }
            if (i == length) {
                return at + length;
            }
        }
        return -1;
    }

    private long digits(int from, int n) {
        int at = from;
        while (at < n && (text[at] == ' ' || text[at] == '\t')) {
            at++;
        }
        long value = 0;
        for (; at < n && text[at] >= '0' && text[at] <= '9'; at++) {
            value = value * 10 + text[at] - '0';
        }
        return value;
    }

    /** Into {@link #text}, as much as fits; 0 or less when it cannot be read, or the process is no longer that one. */
    private int read(int slot, byte[] file) {
        long opened = openAt(pid[slot], file);
        if (opened < 0) {
            return -1;
        }
        int n = 0;
        int got = 1;
        while (got > 0 && n < TEXT) {
            got = (int) Syscall.READ.quickly(opened, buffer.address() + n, TEXT - n, 0);
            n += Math.max(got, 0);
        }
        Syscall.CLOSE.quickly(opened, 0, 0, 0);
        // The stat file tells whether the pid was still this one's after it was opened by number.
        if (fd[slot] != NONE && Syscall.PREAD64.quickly(fd[slot], buffer.address() + TEXT - 1, 1, 0) <= 0) {
            return -1;
        }
        buffer.bytes().get(0, text, 0, n);
        return n;
    }

    private long openAt(int who, byte[] file) {
        named(who, file);
        return Syscall.OPENAT.quickly(root.number(), name.address(), OPEN, 0);
    }

    /** Writes {@code PID/FILE}. */
    private void named(int who, byte[] file) {
        ByteBuffer b = name.bytes();
        int digits = 1;
        for (int rest = who / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int rest = who;
        for (int at = digits - 1; at >= 0; at--) {
            b.put(at, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        b.put(digits, file).put(digits + file.length, (byte) 0);
    }

    @Override
    public void close() {
        for (int slot = 0; slot < slots; slot++) {
            if (seen[slot] != 0) {
                leave(slot);
            }
        }
        root.close();
    }
}
