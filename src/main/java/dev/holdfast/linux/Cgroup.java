package dev.holdfast.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * One directory of the unified hierarchy (cgroup v2, Documentation/admin-guide/cgroup-v2.rst). It holds no descriptor;
 * what is asked is read anew. Thread-safe.
 *
 * @param dir absolute; it need not exist
 */
public record Cgroup(Path dir) {
    private static final String EVENTS = "cgroup.events";
    private static final String PROCS = "cgroup.procs";
    private static final String INACTIVE = "\ninactive_file ";
    private static final int PAGE = 4096;

    public Cgroup child(String name) {
        return new Cgroup(dir.resolve(name));
    }

    public boolean exists() {
        return Files.isDirectory(dir);
    }

    /** Makes it, if it is not there. Its parent must be. */
    public void make() throws Errno {
        try {
            Descriptors.mkdir(dir.toString());
        } catch (Errno e) {
            if (e.number() != Errno.EEXIST || !exists()) {
                throw e;
            }
        }
    }

    /** Removes it and the groups below it; false when a process is left in one, or it cannot be told. */
    public boolean remove() {
        try {
            for (Cgroup below : children()) {
                below.remove();
            }
        } catch (Errno unreadable) {
            return false;
        }
        return Descriptors.rmdir(dir.toString()) || !exists();
    }

    /** Removes it if no group is below it and nobody in it. */
    public void removeIfEmpty() {
        Descriptors.rmdir(dir.toString());
    }

    /** Groups right below it, in no order; none when it is gone. */
    public List<Cgroup> children() throws Errno {
        if (counts("cgroup.stat").getOrDefault("nr_descendants", 1L) == 0) {
            return List.of(); // its many files need not be told from groups then
        }
        var children = new ArrayList<Cgroup>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(dir, Files::isDirectory)) {
            all.forEach(d -> children.add(new Cgroup(d)));
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            if (exists()) {
                throw new Errno("list " + dir + " (" + e.getMessage() + ")", Errno.EIO);
            }
            return List.of();
        }
        return children;
    }

    /** Moves a whole process here; what it does next happens inside. */
    public void enter(int pid) throws Errno {
        set(PROCS, Integer.toString(pid));
    }

    /** Opens what {@link #enter(Fd, int)} takes: one system call less when somebody waits to be let in. */
    public Fd entrance() throws Errno {
        return Descriptors.open(dir.resolve(PROCS), Descriptors.O_WRONLY, 0);
    }

    /** Moves a whole process into the group whose {@link #entrance} this is. */
    public static void enter(Fd entrance, int pid) throws Errno {
        Descriptors.writeWhole(entrance, Integer.toString(pid).getBytes(StandardCharsets.US_ASCII));
    }

    /** Hands controllers down to the groups below: all or none. */
    public void enable(Collection<String> controllers) throws Errno {
        if (!controllers.isEmpty()) {
            set("cgroup.subtree_control", "+" + String.join(" +", controllers));
        }
    }

    /** Hands a controller down to the groups below. */
    public void enable(String controller) throws Errno {
        set("cgroup.subtree_control", "+" + controller);
    }

    /** What it may hand down. */
    public Set<String> controllers() throws Errno {
        return words("cgroup.controllers");
    }

    /** What it does hand down. */
    public Set<String> enabled() throws Errno {
        return words("cgroup.subtree_control");
    }

    private Set<String> words(String file) throws Errno {
        var words = new TreeSet<>(List.of(read(file).orElse("").split("\\s+", -1)));
        words.remove("");
        return words;
    }

    /** Writes one of its files, in one write as the kernel wants it. */
    public void set(String file, String value) throws Errno {
        Path path = dir.resolve(file);
        try (Fd fd = Descriptors.open(path, Descriptors.O_WRONLY, 0)) {
            Descriptors.writeWhole(fd, value.getBytes(StandardCharsets.UTF_8));
        } catch (Errno e) {
            throw e.getMessage() != null && e.getMessage().startsWith("write")
                    ? new Errno("write " + value + " to " + path, e.number())
                    : e;
        }
    }

    public boolean has(String file) {
        return Files.exists(dir.resolve(file));
    }

    /**
     * One of its files without the last newline; empty when there is none, or the group is gone.
     *
     * @throws Errno when it cannot be read for another reason, such as no descriptor left: unknown is not empty
     */
    public Optional<String> read(String file) throws Errno {
        var all = new ByteArrayOutputStream();
        var page = new byte[PAGE];
        String path = dir.resolve(file).toString();
        try (Fd fd = Descriptors.open(path, Descriptors.O_RDONLY, 0)) {
            NativeBuffer buffer = NativeBuffer.scratch(PAGE);
            int n = Descriptors.read(fd, buffer, 0, PAGE);
            while (n > 0) {
                buffer.bytes().get(0, page, 0, n);
                all.write(page, 0, n);
                n = Descriptors.read(fd, buffer, 0, PAGE);
            }
            Syscall.check("read " + path, n);
        } catch (Errno e) {
            if (e.number() == Errno.ENOENT || e.number() == Errno.ENODEV || e.number() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
        return Optional.of(all.toString(StandardCharsets.UTF_8).strip());
    }

    /** A file of one number; empty when there is none, or when it says {@code max}. */
    public OptionalLong number(String file) throws Errno {
        return read(file)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /**
     * A limit of memory and what it still leaves.
     *
     * @param leftBytes 0 or more
     */
    public record MemoryRoom(long limitBytes, long leftBytes) {}

    /**
     * The tightest limit of memory of this group and those around it, by what it leaves; empty where there is none.
     *
     * @throws Errno when that cannot be read
     */
    public Optional<MemoryRoom> memoryRoom() throws Errno {
        MemoryRoom least = null;
        // One without memory.max may lie in one that has it: the controller is handed down level by level.
        for (Path d = dir; d != null && Files.exists(d.resolve(PROCS)); d = d.getParent()) {
            var group = new Cgroup(d);
            OptionalLong limit = group.number("memory.max");
            OptionalLong used = limit.isEmpty() ? OptionalLong.empty() : group.workingSetBytes();
            if (used.isPresent()) {
                long left = Math.max(0, limit.getAsLong() - used.getAsLong());
                least = least == null || left < least.leftBytes ? new MemoryRoom(limit.getAsLong(), left) : least;
            }
        }
        return Optional.ofNullable(least);
    }

    /**
     * What is charged to it without the file cache that nobody has used lately: what the kernel can take back before it must
     * kill. The same figure that kubelet and docker stats call working set. Empty: there is no memory controller here.
     */
    public OptionalLong workingSetBytes() throws Errno {
        OptionalLong all = number("memory.current");
        String stat = all.isEmpty() ? "" : "\n" + read("memory.stat").orElse("");
        int at = stat.indexOf(INACTIVE);
        if (at < 0) {
            return OptionalLong.empty();
        }
        int end = stat.indexOf('\n', at + 1);
        String inactive = stat.substring(at + INACTIVE.length(), end < 0 ? stat.length() : end);
        return inactive.matches("\\d{1,18}")
                ? OptionalLong.of(Math.max(0, all.getAsLong() - Long.parseLong(inactive)))
                : OptionalLong.empty();
    }

    /** A file of lines {@code key number}; empty when there is none. */
    public Map<String, Long> counts(String file) throws Errno {
        var counts = new LinkedHashMap<String, Long>();
        read(file).orElse("").lines().forEach(line -> {
            int space = line.indexOf(' ');
            if (space > 0 && line.substring(space + 1).matches("\\d{1,18}")) {
                counts.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
            }
        });
        return counts;
    }

    /**
     * Whether a process runs here or below; one that has ended and is not reaped does not count. True as well when that
     * cannot be read, for want of a descriptor.
     */
    public boolean populated() {
        try {
            return read(EVENTS).map(text -> text.contains("populated 1")).orElseGet(this::exists);
        } catch (Errno unknown) {
            return true;
        }
    }

    /** Processes here, not below. More may come while it is read. */
    public List<Integer> members() throws Errno {
        var pids = new ArrayList<Integer>();
        read(PROCS)
                .orElse("")
                .lines()
                .filter(l -> l.matches("[1-9]\\d{0,9}"))
                .forEach(l -> pids.add(Integer.parseInt(l)));
        return pids;
    }

    /** Processes here and below, likewise. */
    public List<Integer> pids() throws Errno {
        List<Integer> pids = members();
        for (Cgroup below : children()) {
            pids.addAll(below.pids());
        }
        return pids;
    }

    /** Kills everything here and below at once, forks under way included; false before Linux 5.14, which cannot. */
    public boolean kill() {
        try {
            set("cgroup.kill", "1");
            return true;
        } catch (Errno old) {
            return !exists();
        }
    }

    /** Opens what becomes ready (EPOLLPRI) each time {@link #populated} changes after it was read. */
    public Fd events() throws Errno {
        return Descriptors.open(dir.resolve(EVENTS), Descriptors.O_RDONLY, 0);
    }

    @Override
    public String toString() {
        return dir.toString();
    }
}
