package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A unit and its drop-ins, in the order in which systemd reads them. */
final class Unit {
    static final List<String> PATHS = List.of(
            "/etc/systemd/system.control", // systemctl set-property
            "/run/systemd/system.control",
            "/run/systemd/transient",
            "/etc/systemd/system",
            "/run/systemd/system",
            "/run/systemd/generator",
            "/usr/local/lib/systemd/system",
            "/usr/lib/systemd/system",
            "/lib/systemd/system",
            "/run/systemd/generator.late");

    private static final List<String> HOST_PATHS =
            List.of("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd");

    final String name;
    final String file;
    final List<String> dropIns;
    private final List<Assignment> assignments = new ArrayList<>();

    /** @param key with its section, such as {@code Service.MemoryMax} */
    record Assignment(String key, String value, Site site) {}

    private Unit(String name, String file, List<String> dropIns) {
        this.name = name;
        this.file = file;
        this.dropIns = List.copyOf(dropIns);
    }

    /** Null: there is no such unit. */
    static @Nullable Unit read(Notes notes, String name) {
        String file = find(notes, name);
        if (file == null) {
            return null;
        }
        var unit = new Unit(name, file, dropIns(notes, name));
        unit.add(notes, file);
        unit.dropIns.forEach(f -> unit.add(notes, f));
        return unit;
    }

    /** What holds for all units that do not say otherwise (systemd-system.conf(5)). */
    static Unit ofTheHost(Notes notes) {
        String name = "system.conf";
        List<String> directories =
                HOST_PATHS.stream().map(path -> path + "/" + name + ".d").toList();
        String file = HOST_PATHS.stream()
                .map(path -> path + "/" + name)
                .filter(notes::isFile)
                .findFirst()
                .orElse("");
        var unit = new Unit(name, file, byName(notes, directories));
        if (!file.isEmpty()) {
            unit.add(notes, file);
        }
        unit.dropIns.forEach(f -> unit.add(notes, f));
        return unit;
    }

    private static @Nullable String find(Notes notes, String name) {
        for (String candidate : names(name)) {
            for (String path : PATHS) {
                if (notes.isFile(path + "/" + candidate)) {
                    return path + "/" + candidate;
                }
                if (!notes.glob(path + "/" + candidate).isEmpty()) {
                    return null; // masked: a link to /dev/null
                }
            }
        }
        return null;
    }

    /** Itself, and its template. */
    private static List<String> names(String name) {
        int at = name.indexOf('@');
        int dot = name.lastIndexOf('.');
        return at < 0 || dot < at ? List.of(name) : List.of(name, name.substring(0, at + 1) + name.substring(dot));
    }

    private static List<String> dropIns(Notes notes, String name) {
        var directories = new ArrayList<String>();
        for (String path : PATHS) {
            withPrefixes(name).forEach(n -> directories.add(path + "/" + n + ".d"));
        }
        String type = name.substring(name.lastIndexOf('.') + 1);
        PATHS.forEach(path -> directories.add(path + "/" + type + ".d"));
        return byName(notes, directories);
    }

    /** Of files with one name the first directory's counts; they are read by their names. */
    private static List<String> byName(Notes notes, List<String> directories) {
        var byName = new java.util.TreeMap<String, String>();
        for (String directory : directories) {
            for (String file : notes.glob(directory + "/*.conf")) {
                byName.putIfAbsent(file.substring(file.lastIndexOf('/') + 1), file);
            }
        }
        // What is a link to /dev/null only hides others.
        return byName.values().stream().filter(notes::isFile).toList();
    }

    /** {@code foo-bar@x.service}, {@code foo-bar@.service}, then {@code foo-.service}. */
    private static List<String> withPrefixes(String name) {
        var all = new ArrayList<>(names(name));
        int dot = name.lastIndexOf('.');
        int at = name.indexOf('@');
        String stem = name.substring(0, at >= 0 && at < dot ? at : dot);
        int dash = stem.lastIndexOf('-', stem.endsWith("-") ? stem.length() - 2 : stem.length());
        for (; dash > 0; dash = stem.lastIndexOf('-', dash - 1)) {
            all.add(stem.substring(0, dash + 1) + name.substring(dot));
        }
        return all;
    }

    private void add(Notes notes, String path) {
        List<String> lines = notes.lines(path);
        String section = "";
        for (int i = 0; i < lines.size(); i++) {
            var site = new Site(path, i + 1);
            var line = new StringBuilder(lines.get(i).strip());
            if (line.isEmpty() || line.charAt(0) == '#' || line.charAt(0) == ';') {
                continue;
            }
            while (line.charAt(line.length() - 1) == '\\' && i + 1 < lines.size()) {
                String next = lines.get(++i).strip();
                if (!next.startsWith("#") && !next.startsWith(";")) {
                    line.setCharAt(line.length() - 1, ' ');
                    line.append(next);
                }
            }
            String text = line.toString();
            int is = text.indexOf('=');
            if (text.startsWith("[") && text.endsWith("]")) {
                section = text.substring(1, text.length() - 1);
            } else if (is < 1) {
                notes.broken(site, "is no assignment; systemd leaves the line out", text);
            } else if (section.isEmpty()) {
                notes.broken(site, "is an assignment outside of a section; systemd leaves it out", text);
            } else {
                String key = section + "." + text.substring(0, is).strip();
                assignments.add(new Assignment(key, text.substring(is + 1).strip(), site));
            }
        }
    }

    List<Assignment> assignments() {
        return assignments;
    }

    /** The last one; null: never set, or set back by an empty one. */
    @Nullable
    Assignment last(String... keys) {
        Assignment last = null;
        for (Assignment a : assignments) {
            if (List.of(keys).contains(a.key())) {
                last = a.value().isEmpty() ? null : a;
            }
        }
        return last;
    }

    String value(String preset, String... keys) {
        Assignment last = last(keys);
        return last == null ? preset : last.value();
    }

    /** Of a list: what stands since the last empty assignment. */
    List<Assignment> list(String key) {
        var list = new ArrayList<Assignment>();
        for (Assignment a : assignments) {
            if (a.key().equals(key)) {
                if (a.value().isEmpty()) {
                    list.clear();
                } else {
                    list.add(a);
                }
            }
        }
        return list;
    }

    /** What drop-ins assign, by key. */
    Map<String, List<Assignment>> inDropIns() {
        var byKey = new LinkedHashMap<String, List<Assignment>>();
        for (Assignment a : assignments) {
            if (!a.site().file().equals(file)) {
                byKey.computeIfAbsent(a.key(), _ -> new ArrayList<>()).add(a);
            }
        }
        return byKey;
    }

    /** Whether this host's people wrote it. */
    boolean own() {
        return file.startsWith("/etc/") || dropIns.stream().anyMatch(f -> f.startsWith("/etc/") && specific(f));
    }

    /** A drop-in that neither a package brought nor is for all units of its type. */
    boolean specific(String dropIn) {
        return !dropIn.startsWith("/usr/lib/")
                && !dropIn.startsWith("/lib/")
                && !dropIn.contains("/" + name.substring(name.lastIndexOf('.') + 1) + ".d/");
    }
}
