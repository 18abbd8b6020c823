package dev.holdfast.linux;

import dev.holdfast.event.ProcessRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** /proc as typed facts (proc(5)). A process that ends while it is read is absent, never half read. */
public final class Proc {
    private static final int MAX_ENVIRON = 4 << 20;
    private static final int PAGE = 4096;
    private static final int O_RDONLY = Descriptors.O_RDONLY;

    private final Path root;
    private final String prefix;
    private final byte[] text = new byte[2 * PAGE];
    private final NativeBuffer buffer = NativeBuffer.allocate(text.length);
    /** Of /proc/PID/stat, counted from the state, which is 0 and no number. */
    private final long[] fields = new long[50];

    /**
     * The fields of /proc/PID/stat in use (proc_pid_stat(5)).
     *
     * @param state R, S, D, Z, T and the like
     * @param cpuTicks user plus system time of its threads, in clock ticks of 1/100 s
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
            int waitStatus) {
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

    public Optional<Stat> stat(int pid) {
        int n = slurp(prefix + pid + "/stat");
        if (n <= 0) {
            return Optional.empty();
        }
        // The command may contain spaces and parentheses: fields are counted from the last one.
        int at = n - 1;
        while (at > 0 && text[at] != ')') {
            at--;
        }
        char state = (char) text[at + 2];
        at += 4;
        for (int field = 1; field < fields.length; field++) {
            at = number(at, n, field);
        }
        return Optional.of(new Stat(
                pid,
                state,
                (int) fields[1],
                (int) fields[3],
                fields[11] + fields[12],
                fields[19],
                fields[21] * 4096,
                (fields[6] & 0x200000) != 0, // PF_KTHREAD
                (int) fields[49]));
    }

    /** Reads the number that begins at {@code at}; where the next one does. A few fields fill 64 bits: none of ours. */
    private int number(int at, int end, int field) {
        boolean negative = at < end && text[at] == '-';
        int i = negative ? at + 1 : at;
        long value = 0;
        while (i < end && text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + text[i++] - '0';
        }
        fields[field] = negative ? -value : value;
        return i + 1;
    }

    /** The children that thread {@code tid} of process {@code pid} made or was handed (CONFIG_PROC_CHILDREN). */
    public List<Integer> children(int pid, int tid) {
        var children = new ArrayList<Integer>();
        try (Fd fd = Descriptors.open(prefix + pid + "/task/" + tid + "/children", O_RDONLY, 0)) {
            int child = 0;
            for (int n = read(fd); n > 0; n = read(fd)) {
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
        } catch (Errno gone) {
            return List.of();
        }
        return children;
    }

    /** The value of a variable in the environment the process was started with; empty when unset or unreadable. */
    public Optional<String> environment(int pid, String name) {
        try (var in = Files.newInputStream(root.resolve(Integer.toString(pid)).resolve("environ"))) {
            String all = new String(in.readNBytes(MAX_ENVIRON), StandardCharsets.UTF_8);
            for (String entry : all.split("\0", -1)) {
                if (entry.startsWith(name) && entry.length() > name.length() && entry.charAt(name.length()) == '=') {
                    return Optional.of(entry.substring(name.length() + 1));
                }
            }
        } catch (IOException gone) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** Into {@link #text}: how much, at most what it holds; nothing when there is no such process any more. */
    private int slurp(String file) {
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            return read(fd);
        } catch (Errno gone) {
            return -gone.number();
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
