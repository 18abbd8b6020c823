package dev.holdfast.imports;

import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.CronSyntaxException;
import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A configuration as it is gathered from files of another kind. Confined to one thread. */
public final class Sheet {
    private static final Pattern SECRET = Pattern.compile(
            "(?is).*(passw|passphrase|pass(?![a-z])|pwd|secret|token|credential|private|jwt|dsn(?![a-z])"
                    + "|(?<![a-z])auth$|(?<![a-z])key(?![a-z])"
                    + "|(?:api|access|app|crypt|encryption|sign|signing|master|license)[_-]?key).*");
    private static final int LONGEST_NAME = 63;

    /** Streams under the names of files, which are no logs. */
    private static final Set<String> STREAMS = Set.of(
            "/dev/stdout",
            "/dev/stderr",
            "/dev/fd/1",
            "/dev/fd/2",
            "/dev/tty",
            "/dev/console",
            "/proc/1/fd/1",
            "/proc/1/fd/2",
            "/proc/self/fd/1",
            "/proc/self/fd/2");

    private final List<Remark> told = new ArrayList<>();
    private final Entry head = new Entry(this, "");
    private final Map<String, Entry> processes = new LinkedHashMap<>();
    private final Map<String, Entry> schedules = new LinkedHashMap<>();
    private final Map<String, String> logs = new LinkedHashMap<>();

    /** Told the keys of a file, and of one of them, which is taken, the mapping below. */
    interface Entries {
        void turn(Fields keys, Tree.Table entries) throws Broken;
    }

    /**
     * Reads YAML whose entries stand below one key.
     *
     * @throws Broken when it is none, or has no such mapping
     */
    void read(String file, String text, String key, Entries entries) throws Broken {
        Tree tree = Tree.read(file, text, this::further);
        if (tree instanceof Tree.Table top) {
            Fields keys = Fields.of(top, file, head, "");
            if (keys.take(key) instanceof Tree.Table below) {
                entries.turn(keys, below);
                return;
            }
        }
        boolean elsewhere = tree instanceof Tree.Table top && top.get("include") != null;
        String hint = elsewhere ? "; include is not read: import the files that it names" : "";
        throw new Broken(new Origin(file, tree.line()), 1, key + " is expected: a mapping of them" + hint);
    }

    /** What stands at the top: {@code global}, {@code defaults}, and remarks on the file as a whole. */
    public Entry head() {
        return head;
    }

    /** A new process; where its name cannot stand here, or is taken, another one is found and told. */
    public Entry process(String wanted, Origin at) {
        return entry(processes, wanted, at);
    }

    /** As {@link #process}. */
    public Entry schedule(String wanted, Origin at) {
        return entry(schedules, wanted, at);
    }

    private Entry entry(Map<String, Entry> all, String wanted, Origin at) {
        String base = wanted.replaceAll("[^A-Za-z0-9._-]+", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        String begun = base.isEmpty() ? "unnamed" : base;
        String name = begun.substring(0, Math.min(LONGEST_NAME, begun.length()));
        String cut = begun.substring(0, Math.min(LONGEST_NAME - 5, begun.length()));
        for (int n = 2; processes.containsKey(name) || schedules.containsKey(name); n++) {
            name = cut + "-" + n;
        }
        var entry = new Entry(this, name);
        all.put(name, entry);
        if (!name.equals(wanted)) {
            entry.remark(at, "\"" + Shown.line(wanted) + "\" is called " + name + " here");
        }
        return entry;
    }

    /** The process of that name; null: there is none. */
    @Nullable
    Entry known(String process) {
        return processes.get(process);
    }

    Map<String, Entry> processes() {
        return processes;
    }

    Map<String, Entry> schedules() {
        return schedules;
    }

    /** Gives the entry a log file; one file has one writer, and a name from the root on. */
    void log(Entry entry, String path, Origin at) {
        if (!path.startsWith("/")) {
            entry.remark(
                    at,
                    "output does not go to " + Shown.line(path) + ", which is no absolute path; it is kept in"
                            + " a file of its own");
            return;
        }
        if (STREAMS.contains(path)) {
            entry.remark(
                    at,
                    "output to " + path
                            + ": lines go to the daemon's standard output too unless global.logging says otherwise");
            return;
        }
        String other = logs.putIfAbsent(path, entry.name());
        if (other == null) {
            entry.put("logging.file.path", path);
        } else if (!other.equals(entry.name())) {
            entry.remark(
                    at,
                    "output does not go to " + Shown.line(path) + ", which " + other
                            + " has; it is kept in a file of its own");
        }
    }

    /** When a schedule is due; one that is not understood is not enabled, and told. */
    static void due(Entry schedule, String when, Origin at) {
        String every = when.startsWith("@every ") ? Amounts.duration(when.substring(7)) : null;
        if (every != null) {
            schedule.put("every", every);
            return;
        }
        try {
            CronExpression.parse(when);
            schedule.put("cron", when);
        } catch (CronSyntaxException e) {
            schedule.put("cron", "@yearly").put("enabled", false);
            schedule.left(at, "\"" + Shown.line(when) + "\": " + e.getMessage() + ": not enabled");
        }
    }

    /** Tells of a second document, which is not read. */
    void further(Origin at) {
        head.left(at, "a further document begins here: not read; import it as a file of its own");
    }

    void told(Remark remark) {
        told.add(remark);
    }

    /** All that was told, in the order in which it was found. */
    public List<Remark> remarks() {
        return List.copyOf(told);
    }

    /** How many of the remarks say that something does not run. */
    public int left() {
        return (int) told.stream().filter(Remark::left).count();
    }

    /** Whether a name is that of a password or the like. */
    static boolean secret(String name) {
        return SECRET.matcher(name).matches();
    }

    /** The configuration, remarks as comments where they concern. */
    public String yaml() {
        return SheetYaml.of(this);
    }

    /** Tells once that secrets stand in the file. */
    void tellSecrets(String file) {
        List<String> named = Stream.concat(processes.values().stream(), schedules.values().stream())
                .map(e -> e.get("env") instanceof Map<?, ?> env ? env : Map.of())
                .flatMap(e -> e.entrySet().stream())
                .filter(e -> secret(String.valueOf(e.getKey())) || Shown.credentials(String.valueOf(e.getValue())))
                .map(e -> String.valueOf(e.getKey()))
                .distinct()
                .sorted()
                .toList();
        if (!named.isEmpty()) {
            head.remark(
                    new Origin(file, 0),
                    "what seem to be secrets stand in this file as they did there: " + String.join(", ", named)
                            + "; let nobody else read it, or put them into env_file");
        }
    }
}
