package dev.holdfast.linux;

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

    /** Removes it and the groups below it; false when a process is left in one. */
    public boolean remove() {
        for (Cgroup below : children()) {
            below.remove();
        }
        return Descriptors.rmdir(dir.toString()) || !exists();
    }

    /** Removes it if no group is below it and nobody in it. */
    public void removeIfEmpty() {
        Descriptors.rmdir(dir.toString());
    }

    /** Groups right below it, in no order. */
    public List<Cgroup> children() {
        if (counts("cgroup.stat").getOrDefault("nr_descendants", 1L) == 0) {
            return List.of(); // its many files need not be told from groups then
        }
        var children = new ArrayList<Cgroup>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(dir, Files::isDirectory)) {
            all.forEach(d -> children.add(new Cgroup(d)));
        } catch (IOException | java.nio.file.DirectoryIteratorException gone) {
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
    public Set<String> controllers() {
        return words("cgroup.controllers");
    }

    /** What it does hand down. */
    public Set<String> enabled() {
        return words("cgroup.subtree_control");
    }

    private Set<String> words(String file) {
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

    /** One of its files without the last newline; empty when there is none. */
    public Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(dir.resolve(file)).strip());
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** A file of one number; empty when there is none, or when it says {@code max}. */
    public OptionalLong number(String file) {
        return read(file)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /** A file of lines {@code key number}; empty when there is none. */
    public Map<String, Long> counts(String file) {
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
        return read(EVENTS).map(text -> text.contains("populated 1")).orElseGet(this::exists);
    }

    /** Processes here, not below. More may come while it is read. */
    public List<Integer> members() {
        var pids = new ArrayList<Integer>();
        read(PROCS)
                .orElse("")
                .lines()
                .filter(l -> l.matches("[1-9]\\d{0,9}"))
                .forEach(l -> pids.add(Integer.parseInt(l)));
        return pids;
    }

    /** Processes here and below, likewise. */
    public List<Integer> pids() {
        List<Integer> pids = members();
        children().forEach(below -> pids.addAll(below.pids()));
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
