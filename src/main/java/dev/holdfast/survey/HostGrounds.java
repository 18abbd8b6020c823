package dev.holdfast.survey;

import dev.holdfast.audit.Grounds;
import dev.holdfast.linux.Accounts;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.HostGauges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** This host, or the files of another below a directory. What runs is looked at once, when it is first asked for. */
public final class HostGrounds implements Grounds {
    private static final int FEW_OPEN = 16;

    private final Tree tree;
    private final Path proc;
    private final boolean live;
    private final Size size;
    private final Map<String, String> told;
    private final Asker asker;
    private @Nullable List<Running> running;

    /** Runs a command whose first word is an absolute path. */
    @FunctionalInterface
    public interface Asker {
        /** @return its standard output; empty: it failed */
        String ask(List<String> command);
    }

    /**
     * Memory and swap, in bytes.
     *
     * @param memory {@link Grounds#UNKNOWN} when it is
     */
    public record Size(long memory, long swap) {
        /** What the kernel says. */
        public static Size of(Path proc) {
            return new HostGauges(proc)
                    .memory()
                    .map(m -> new Size(m.total(), m.swapTotal()))
                    .orElse(new Size(UNKNOWN, UNKNOWN));
        }
    }

    private HostGrounds(Path root, Path proc, boolean live, Size size, Map<String, String> told, Asker asker) {
        this.tree = new Tree(root);
        this.proc = proc;
        this.live = live;
        this.size = size;
        this.told = Map.copyOf(told);
        this.asker = asker;
    }

    /**
     * This host.
     *
     * @param told see {@link Grounds#told}
     */
    public static HostGrounds here(Path proc, Size size, Map<String, String> told, Asker asker) {
        return new HostGrounds(Path.of("/"), proc, true, size, told, asker);
    }

    /** Files below {@code root}, of which nothing runs. */
    public static HostGrounds below(Path root, Path proc, Size size, Map<String, String> told) {
        return new HostGrounds(root.toAbsolutePath().normalize(), proc, false, size, told, _ -> "");
    }

    @Override
    public boolean isFile(String path) {
        return tree.isFile(path);
    }

    @Override
    public List<String> lines(String path) throws IOException {
        return tree.lines(path);
    }

    @Override
    public List<String> glob(String pattern) {
        return tree.glob(pattern);
    }

    @Override
    public long memory() {
        return size.memory;
    }

    @Override
    public long swap() {
        return size.swap;
    }

    @Override
    public int processors() {
        return new HostGauges(proc).cores();
    }

    @Override
    public String sysctl(String name) {
        if (!live || !name.matches("[a-z0-9_.]+") || name.contains("..")) {
            return "";
        }
        try {
            List<String> lines = new Tree(proc).lines("/sys/" + name.replace('.', '/'));
            return lines.isEmpty() ? "" : lines.getFirst().strip();
        } catch (IOException unknown) {
            return "";
        }
    }

    @Override
    public synchronized List<Running> running() {
        List<Running> known = running;
        if (known == null) {
            known = live ? look() : List.of();
            running = known;
        }
        return known;
    }

    @Override
    public long descriptors(int pid) {
        try {
            return live
                    ? new Tree(proc)
                            .lines("/" + pid + "/limits").stream()
                                    .filter(l -> l.startsWith("Max open files"))
                                    .map(l -> l.substring("Max open files".length())
                                            .strip()
                                            .split("\\s+", 2)[0])
                                    .mapToLong(HostGrounds::limit)
                                    .findFirst()
                                    .orElse(UNKNOWN)
                    : UNKNOWN;
        } catch (IOException unknown) {
            return UNKNOWN;
        }
    }

    private static long limit(String written) {
        return written.equals("unlimited")
                ? Long.MAX_VALUE
                : written.matches("\\d{1,18}") ? Long.parseLong(written) : UNKNOWN;
    }

    private List<Running> look() {
        UnaryOperator<String> groups = names("/etc/group");
        try (var census = new Census(proc, FEW_OPEN)) {
            census.look();
            var all = new ArrayList<Running>();
            var users = new HashMap<Integer, String>();
            for (int slot = 0; slot < census.slots(); slot++) {
                if (census.present(slot) && !census.kernel(slot)) {
                    int gid = census.particulars().gid(slot);
                    all.add(new Running(
                            census.pid(slot),
                            census.parent(slot),
                            census.particulars().name(slot),
                            census.particulars().arguments(slot),
                            users.computeIfAbsent(census.particulars().uid(slot), HostGrounds::user),
                            gid < 0 ? "" : groups.apply(Integer.toString(gid)),
                            census.particulars().pssBytes(slot)));
                }
            }
            return List.copyOf(all);
        } catch (Errno e) {
            return List.of();
        }
    }

    private static String user(int uid) {
        return uid < 0
                ? ""
                : Accounts.user(Integer.toString(uid)).map(Accounts.User::name).orElse("");
    }

    /** Names by number of a file as group(5); a number without one stays. */
    private UnaryOperator<String> names(String file) {
        var names = new HashMap<String, String>();
        try {
            for (String line : tree.lines(file)) {
                String[] fields = line.split(":", -1);
                if (fields.length > 2) {
                    names.putIfAbsent(fields[2], fields[0]);
                }
            }
        } catch (IOException unknown) {
            return n -> n;
        }
        return n -> names.getOrDefault(n, n);
    }

    @Override
    public Map<String, String> told() {
        return told;
    }

    @Override
    public String ask(List<String> command) {
        if (!live || command.isEmpty()) {
            return "";
        }
        String program = Programs.find(tree, command.getFirst());
        if (program == null) {
            return "";
        }
        var whole = new ArrayList<>(command);
        whole.set(0, program);
        return asker.ask(whole);
    }
}
