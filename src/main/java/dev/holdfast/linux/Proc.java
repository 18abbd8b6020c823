package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.ProcessRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * /proc as typed facts (proc(5)). A process that ends while it is read is absent, never half read; one that is hidden
 * from us (hidepid) is absent as well. What cannot be read for another reason, such as no descriptor left, is thrown:
 * unknown is not gone.
 */
public final class Proc {
    private static final int MAX_ENVIRON = 4 << 20;
    private static final int PAGE = 4096;
    private static final int O_RDONLY = Descriptors.O_RDONLY;

    private final Path root;
    private long knownPeak;
    private final String prefix;
    private final byte[] text = new byte[2 * PAGE];
    private final NativeBuffer buffer = NativeBuffer.allocate(text.length);
    private final StatLine line = new StatLine();

    /**
     * The fields of /proc/PID/stat in use (proc_pid_stat(5)).
     *
     * @param state R, S, D, Z, T and the like
     * @param cpuTicks user plus system time of its threads and of children it has waited for, in clock ticks of 1/100 s
     * @param rssBytes resident memory
     * @param waitStatus of a zombie, as wait(2) tells it; 0 also when we may not see it
     */
    public record Stat(
            int pid,
            char state,
            int ppid,
            int session,
            long cpuTicks,
            long startTicks,
            long rssBytes,
            boolean kernel,
            int waitStatus,
            long threads) {
        public ProcessRef ref() {
            return new ProcessRef(pid, startTicks);
        }
    }

    /** @param root /proc, or a tree like it; one thread uses one Proc */
    public Proc(Path root) {
        this.root = root;
        this.prefix = root + "/";
    }

    /** All pids now. */
    public List<Integer> pids() throws IOException {
        var pids = new ArrayList<Integer>();
        try (DirectoryStream<Path> dir = Files.newDirectoryStream(root)) {
            for (Path entry : dir) {
                String name = entry.getFileName().toString();
                if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
                    pids.add(Integer.parseInt(name));
                }
            }
        }
        return pids;
    }

    /** @throws Errno when it cannot be told whether there is such a process */
    public Optional<Stat> stat(int pid) throws Errno {
        String file = prefix + pid + "/stat";
        int n = slurp(file);
        if (absent(n)) {
            return Optional.empty();
        }
        check("read " + file, n);
        line.parse(text, n);
        return Optional.of(new Stat(
                pid,
                line.state(),
                line.ppid(),
                line.session(),
                line.cpuTicks() + line.waitedTicks(),
                line.startTicks(),
                line.rssBytes(),
                line.kernel(),
                line.waitStatus(),
                line.threads()));
    }

    /** The threads of a process; none when it is gone. */
    public List<Integer> threads(int pid) throws IOException {
        var threads = new ArrayList<Integer>();
        try (DirectoryStream<Path> dir =
                Files.newDirectoryStream(root.resolve(Integer.toString(pid)).resolve("task"))) {
            for (Path entry : dir) {
                threads.add(Integer.parseInt(entry.getFileName().toString()));
            }
        } catch (NoSuchFileException | DirectoryIteratorException gone) {
            return threads;
        }
        return threads;
    }

    /**
     * The children that thread {@code tid} of process {@code pid} made or was handed (CONFIG_PROC_CHILDREN); none when
     * that thread is gone.
     */
    public List<Integer> children(int pid, int tid) throws Errno {
        var children = new ArrayList<Integer>();
        String file = prefix + pid + "/task/" + tid + "/children";
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            int child = 0;
            for (int n = (int) check("read " + file, read(fd)); n > 0; n = (int) check("read " + file, read(fd))) {
                for (int i = 0; i < n; i++) {
                    byte b = text[i];
                    if (b != ' ') {
                        child = child * 10 + b - '0'; // a read may end within a number
                    } else {
                        children.add(child);
                        child = 0;
                    }
                }
                if (n < PAGE / 2 && child == 0) {
                    break; // all there is: what is cut short is cut near the end of a page
                }
            }
        } catch (Errno e) {
            if (e.number() == Errno.ENOENT || e.number() == Errno.ESRCH) {
                return List.of();
            }
            throw e;
        }
        return children;
    }

    /**
     * The value of a variable in the environment the process was started with; empty when unset, or when the process is
     * gone or keeps it from us.
     */
    public Optional<String> environment(int pid, String name) throws Errno {
        String file = prefix + pid + "/environ";
        var all = new ByteArrayOutputStream();
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            int n = read(fd);
            while (n > 0 && all.size() < MAX_ENVIRON) {
                all.write(text, 0, n);
                n = read(fd);
            }
            if (!absent(n)) {
                check("read " + file, n);
            }
        } catch (Errno e) {
            if (absent(-e.number())) {
                return Optional.empty();
            }
            throw e;
        }
        for (String entry : all.toString(StandardCharsets.UTF_8).split("\0", -1)) {
            if (entry.startsWith(name) && entry.length() > name.length() && entry.charAt(name.length()) == '=') {
                return Optional.of(entry.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** The kernel's name of a process, at most 15 characters. */
    public Optional<String> name(int pid) throws Errno {
        String file = prefix + pid + "/comm";
        int n = slurp(file);
        if (absent(n)) {
            return Optional.empty();
        }
        check("read " + file, n);
        return Optional.of(new String(text, 0, n, StandardCharsets.UTF_8).strip());
    }

    /**
     * @param result of a read: nothing, or the errno of a process that is gone or hidden (with hidepid=1 by EPERM, with 2
     *     by ENOENT)
     */
    private static boolean absent(int result) {
        return switch (-result) {
            case 0, Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM -> true;
            default -> false;
        };
    }

    /**
     * Whether {@code bytes} are more than this process's own resident set ever was. That never falls, so it is read only
     * when what is known of it does not decide.
     */
    boolean beyondOwnPeak(long bytes) {
        if (bytes <= knownPeak) {
            return false;
        }
        long peak = peakBytes();
        knownPeak = peak == Long.MAX_VALUE ? knownPeak : peak;
        return bytes > peak;
    }

    /**
     * The largest resident set this process had since its exec: VmHWM, where getrusage(2) counts in that of the process
     * that started it. {@link Long#MAX_VALUE} when it cannot be read.
     */
    long peakBytes() {
        int n = slurp(prefix + "self/status");
        int at = n <= 0 ? -1 : new String(text, 0, n, StandardCharsets.ISO_8859_1).indexOf("VmHWM:");
        if (at < 0) {
            return Long.MAX_VALUE;
        }
        long kibibytes = 0;
        for (int i = at + 6; i < n && text[i] != 'k'; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                kibibytes = kibibytes * 10 + text[i] - '0';
            }
        }
        return kibibytes * 1024;
    }

    /** Into {@link #text}: how much, at most what it holds, or minus errno. */
    private int slurp(String file) {
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            return read(fd);
        } catch (Errno e) {
            return -e.number();
        }
    }

    private int read(Fd fd) {
        int n = Descriptors.read(fd, buffer, 0, text.length);
        if (n > 0) {
            buffer.bytes().get(0, text, 0, n);
        }
        return n;
    }
}
