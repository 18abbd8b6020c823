package dev.holdfast.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What /proc tells: nobody's own word. */
final class Sightings {
    /** {@code 1: POSIX  ADVISORY  WRITE 1234 08:01:5678 0 EOF}. */
    private static final Pattern LOCK =
            Pattern.compile("\\d+: POSIX +ADVISORY +WRITE +(\\d+) [0-9a-f]+:[0-9a-f]+:(\\d+) .*");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private Sightings() {}

    /**
     * A process.
     *
     * @param arguments with blanks between them
     */
    record Seen(long pid, String arguments) {}

    /** Those whose arguments or environment have {@code text} in them, by their pids. */
    static List<Seen> carrying(String text) throws IOException {
        return all((proc, arguments) ->
                arguments.contains(text) || read(proc.resolve("environ")).contains(text));
    }

    /** Those in the mount namespace of {@code pid}, without itself: whoever was born there, whatever became of him. */
    static List<Seen> beside(long pid) throws IOException {
        Path space = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns/mnt"));
        return all((proc, _) -> {
            try {
                return !proc.endsWith(Long.toString(pid))
                        && Files.readSymbolicLink(proc.resolve("ns/mnt")).equals(space);
            } catch (IOException gone) {
                return false;
            }
        });
    }

    private static List<Seen> all(BiPredicate<Path, String> wanted) throws IOException {
        var found = new ArrayList<Seen>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path proc : (Iterable<Path>) all::iterator) {
                String name = proc.getFileName().toString();
                if (!NUMBER.matcher(name).matches()) {
                    continue;
                }
                String arguments =
                        read(proc.resolve("cmdline")).replace('\0', ' ').strip();
                if (wanted.test(proc, arguments)) {
                    found.add(new Seen(Long.parseLong(name), arguments));
                }
            }
        }
        found.sort((a, b) -> Long.compare(a.pid, b.pid));
        return found;
    }

    /** Who holds {@code marks/lock.NAME}, by NAME; of those with {@code mark} in their arguments. */
    static Map<String, Long> holders(Path marks, String mark) throws IOException {
        var names = new HashMap<Object, String>();
        try (Stream<Path> all = Files.list(marks)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                String name = file.getFileName().toString();
                if (name.startsWith("lock.") && !name.startsWith("lock.job.")) {
                    names.put(Files.getAttribute(file, "unix:ino").toString(), name.substring("lock.".length()));
                }
            }
        }
        var found = new HashMap<String, Long>();
        for (String line : read(Path.of("/proc/locks")).lines().toList()) {
            var m = LOCK.matcher(line);
            String name = m.matches() ? names.get(m.group(2)) : null;
            // The same inode number may be another file system's.
            if (name != null && read(Path.of("/proc", m.group(1), "cmdline")).contains(mark)) {
                found.put(name, Long.parseLong(m.group(1)));
            }
        }
        return found;
    }

    /** When a process began, in the kernel's own unit; empty: there is none. With its pid that is who it is. */
    static String began(long pid) {
        String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
        if (stat.isEmpty()) {
            return "";
        }
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return fields.getFirst().equals("Z") ? "" : fields.get(19);
    }

    /** -1: there is no such process. */
    static long residentKiB(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "status"))
                .lines()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElse(-1);
    }

    /** How many of each kind, such as of sockets; without code, and what the guard holds of each process of the host. */
    static Map<String, Long> descriptorKinds(long pid) {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return all.flatMap(Sightings::target)
                    .filter(t -> !t.endsWith(".jar") && !t.endsWith("/stat"))
                    .map(t -> t.replaceAll("[0-9a-z]{20,}", "*").replaceAll("\\d+", "N"))
                    .collect(Collectors.groupingBy(t -> t, TreeMap::new, Collectors.counting()));
        } catch (IOException gone) {
            return Map.of();
        }
    }

    /** Nothing of what was closed meanwhile: nobody can tell what it was, and a daemon that is killed closes all at once. */
    private static Stream<String> target(Path link) {
        try {
            return Stream.of(Files.readSymbolicLink(link).toString());
        } catch (IOException gone) {
            return Stream.empty();
        }
    }

    /** Empty when there is no such file, or no longer. */
    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
