package dev.holdfast.metric;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counters that outlive the daemon. They stand in a file that is replaced as a whole: before a scrape is answered, so that
 * nothing anybody was told is taken back after a {@code kill -9}, and every few seconds beside that. It is not synced: a
 * host that loses power may lose the last of it. Thread-safe.
 */
public final class Totals {
    /** Beyond it nothing new is counted: names come from the configuration, so this is a bound for its history. */
    private static final int MOST = 100_000;

    private static final String HEAD = "holdfast totals 1";
    private static final String END = "end ";
    /** A line whose name is no metric's, which versions without it pass over. */
    private static final String SINCE = "since\t";

    private static final Map<String, Family> BY_NAME =
            Stream.of(Family.values()).collect(Collectors.toUnmodifiableMap(Family::written, f -> f));

    private final Path file;
    private final Consumer<String> warn;
    private final Map<Key, Total> all = new HashMap<>();
    /** Held by whoever writes the file. */
    private final Object writing = new Object();

    private boolean changed;
    private Instant since;
    /** Guarded by {@link #writing}. */
    private @Nullable String told;

    private record Key(Family family, List<String> labels) {}

    private static final class Total {
        private double sum;
        /** What was observed last, and of whom. */
        private double raw;

        private String whose = "";
    }

    /**
     * Goes on from what an earlier daemon left. A damaged file is set aside, and all begins at 0.
     *
     * @param now where no earlier daemon says so, all counts from here
     * @param warn told, in words for people, what cannot be read or kept
     */
    public Totals(Path file, Instant now, Consumer<String> warn) {
        this.file = file;
        this.warn = warn;
        this.since = now;
        try {
            if (Files.exists(file)) {
                read(Files.readAllLines(file));
            }
        } catch (IOException | RuntimeException e) {
            all.clear();
            since = now;
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            try {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                warn.accept("counters of metrics begin at 0: " + file + " is damaged (" + e.getMessage()
                        + ") and kept as " + aside.getFileName());
            } catch (IOException stays) {
                warn.accept("counters of metrics begin at 0: " + file + " cannot be read: " + e.getMessage());
            }
        }
    }

    private void read(List<String> lines) throws IOException {
        if (lines.size() < 2
                || !lines.getFirst().equals(HEAD)
                || !lines.getLast().equals(END + (lines.size() - 2))) {
            throw new IOException("it is not whole");
        }
        for (String line : lines.subList(1, lines.size() - 1)) {
            if (line.startsWith(SINCE)) {
                since = Instant.ofEpochMilli(Long.parseLong(line.substring(SINCE.length())));
                continue;
            }
            String[] parts = line.split("\t", -1);
            Family family = BY_NAME.get(parts[0]);
            if (family == null) {
                continue; // of another version
            }
            int labels = parts.length - 4;
            if (labels != family.labels().size()) {
                continue;
            }
            var t = new Total();
            t.sum = Double.parseDouble(parts[1]);
            t.raw = Double.parseDouble(parts[2]);
            t.whose = parts[3];
            all.put(new Key(family, List.copyOf(Arrays.asList(parts).subList(4, parts.length))), t);
        }
    }

    /** When all of this began at 0. */
    public synchronized Instant since() {
        return since;
    }

    /** So many more. */
    public void add(Family family, long more, String... labels) {
        add(family, (double) more, labels);
    }

    /** So much more. */
    public synchronized void add(Family family, double more, String... labels) {
        Total t = total(family, labels);
        if (t != null) {
            t.sum += more;
            changed |= more != 0;
        }
    }

    /**
     * A sum over the processes of an instance stands at {@code raw}: what it grew since it was last observed is added. It
     * falls when one of them is gone; then it is counted on from where it stands.
     *
     * @param whose which instance's; of another one than last, all of it is new
     */
    public synchronized void observe(Family family, String whose, double raw, String... labels) {
        Total t = total(family, labels);
        if (t != null) {
            follow(t, whose, raw, t.whose.equals(whose) ? Math.max(0, raw - t.raw) : raw);
        }
    }

    /** Another counter stands at {@code raw}. Where it has fallen it began anew, so all of it is new. */
    public synchronized void count(Family family, double raw, String... labels) {
        Total t = total(family, labels);
        if (t != null) {
            follow(t, "", raw, raw >= t.raw ? raw - t.raw : raw);
        }
    }

    private void follow(Total t, String whose, double raw, double more) {
        changed |= raw != t.raw || !t.whose.equals(whose);
        t.sum += more;
        t.raw = raw;
        t.whose = whose;
    }

    private @Nullable Total total(Family family, String... labels) {
        var key = new Key(family, List.of(labels));
        Total known = all.get(key);
        if (known == null && all.size() < MOST) {
            known = new Total();
            all.put(key, known);
            changed = true;
        }
        return known;
    }

    /** Puts all of these families. */
    public synchronized void into(Sheet sheet, Set<Family> families) {
        all.forEach((key, t) -> {
            if (families.contains(key.family)) {
                sheet.put(key.family, t.sum, key.labels);
            }
        });
    }

    /** Forgets those of which somebody knows that they are nobody's any more. */
    public synchronized void retain(BiPredicate<Family, List<String>> wanted) {
        changed |= all.keySet().removeIf(k -> !wanted.test(k.family, k.labels));
    }

    /** What was counted stands in the file now, or it was said why not. Nobody who counts waits for the disk meanwhile. */
    public void keep() {
        synchronized (writing) {
            List<String> lines = taken();
            if (lines.isEmpty()) {
                return;
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.write(fresh, lines, StandardCharsets.UTF_8);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                told = null;
            } catch (IOException e) {
                failed();
                if (told == null) {
                    told = String.valueOf(e.getMessage());
                    warn.accept("counters of metrics are not kept for the next daemon: " + e);
                }
            }
        }
    }

    private synchronized void failed() {
        changed = true;
    }

    /** What is to be written; empty: nothing is new. */
    private synchronized List<String> taken() {
        if (!changed) {
            return List.of();
        }
        changed = false;
        var lines = new ArrayList<String>(all.size() + 3);
        lines.add(HEAD);
        lines.add(SINCE + since.toEpochMilli());
        all.forEach((key, t) -> lines.add(key.family.written() + "\t" + t.sum + "\t" + t.raw + "\t" + t.whose
                + (key.labels.isEmpty() ? "" : "\t" + String.join("\t", key.labels))));
        lines.add(END + (lines.size() - 1));
        return lines;
    }
}
