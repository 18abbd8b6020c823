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
    private static final int O_RDONLY = Descriptors.O_RDONLY;

    private final Path root;
    private final NativeBuffer buffer = NativeBuffer.allocate(8192);

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
        int n = slurp(root.resolve(Integer.toString(pid)).resolve("stat"));
        if (n <= 0) {
            return Optional.empty();
        }
        byte[] text = new byte[n];
        buffer.bytes().get(0, text);
        String line = new String(text, StandardCharsets.ISO_8859_1);
        // The command may contain spaces and parentheses: fields are counted from the last one.
        String[] f = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        long flags = Long.parseLong(f[6]);
        return Optional.of(new Stat(
                pid,
                f[0].charAt(0),
                Integer.parseInt(f[1]),
                Integer.parseInt(f[3]),
                Long.parseLong(f[11]) + Long.parseLong(f[12]),
                Long.parseLong(f[19]),
                Long.parseLong(f[21]) * 4096,
                (flags & 0x200000) != 0, // PF_KTHREAD
                Integer.parseInt(f[49].strip())));
    }

    /** The children that thread {@code tid} of process {@code pid} made or was handed (CONFIG_PROC_CHILDREN). */
    public List<Integer> children(int pid, int tid) {
        Path file = root.resolve(Integer.toString(pid))
                .resolve("task")
                .resolve(Integer.toString(tid))
                .resolve("children");
        var children = new ArrayList<Integer>();
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            int number = 0;
            for (int n = Descriptors.read(fd, buffer, 0, buffer.capacity());
                    n > 0;
                    n = Descriptors.read(fd, buffer, 0, buffer.capacity())) {
                for (int i = 0; i < n; i++) {
                    byte b = buffer.bytes().get(i);
                    if (b >= '0' && b <= '9') {
                        number = number * 10 + b - '0';
                    } else if (number > 0) {
                        children.add(number);
                        number = 0;
                    }
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

    private int slurp(Path file) {
        try (Fd fd = Descriptors.open(file, O_RDONLY, 0)) {
            return Descriptors.read(fd, buffer, 0, buffer.capacity());
        } catch (Errno gone) {
            return -gone.number();
        }
    }
}
