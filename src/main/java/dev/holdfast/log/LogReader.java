package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Pump} wrote, pieces of long lines put together again. Not thread-safe. */
public final class LogReader implements AutoCloseable {
    /** How often what changes its names meanwhile is read anew. */
    private static final int PATIENCE = 100;

    private final Path path;
    private final int longest;
    private final Records records;
    private @Nullable OpenLog open;
    /** Whether there was no file at all: what comes is read from the oldest on. */
    private boolean fromFirst;

    /** An older file, and which it is. */
    private record Older(Backup file, long identity) {}

    /**
     * Whose a line is, as far as the file says.
     *
     * @param process empty when it does not say
     * @param instance empty when it does not say
     */
    public record Origin(String process, int replica, String instance, Map<String, String> labels) {
        static final Origin UNKNOWN = new Origin("", 0, "", Map.of());
    }

    /**
     * @param continues whether it belongs with the line before
     * @param told the level as the file says it; null: see {@link #level}
     * @param raw the line's bytes as ISO-8859-1 characters, without its end: nothing is lost by decoding
     * @param unkept bytes of the line that are missing in {@code raw}, for it is longer than the reader keeps
     */
    public record Line(
            Instant at,
            boolean stderr,
            boolean continues,
            Origin origin,
            @Nullable Level told,
            String raw,
            long unkept) {
        /** As an object of JSON, where the file does not say so of the process and replica given. */
        public byte[] json(Instant when, String process, int replica) {
            boolean known = !origin.process().isEmpty();
            var source = new Source(
                    known ? origin.process() : process,
                    known ? origin.replica() : replica,
                    new TreeMap<>(origin.labels()));
            return JsonEncoder.object(Entry.read(when, source, origin.instance(), stderr, level(), bytes()));
        }

        /** What the line says of itself; null when it says nothing. */
        public @Nullable Level level() {
            return told != null ? told : Levels.of(bytes(), 0, raw.length());
        }

        public byte[] bytes() {
            return raw.getBytes(StandardCharsets.ISO_8859_1);
        }

        /** As UTF-8; what is none becomes U+FFFD. */
        public String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }

    /** @param path the current file; it may not exist yet */
    public LogReader(Path path) {
        this(path, Integer.MAX_VALUE);
    }

    /** @param longest bytes of a line that are kept */
    public LogReader(Path path, int longest) {
        this.path = path;
        this.longest = longest;
        this.records = new Records(longest);
    }

    /** The last {@code n} lines, older files included. */
    public static List<Line> last(Path path, int n) throws IOException {
        try (var reader = new LogReader(path)) {
            return reader.tail(n);
        }
    }

    /**
     * Fewer when they are long.
     *
     * @param longest bytes of a line that are kept
     * @param all bytes of all of them, at most
     */
    public static List<Line> last(Path path, int n, int longest, long all) throws IOException {
        try (var reader = new LogReader(path, longest)) {
            return reader.tail(n, all);
        }
    }

    /**
     * The last {@code n} lines there are now, older files included. {@link #next} goes on behind them: between the two
     * none is lost and none comes twice.
     */
    public List<Line> tail(int n) throws IOException {
        return tail(n, Long.MAX_VALUE);
    }

    private List<Line> tail(int n, long all) throws IOException {
        Deque<Line> here = ofLatest(n, all);
        List<Older> now = older();
        for (int i = 1; ; i++) {
            List<Older> before = now;
            Deque<Line> last = before == null ? null : withOlder(here, before, n, all);
            now = older();
            if (open == null && last != null && !last.isEmpty()) {
                // A directory listed in the midst of a rotation seemed to have none: next() would read these again.
                here = ofLatest(n, all);
                last = null;
            }
            if (last != null && (i >= PATIENCE || (now != null && now.equals(before)))) {
                return new ArrayList<>(last);
            }
            if (i >= PATIENCE) {
                return new ArrayList<>(here);
            } // else names have changed while they were read, and a file may have been passed over
        }
    }

    private Deque<Line> ofLatest(int n, long all) throws IOException {
        OpenLog latest = openLatest();
        return latest == null ? new ArrayDeque<>() : latest.last(n, all, records);
    }

    /** Newest first; null: they change their names just now. */
    private @Nullable List<Older> older() throws IOException {
        var older = new ArrayList<Older>();
        try {
            for (Backup b : Backup.of(path)) {
                older.add(new Older(b, b.identity()));
            }
        } catch (NoSuchFileException renamed) {
            return null;
        }
        return older;
    }

    /** Null when one is not there any more. */
    private @Nullable Deque<Line> withOlder(Deque<Line> here, List<Older> older, int n, long all) throws IOException {
        var last = new ArrayDeque<>(here);
        for (Older o : older.subList(behindOpen(older), older.size())) {
            long left = all - last.stream().mapToLong(l -> l.raw.length()).sum();
            if (last.size() >= n || left <= longest) {
                break;
            }
            try (OpenLog file = open(o.file)) {
                if (file == null || !file.is(o.file)) {
                    return null;
                }
                Deque<Line> before = file.last(n - last.size(), left, new Records(longest));
                while (!before.isEmpty()) {
                    last.addFirst(before.removeLast());
                }
            }
        }
        return last;
    }

    /** Where those begin that are older than the open one, which may be an older one itself by now. */
    private int behindOpen(List<Older> older) throws IOException {
        if (open != null && !open.is(path)) {
            for (int i = 0; i < older.size(); i++) {
                if (open.is(older.get(i).file)) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    /** Goes back to the oldest file that was written to at or after {@code since}; {@link #next} then reads them all. */
    public void toFirst(Instant since) throws IOException {
        close();
        for (Backup b : Backup.of(path).reversed()) {
            if (!Files.getLastModifiedTime(b.path()).toInstant().isBefore(since)) {
                open = open(b);
                if (open != null) {
                    return;
                }
            }
        }
        openLatest();
    }

    /**
     * Goes back so far that {@code lines} lines come, if the current file and the one before it have so many; {@link #next}
     * then reads them, and goes on.
     */
    public void toRecent(int lines) throws IOException {
        OpenLog latest = openLatest();
        if (latest == null || latest.seekBack(4L * lines)) {
            return;
        }
        for (Backup b : Backup.of(path)) {
            if (latest.is(b)) {
                continue; // it became older just now
            }
            OpenLog older = open(b);
            if (older != null) { // else it is gone; what is here is all
                latest.close();
                open = older;
                older.seekBack(4L * lines);
            }
            return;
        }
    }

    /** The current file, or, in the midst of a rotation, the one that was it; null when there is none at all. */
    private @Nullable OpenLog openLatest() throws IOException {
        for (int i = 0; i < PATIENCE && open == null; i++) {
            open = OpenLog.of(path, false, longest == Integer.MAX_VALUE);
            if (open == null) {
                List<Backup> older = Backup.of(path);
                fromFirst = older.isEmpty();
                if (fromFirst) {
                    break;
                }
                open = open(older.getFirst());
            }
        }
        return open;
    }

    private @Nullable OpenLog open(Backup b) throws IOException {
        return OpenLog.of(b.path(), b.compressed(), longest == Integer.MAX_VALUE);
    }

    /** The next line, or empty when there is none yet. Follows rotations, however many there were. */
    public Optional<Line> next() throws IOException {
        while (true) {
            Optional<Line> line = here();
            if (line.isPresent()) {
                return line;
            }
            Backup successor = successor();
            if (successor == null) {
                return Optional.empty();
            }
            line = here(); // what was written after we saw the end and before it was rotated
            if (line.isPresent()) {
                return line;
            }
            if (!goOnWith(successor)) {
                return Optional.empty();
            }
        }
    }

    private Optional<Line> here() throws IOException {
        return open == null ? Optional.empty() : open.next(records);
    }

    /** Leaves the open file for the one after it; false when names change too fast, or it is gone: ask again. */
    private boolean goOnWith(Backup successor) throws IOException {
        OpenLog next = open(successor);
        if (next == null) {
            return false;
        }
        if (!successor.equals(successor())) {
            next.close(); // a rotation in between would have us skip a file
            return false;
        }
        close();
        open = next;
        return true;
    }

    /** Which file comes after the open one; null when it is the current one, or there is none. */
    private @Nullable Backup successor() throws IOException {
        Backup newer = new Backup(path, 0, false);
        if (!Files.exists(path)) {
            return null;
        }
        if (open == null) {
            List<Backup> older = fromFirst ? Backup.of(path) : List.of();
            return older.isEmpty() ? newer : older.getLast();
        }
        if (open.is(path)) {
            return null;
        }
        for (int i = 0; i < PATIENCE; i++) { // who lists a directory may miss what is renamed meanwhile
            Backup next = newer;
            for (Backup b : Backup.of(path)) {
                if (open.is(b)) {
                    return next;
                }
                next = b;
            }
        }
        return newer; // it is deleted already
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
