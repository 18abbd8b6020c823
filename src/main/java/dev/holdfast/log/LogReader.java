package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Pump} wrote, pieces of long lines put together again. Not thread-safe. */
public final class LogReader implements AutoCloseable {
    private final Path path;
    private @Nullable RandomAccessFile file;
    private @Nullable Object key;
    private InputStream in = InputStream.nullInputStream();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private final Records records = new Records();
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
     */
    public record Line(
            Instant at,
            boolean stderr,
            boolean continues,
            Origin origin,
            @Nullable Level told,
            String raw) {
        Line(Instant at, boolean stderr, boolean continues, Origin origin, @Nullable Level told, byte[] bytes) {
            this(at, stderr, continues, origin, told, new String(bytes, StandardCharsets.ISO_8859_1));
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
        this.path = path;
    }

    /** The last {@code n} lines, older files included. */
    public static List<Line> last(Path path, int n) throws IOException {
        try (var reader = new LogReader(path)) {
            return reader.tail(n);
        }
    }

    /**
     * The last {@code n} lines there are now, older files included. {@link #next} goes on behind them: between the two
     * none is lost and none comes twice.
     */
    public List<Line> tail(int n) throws IOException {
        open(0);
        Object first = key;
        Deque<Line> last = lastHere(n);
        for (int i = 1; last.size() < n; i++) {
            Path older = numbered(i);
            if (!Files.exists(older)) {
                break;
            }
            if (Objects.equals(first, key(older))) {
                continue; // it became older just now
            }
            try (var reader = new LogReader(older)) {
                reader.open(0);
                Deque<Line> before = reader.lastHere(n - last.size());
                while (!before.isEmpty()) {
                    last.addFirst(before.removeLast());
                }
            }
        }
        return new ArrayList<>(last);
    }

    private Deque<Line> lastHere(int n) throws IOException {
        var last = new ArrayDeque<Line>();
        seekBack(4L * n);
        for (Optional<Line> l = here(); l.isPresent(); l = here()) {
            last.add(l.get());
            if (last.size() > n) {
                last.removeFirst();
            }
        }
        return last;
    }

    /** Goes back to the oldest file that was written to at or after {@code since}; {@link #next} then reads them all. */
    public void toFirst(Instant since) throws IOException {
        int oldest = 0;
        for (int i = 1; Files.exists(numbered(i)); i++) {
            if (Files.getLastModifiedTime(numbered(i)).toInstant().isBefore(since)) {
                break;
            }
            oldest = i;
        }
        open(oldest);
    }

    /** Goes to the end: only what comes from now on is read. */
    public void toEnd() throws IOException {
        open(0);
        if (file != null) {
            file.seek(file.length());
            in = new BufferedInputStream(Channels.newInputStream(file.getChannel()), 64 << 10);
        }
    }

    /** Skips most of a long file when only its last lines are wanted: at least {@code lines} of them remain. */
    private void seekBack(long lines) throws IOException {
        RandomAccessFile f = file;
        if (f == null) {
            return;
        }
        long at = f.length();
        long ends = 0;
        byte[] block = new byte[64 << 10];
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
        in = new BufferedInputStream(Channels.newInputStream(f.getChannel()), block.length);
        if (at > 0) {
            rawLine();
            unfinished.reset();
        }
    }

    /** The next line, or empty when there is none yet. Follows rotations, however many there were. */
    public Optional<Line> next() throws IOException {
        while (true) {
            Optional<Line> line = here();
            if (line.isPresent()) {
                return line;
            }
            int successor = successor();
            if (successor < 0) {
                return Optional.empty();
            }
            line = here(); // what was written after we saw the end and before it was rotated
            if (line.isPresent()) {
                return line;
            }
            close();
            if (!open(successor)) {
                return Optional.empty();
            }
        }
    }

    private Optional<Line> here() throws IOException {
        for (byte[] raw = rawLine(); raw != null; raw = rawLine()) {
            Optional<Line> line = records.take(raw, fileTime);
            if (line.isPresent()) {
                return line;
            }
        }
        return Optional.empty();
    }

    private byte @Nullable [] rawLine() throws IOException {
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                byte[] line = unfinished.toByteArray();
                unfinished.reset();
                return line;
            }
            unfinished.write(c);
        }
        return null;
    }

    /** @param i how many rotations ago it was the current file */
    private boolean open(int i) throws IOException {
        Path p = numbered(i);
        if (file != null || !Files.exists(p)) {
            return file != null;
        }
        file = new RandomAccessFile(p.toFile(), "r");
        key = key(p);
        fileTime = Files.getLastModifiedTime(p).toInstant();
        in = new BufferedInputStream(Channels.newInputStream(file.getChannel()), 64 << 10);
        return true;
    }

    private Path numbered(int i) {
        return i == 0 ? path : path.resolveSibling(path.getFileName() + "." + i);
    }

    /** Which file comes after the open one; -1 when it is the current one, or there is none. */
    private int successor() throws IOException {
        if (!Files.exists(path)) {
            return -1;
        }
        if (file == null) {
            return 0;
        }
        for (int i = 0; Files.exists(numbered(i)); i++) {
            if (Objects.equals(key, key(numbered(i)))) {
                return i - 1;
            }
        }
        return 0; // it is deleted already
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
        in = InputStream.nullInputStream();
        unfinished.reset();
    }
}
