package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel tells of the whole host. Empty where it does not: unknown is not 0. Thread-safe.
 */
public final class HostGauges {
    private static final int STATFS_BYTES = 128;
    /** fs/proc/stat.c: user nice system idle iowait irq softirq steal; guest time is in user time already. */
    private static final int CPU_FIELDS = 8;

    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;

    private final Path proc;

    /** In bytes (proc_meminfo(5)). */
    public record Memory(long total, long available, long swapTotal, long swapFree) {}

    /** In ticks since the boot, all processors together (proc_stat(5)). */
    public record Ticks(long busy, long all) {}

    /** Of the whole host (proc_sys_fs(5)). */
    public record OpenFilesOfHost(long used, long most) {}

    /** In microseconds since the boot (Documentation/accounting/psi.rst). */
    public record Stall(long someMicros, long fullMicros) {}

    /** In bytes (statfs(2)); {@code free} is what users may take. */
    public record Space(long used, long free, long inodesUsed, long inodes) {}

    /** @param proc /proc, or a tree like it */
    public HostGauges(Path proc) {
        this.proc = proc;
    }

    public Optional<Memory> memory() {
        byte[] text = read("meminfo").getBytes(StandardCharsets.ISO_8859_1);
        var memory = new Memory(
                MemInfo.bytes(text, text.length, MemInfo.TOTAL),
                MemInfo.bytes(text, text.length, MemInfo.AVAILABLE),
                MemInfo.bytes(text, text.length, MemInfo.SWAP_TOTAL),
                MemInfo.bytes(text, text.length, MemInfo.SWAP_FREE));
        return memory.total < 0 || memory.available < 0 || memory.swapTotal < 0 || memory.swapFree < 0
                ? Optional.empty()
                : Optional.of(memory);
    }

    /** In bytes; empty where it is not told. */
    public OptionalLong memoryTotal() {
        return told(MemInfo.TOTAL);
    }

    /** In bytes; empty where it is not told. */
    public OptionalLong swapTotal() {
        return told(MemInfo.SWAP_TOTAL);
    }

    private OptionalLong told(byte[] key) {
        byte[] text = read("meminfo").getBytes(StandardCharsets.ISO_8859_1);
        long bytes = MemInfo.bytes(text, text.length, key);
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    public Optional<Ticks> processors() {
        String[] fields = read("stat").lines().findFirst().orElse("").strip().split("\\s+", -1);
        if (!fields[0].equals("cpu") || fields.length <= CPU_FIELDS) {
            return Optional.empty();
        }
        long all = 0;
        for (int i = 1; i <= CPU_FIELDS; i++) {
            all += number(fields[i]);
        }
        long idle = number(fields[1 + IDLE]) + number(fields[1 + IO_WAIT]);
        return Optional.of(new Ticks(all - idle, all));
    }

    /** Mean of tasks that run or wait in the last minute (proc_loadavg(5)). */
    public Optional<Double> load() {
        String first = read("loadavg").split(" ", -1)[0];
        return first.matches("\\d{1,9}\\.\\d{1,9}") ? Optional.of(Double.parseDouble(first)) : Optional.empty();
    }

    /** Processors that are online. */
    public int cores() {
        long n = read("stat").lines().filter(l -> l.matches("cpu\\d+ .*")).count();
        return (int) Math.max(1, n);
    }

    /** Bytes read back from swap since the boot: pswpin of proc_vmstat(5), in pages. */
    public Optional<Long> swappedIn() {
        return read("vmstat")
                .lines()
                .filter(l -> l.startsWith("pswpin "))
                .findFirst()
                .map(l -> number(l.substring("pswpin ".length()).strip()) * PageSize.BYTES);
    }

    public Optional<OpenFilesOfHost> openFiles() {
        String[] fields = read("sys/fs/file-nr").strip().split("\\s+", -1);
        return fields.length == 3
                ? Optional.of(new OpenFilesOfHost(number(fields[0]) - number(fields[1]), number(fields[2])))
                : Optional.empty();
    }

    /** @param of memory, cpu or io */
    public Optional<Stall> stall(String of) {
        Map<String, Long> totals = new HashMap<>();
        for (String line : read("pressure/" + of).lines().toList()) {
            int at = line.indexOf("total=");
            if (at > 0) {
                totals.put(
                        line.substring(0, line.indexOf(' ')),
                        number(line.substring(at + 6).strip()));
            }
        }
        Long some = totals.get("some");
        return some == null ? Optional.empty() : Optional.of(new Stall(some, totals.getOrDefault("full", 0L)));
    }

    /**
     * Of the file system that is mounted there. May wait for a server.
     *
     * @throws IOException when nothing is mounted there, or that cannot be told
     */
    public static Space space(String mount) throws IOException {
        if (!mount.equals("/") && status(mount).mount() == status(mount + "/..").mount()) {
            throw new IOException("nothing is mounted there");
        }
        NativeBuffer b = NativeBuffer.allocate(STATFS_BYTES);
        NativeBuffer path = NativeBuffer.ofString(mount);
        check("statfs", b.use(to -> path.use(p -> Syscall.STATFS.call(p, to))));
        // f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree, f_fsid, f_namelen, f_frsize: words each
        long block =
                b.bytes().getLong(72) > 0 ? b.bytes().getLong(72) : b.bytes().getLong(8);
        long blocks = b.bytes().getLong(16);
        long inodes = b.bytes().getLong(40);
        return new Space(
                (blocks - b.bytes().getLong(24)) * block,
                b.bytes().getLong(32) * block,
                inodes - b.bytes().getLong(48),
                inodes);
    }

    private static FileStatus status(String path) throws Errno {
        try (Fd fd = Descriptors.open(path, Handles.O_PATH, 0)) {
            return Handles.status(fd);
        }
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** Empty when it is not there, or not for us. */
    private String read(String file) {
        try {
            return new String(Files.readAllBytes(proc.resolve(file)), StandardCharsets.ISO_8859_1);
        } catch (IOException unknown) {
            return "";
        }
    }
}
