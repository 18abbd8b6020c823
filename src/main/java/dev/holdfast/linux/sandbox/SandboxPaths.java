package dev.holdfast.linux.sandbox;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a sandbox treats which paths. Each is looked up once, symbolic links followed, and from then on is its handle:
 * whoever swaps a directory for a link meanwhile wins nothing. The deepest entry above a file decides.
 */
final class SandboxPaths implements AutoCloseable {
    static final int O_PATH = 0x200000;
    private static final String SYSTEM = "sandbox.protect_system";
    /** What systemd leaves writable under strict: interfaces of the kernel, with owners and modes of their own. */
    private static final List<String> KERNEL = List.of("/dev", "/proc", "/sys");

    private static final List<String> SYSTEM_FULL = List.of("/usr", "/boot", "/efi", "/etc");

    /** What a program finds at a path and below. */
    enum Access {
        AS_OUTSIDE,
        READ_ONLY,
        EMPTY,
        /** A writable directory of its own. */
        OWN
    }

    /**
     * @param key which says so, for messages
     * @param path without symbolic links
     * @param handle the path itself, opened O_PATH
     */
    record Entry(String key, String path, Access access, Fd handle) {
        boolean directory() {
            return Files.isDirectory(link(handle));
        }

        boolean hides() {
            return access == Access.EMPTY || access == Access.OWN;
        }
    }

    private final Map<String, Entry> byPath = new HashMap<>();
    private List<Entry> sorted = List.of();

    private SandboxPaths() {}

    /**
     * @param reachable absolute paths that the program needs wherever they lie; those that are not there are left out
     * @throws IOException which names key and path
     */
    static SandboxPaths of(Sandbox s, List<String> reachable) throws IOException {
        var paths = new SandboxPaths();
        try {
            paths.resolve(s, reachable);
        } catch (IOException e) {
            paths.close();
            throw e;
        }
        return paths;
    }

    private void resolve(Sandbox s, List<String> reachable) throws IOException {
        switch (s.protectSystem()) {
            case NOTHING -> {}
            case FULL -> usual(SYSTEM, SYSTEM_FULL, Access.READ_ONLY);
            case STRICT -> {
                usual(SYSTEM, List.of("/"), Access.READ_ONLY);
                usual(SYSTEM, KERNEL, Access.AS_OUTSIDE);
            }
        }
        usual("sandbox.protect_home", s.homes(), Access.EMPTY);
        usual("sandbox.private_tmp", s.tmps(), Access.OWN);
        for (String path : s.readOnlyPaths()) {
            named("sandbox.read_only_paths", path, Access.READ_ONLY);
        }
        for (String path : s.readWritePaths()) {
            named("sandbox.read_write_paths", path, Access.AS_OUTSIDE);
        }
        sort();
        boolean strict = s.protectSystem() == Sandbox.ProtectSystem.STRICT;
        for (String path : reachable) {
            if (path.equals("/") || !Files.exists(Path.of(path))) {
                continue; // chdir tells
            }
            Entry e = open("working_dir", path, strict ? Access.READ_ONLY : Access.AS_OUTSIDE);
            Entry above = above(e.path);
            if (byPath.containsKey(e.path) || above == null || !above.hides()) {
                e.handle.close();
            } else {
                byPath.put(e.path, e);
                sort();
            }
        }
        prune();
    }

    private void usual(String key, List<String> paths, Access access) throws IOException {
        for (String path : paths) {
            try {
                put(open(key, path, access));
            } catch (Errno e) {
                if (e.number() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
    }

    private void named(String key, String path, Access access) throws IOException {
        Entry e = open(key, path, access);
        Entry there = byPath.get(e.path);
        if (there != null && (there.hides() || there.key.equals("sandbox.read_only_paths"))) {
            e.handle.close();
            throw new IOException(key + " " + path + ": " + there.key + " is about the same directory, " + e.path);
        }
        put(e);
    }

    private void put(Entry e) {
        Entry before = byPath.put(e.path, e);
        if (before != null) {
            before.handle.close();
        }
    }

    private static Entry open(String key, String path, Access access) throws IOException {
        Fd fd;
        try {
            fd = Descriptors.open(path, O_PATH, 0);
        } catch (Errno e) {
            throw new Errno(key + " " + path, e.number());
        }
        return new Entry(key, Files.readSymbolicLink(link(fd)).toString(), access, fd);
    }

    /** The path of a handle, by which it can be used where only a path can. */
    static Path link(Fd fd) {
        return Path.of("/proc/self/fd/" + fd.number());
    }

    private void sort() {
        sorted = byPath.values().stream()
                .sorted(Comparator.comparing(Entry::path))
                .toList(); // parents come before their children
    }

    /** Takes away what says only what holds anyway. */
    private void prune() {
        for (Entry e : sorted) {
            Entry above = above(e.path);
            boolean same = above == null
                    ? e.access == Access.AS_OUTSIDE
                    : above.access == e.access || (e.hides() && above.hides());
            if (same) {
                e.handle.close();
                byPath.remove(e.path);
                sort();
            }
        }
    }

    /** Parents first. */
    List<Entry> entries() {
        return sorted;
    }

    /** The entry that decides about {@code path} unless it has its own; null when none does. */
    @Nullable
    Entry above(String path) {
        Entry nearest = null;
        for (Entry e : sorted) {
            if (isBelow(path, e.path) && (nearest == null || e.path.length() > nearest.path.length())) {
                nearest = e;
            }
        }
        return nearest;
    }

    /** The entry that decides about {@code path}; null when none does. */
    @Nullable
    Entry deciding(String path) {
        Entry own = byPath.get(path);
        return own != null ? own : above(path);
    }

    /** Those strictly below {@code path}. */
    List<Entry> below(String path) {
        var below = new ArrayList<Entry>();
        for (Entry e : sorted) {
            if (isBelow(e.path, path)) {
                below.add(e);
            }
        }
        return below;
    }

    static boolean isBelow(String path, String above) {
        return above.equals("/") ? !path.equals("/") : path.startsWith(above + "/");
    }

    @Override
    public void close() {
        byPath.values().forEach(e -> e.handle.close());
    }
}
