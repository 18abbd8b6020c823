package dev.holdfast.linux;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What there is to know of one process of a {@link Census} beyond its columns, each a file of /proc to be read: of the
 * process that was in the slot at the last look, or nothing. One thread uses it, that of the census.
 */
public final class Particulars {
    private static final byte[] COMMAND = ProcFiles.bytes("/cmdline");
    private static final byte[] STATUS = ProcFiles.bytes("/status");
    private static final byte[] GROUP = ProcFiles.bytes("/cgroup");
    private static final byte[] EXE = ProcFiles.bytes("/exe");
    private static final byte[] ROLLUP = ProcFiles.bytes("/smaps_rollup");
    private static final byte[] IO = ProcFiles.bytes("/io");
    private static final byte[] OPEN_FILES = ProcFiles.bytes("/fd");
    private static final byte[] ENVIRONMENT = ProcFiles.bytes("/environ");
    /** Where the length of an entry of getdents64(2) stands. */
    private static final int RECORD = 16;

    private final Census census;
    private final ProcFiles files;
    private final byte[] text;
    private final NativeBuffer listing;

    Particulars(Census census, ProcFiles files, NativeBuffer listing) {
        this.census = census;
        this.files = files;
        this.text = files.text;
        this.listing = listing;
    }

    /** Of its arguments as they are now, which it may write anew; 0: it has none, or they cannot be read. */
    public long commandHash(int slot) {
        return hash(read(slot, COMMAND));
    }

    /**
     * Whether {@link #commandHash} may be another than this one: then it is to be asked for. Nobody makes sure here that
     * the pid is still its, which would cost as much again: where nothing differs, nothing is taken from it.
     */
    public boolean commandDiffers(int slot, long known) {
        return hash(files.glance(census.pid(slot), COMMAND)) != known;
    }

    /** Of {@link #cgroup}, likewise. */
    public long cgroupHash(int slot) {
        return hash(read(slot, GROUP));
    }

    /** As {@link #commandDiffers}. */
    public boolean cgroupDiffers(int slot, long known) {
        return hash(files.glance(census.pid(slot), GROUP)) != known;
    }

    private long hash(int n) {
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
        int n = files.readLink(census.pid(slot), EXE);
        return n <= 0 ? "" : Text.of(Arrays.copyOf(text, n));
    }

    /** The value of a variable in the environment that it was started with; empty when there is none within its first 16 KiB. */
    public String environment(int slot, String variable) {
        int n = read(slot, ENVIRONMENT);
        byte[] key = ProcFiles.bytes(variable + "=");
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
        long opened = files.openAt(census.pid(slot), OPEN_FILES);
        if (opened < 0) {
            return -1;
        }
        long found = -2; // . and ..
        long n = Syscall.GETDENTS64.call(
                opened, listing.address(), listing.bytes().capacity());
        while (n > 0) {
            for (int at = 0; at < n; found++) {
                at += listing.bytes().getShort(at + RECORD) & 0xFFFF;
            }
            n = Syscall.GETDENTS64.call(
                    opened, listing.address(), listing.bytes().capacity());
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

    private int read(int slot, byte[] file) {
        return files.read(census.pid(slot), census.stat(slot), file);
    }
}
