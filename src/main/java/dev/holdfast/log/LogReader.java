package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
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
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Pump} wrote, pieces of long lines put together again. Not thread-safe. */
public final class LogReader implements AutoCloseable {
    /** Bytes of a record that are read, where lines have a bound; a program's own JSON may be long. */
    private static final int LONGEST_RECORD = 1 << 20;

    private static final int BUFFER = 64 << 10;
    /** For what comes line by line. */
    private static final int SMALL_BUFFER = 4 << 10;

    /** How often what changes its names meanwhile is read anew. */
    private static final int PATIENCE = 100;

    private final Path path;
    private final int longest;
    private @Nullable RandomAccessFile file;
    /** Of the open file, which cannot become another's while we have it open. */
    private long inode;

    private boolean packed;
    private InputStream in = InputStream.nullInputStream();
    /** Whether the buffer is the small one. */
    private boolean small;

    private ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    /** Bytes of the unfinished record that are not kept. */
    private long beyond;

    private final Records records;
    private Instant fileTime = Instant.EPOCH;

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
        open(path, false);
        Deque<Line> here = lastHere(n, all);
        List<Long> now = numbers();
        for (int i = 1; ; i++) {
            List<Long> before = now;
            Deque<Line> last = before == null ? null : withOlder(here, before, n, all);
            now = numbers();
            if (last != null && (i >= PATIENCE || (now != null && now.equals(before)))) {
                return new ArrayList<>(last);
            }
            if (i >= PATIENCE) {
                return new ArrayList<>(here);
            } // else names have changed while they were read, and a file may have been passed over
        }
    }

    /** Which files the older ones are, newest first, also when they were compressed; null: they change their names just now. */
    private @Nullable List<Long> numbers() throws IOException {
        var numbers = new ArrayList<Long>();
        try {
            for (Backup b : Backup.of(path)) {
                numbers.add(b.compressed() ? Packed.inode(b.path()) : Backup.inode(b.path()));
            }
        } catch (NoSuchFileException renamed) {
            return null;
        }
        return numbers;
    }

    /** Null when one is not there any more. */
    private @Nullable Deque<Line> withOlder(Deque<Line> here, List<Long> numbers, int n, long all) throws IOException {
        var last = new ArrayDeque<>(here);
        // Ours may be an older one by now. Of several that remember its number, the newest was it last.
        int ours = file == null || isCurrent(inode) ? -1 : numbers.indexOf(inode);
        int at = 0;
        for (Backup older : Backup.of(path)) {
            long left = all - last.stream().mapToLong(l -> l.raw.length()).sum();
            if (last.size() >= n || left <= longest) {
                break;
            }
            if (at++ <= ours) {
                continue; // what is read next
            }
            try (var reader = new LogReader(older.path(), longest)) {
                if (!reader.open(older.path(), older.compressed())) {
                    return null;
                }
                Deque<Line> before = reader.lastHere(n - last.size(), left);
                while (!before.isEmpty()) {
                    last.addFirst(before.removeLast());
                }
            }
        }
        return last;
    }

    private boolean isCurrent(long number) throws IOException {
        try {
            return Backup.inode(path) == number;
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    private Deque<Line> lastHere(int n, long all) throws IOException {
        var last = new ArrayDeque<Line>();
        long held = 0;
        seekBack(4L * n);
        for (Optional<Line> l = here(); l.isPresent(); l = here()) {
            last.add(l.get());
            held += l.get().raw.length();
            while (last.size() > n || held > all) {
                held -= last.removeFirst().raw.length();
            }
        }
        return last;
    }

    /** Goes back to the oldest file that was written to at or after {@code since}; {@link #next} then reads them all. */
    public void toFirst(Instant since) throws IOException {
        for (Backup b : Backup.of(path).reversed()) {
            if (!Files.getLastModifiedTime(b.path()).toInstant().isBefore(since) && open(b.path(), b.compressed())) {
                return;
            }
        }
        open(path, false);
    }

    /**
     * Goes back so far that {@code lines} lines come, if the current file and the one before it have so many; {@link #next}
     * then reads them, and goes on.
     */
    public void toRecent(int lines) throws IOException {
        open(path, false);
        if (seekBack(4L * lines)) {
            return;
        }
        for (Backup b : Backup.of(path)) {
            RandomAccessFile current = file;
            if (current != null && (b.compressed() ? Packed.inode(b.path()) : Backup.inode(b.path())) == inode) {
                continue; // it became older just now
            }
            file = null;
            if (open(b.path(), b.compressed())) {
                if (current != null) {
                    current.close();
                }
                seekBack(4L * lines);
            } else {
                file = current; // it is gone; what is here is all
            }
            return;
        }
    }

    /** Goes to the end: only what comes from now on is read. */
    public void toEnd() throws IOException {
        open(path, false);
        if (file != null) {
            file.seek(file.length());
            in = new BufferedInputStream(Channels.newInputStream(file.getChannel()), SMALL_BUFFER);
            small = true;
        }
    }

    /**
     * Skips most of a long file when only its last lines are wanted: at least {@code lines} of them remain.
     *
     * @return whether there are others before them
     */
    private boolean seekBack(long lines) throws IOException {
        RandomAccessFile f = file;
        if (f == null || packed) {
            return false;
        }
        long at = f.length();
        long ends = 0;
        byte[] block = new byte[BUFFER];
        while (at > 0 && ends <= lines) {
            int n = (int) Math.min(block.length, at);
            at -= n;
            f.seek(at);
            f.readFully(block, 0, n);
            for (int i = 0; i < n; i++) {
                ends += block[i] == '\n' ? 1 : 0;
            }
        }
        f.seek(at);
        in = new BufferedInputStream(Channels.newInputStream(f.getChannel()), BUFFER);
        small = false;
        if (at > 0) {
            rawLine();
            forget();
        }
        return at > 0;
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

    /** Leaves the open file for the one after it; false when names change too fast, or it is gone: ask again. */
    private boolean goOnWith(Backup successor) throws IOException {
        RandomAccessFile before = file;
        long inodeBefore = inode;
        boolean packedBefore = packed;
        InputStream inBefore = in;
        file = null;
        boolean opened = open(successor.path(), successor.compressed());
        RandomAccessFile next = file;
        if (opened && before != null) {
            // A rotation in between would have us skip a file.
            InputStream inNext = in;
            long inodeNext = inode;
            file = before;
            inode = inodeBefore;
            packed = packedBefore;
            opened = successor.equals(successor());
            in = opened ? inNext : inBefore;
            inode = opened ? inodeNext : inodeBefore;
            packed = opened ? successor.compressed() : packedBefore;
        }
        RandomAccessFile leave = opened ? before : next;
        file = opened ? next : before;
        in = opened ? in : inBefore;
        if (leave != null) {
            leave.close();
        }
        forget();
        small = false;
        return opened;
    }

    private Optional<Line> here() throws IOException {
        for (byte[] raw = rawLine(); raw != null; raw = rawLine()) {
            Optional<Line> line = records.take(raw, beyond, fileTime);
            beyond = 0;
            if (line.isPresent()) {
                return line;
            }
        }
        atEnd();
        return Optional.empty();
    }

    /** What follows comes line by line: all that was buffered is read, and the large buffer is not kept for it. */
    private void atEnd() {
        RandomAccessFile f = file;
        if (f == null || packed || small) {
            return;
        }
        in = new BufferedInputStream(Channels.newInputStream(f.getChannel()), SMALL_BUFFER);
        small = true;
        if (unfinished.size() == 0) {
            unfinished = new ByteArrayOutputStream();
        }
    }

    private void forget() {
        unfinished.reset();
        beyond = 0;
    }

    private byte @Nullable [] rawLine() throws IOException {
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                byte[] line = unfinished.toByteArray();
                unfinished.reset();
                return line;
            }
            if (unfinished.size() < LONGEST_RECORD || longest == Integer.MAX_VALUE) {
                unfinished.write(c);
            } else {
                beyond++;
            }
        }
        return null;
    }

    private boolean open(Path p, boolean compressed) throws IOException {
        if (file != null) {
            return true;
        }
        RandomAccessFile opened = openStill(p);
        if (opened == null) {
            return false;
        }
        file = opened;
        packed = compressed;
        InputStream bytes = Channels.newInputStream(opened.getChannel());
        in = new BufferedInputStream(compressed ? new GZIPInputStream(bytes, BUFFER) : bytes, BUFFER);
        small = false;
        return true;
    }

    /** Opens what is called {@code p} both before and after: only then do we know which file it is. */
    private @Nullable RandomAccessFile openStill(Path p) throws IOException {
        try {
            for (int i = 0; i < 100; i++) {
                long named = Backup.inode(p);
                var opened = new RandomAccessFile(p.toFile(), "r");
                if (Backup.inode(p) == named) {
                    inode = named;
                    fileTime = Files.getLastModifiedTime(p).toInstant();
                    return opened;
                }
                opened.close();
            }
        } catch (FileNotFoundException | NoSuchFileException gone) {
            return null;
        }
        return null;
    }

    /** Which file comes after the open one; null when it is the current one, or there is none. */
    private @Nullable Backup successor() throws IOException {
        Backup newer = new Backup(path, 0, false);
        if (!Files.exists(path)) {
            return null;
        }
        if (file == null) {
            return newer;
        }
        if (!packed && isCurrent(inode)) {
            return null;
        }
        for (int i = 0; i < PATIENCE; i++) { // who lists a directory may miss what is renamed meanwhile
            Backup next = newer;
            for (Backup b : Backup.of(path)) {
                if (isOpen(b)) {
                    return next;
                }
                next = b;
            }
        }
        return newer; // it is deleted already
    }

    /** Whether it is the file we have open, which may have been compressed since. */
    private boolean isOpen(Backup b) throws IOException {
        try {
            return packed
                    ? b.compressed() && Backup.inode(b.path()) == inode
                    : (b.compressed() ? Packed.inode(b.path()) : Backup.inode(b.path())) == inode;
        } catch (NoSuchFileException rotatedMeanwhile) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
        in = InputStream.nullInputStream();
        forget();
    }
}
