package dev.holdfast.log;

import dev.holdfast.log.LogReader.Line;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One file of a log, open, and the place in it up to which it is read. Not thread-safe. */
final class OpenLog implements AutoCloseable {
    /** Bytes of a record that are read, where lines have a bound; a program's own JSON may be long. */
    private static final int LONGEST_RECORD = 1 << 20;

    private static final int BUFFER = 64 << 10;
    /** For what comes line by line. */
    private static final int SMALL_BUFFER = 4 << 10;

    private static final int PATIENCE = 100;

    private final RandomAccessFile file;
    /** Cannot become another's while we have it open. */
    private final long inode;

    private final boolean packed;
    private final Instant written;
    private final boolean whole;

    private InputStream in;
    /** Whether the buffer is the small one. */
    private boolean small;

    private ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    /** Bytes of the unfinished record that are not kept. */
    private long beyond;

    private OpenLog(RandomAccessFile file, long inode, boolean packed, Instant written, boolean whole)
            throws IOException {
        this.file = file;
        this.inode = inode;
        this.packed = packed;
        this.written = written;
        this.whole = whole;
        InputStream bytes = bytes();
        this.in = new BufferedInputStream(packed ? new GZIPInputStream(bytes, BUFFER) : bytes, BUFFER);
    }

    /**
     * At its beginning; null when there is none of that name.
     *
     * @param whole whether records are read however long they are
     */
    static @Nullable OpenLog of(Path path, boolean packed, boolean whole) throws IOException {
        FileNotFoundException refused = null;
        // What is called so both before and after: only then do we know which file it is.
        for (int i = 0; i < PATIENCE; i++) {
            try {
                long named = Backup.inode(path);
                var file = new RandomAccessFile(path.toFile(), "r");
                try {
                    if (Backup.inode(path) == named) {
                        Instant written = Files.getLastModifiedTime(path).toInstant();
                        return new OpenLog(file, named, packed, written, whole);
                    }
                } catch (IOException e) {
                    file.close();
                    throw e;
                }
                file.close();
            } catch (NoSuchFileException gone) {
                return null;
            } catch (FileNotFoundException e) { // or we may not read it, or have no descriptor left: it is there yet
                refused = e;
            }
        }
        if (refused != null) {
            throw refused;
        }
        return null;
    }

    /** Whether it is the current file. */
    boolean is(Path current) throws IOException {
        try {
            return !packed && Backup.inode(current) == inode;
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /**
     * Whether it is that older one, which may have been compressed since. Of several that remember its number, the newest
     * was it last.
     */
    boolean is(Backup older) throws IOException {
        try {
            return packed ? older.compressed() && Backup.inode(older.path()) == inode : older.identity() == inode;
        } catch (NoSuchFileException rotatedMeanwhile) {
            return false;
        }
    }

    /** The next line, or empty when there is none yet. */
    Optional<Line> next(Records records) throws IOException {
        for (byte[] raw = record(); raw != null; raw = record()) {
            Optional<Line> line = records.take(raw, beyond, written);
            beyond = 0;
            if (line.isPresent()) {
                return line;
            }
        }
        lineByLine();
        return Optional.empty();
    }

    /** The last lines there are, no more than {@code n} and {@code all} bytes. */
    Deque<Line> last(int n, long all, Records records) throws IOException {
        var last = new ArrayDeque<Line>();
        long held = 0;
        seekBack(4L * n);
        for (Optional<Line> l = next(records); l.isPresent(); l = next(records)) {
            last.add(l.get());
            held += l.get().raw().length();
            while (last.size() > n || held > all) {
                held -= last.removeFirst().raw().length();
            }
        }
        return last;
    }

    /**
     * Skips most of a long file when only its last lines are wanted: at least {@code lines} of them remain.
     *
     * @return whether there are others before them
     */
    boolean seekBack(long lines) throws IOException {
        if (packed) {
            return false;
        }
        long at = file.length();
        long ends = 0;
        byte[] block = new byte[BUFFER];
        while (at > 0 && ends <= lines) {
            int n = (int) Math.min(block.length, at);
            at -= n;
            file.seek(at);
            file.readFully(block, 0, n);
            for (int i = 0; i < n; i++) {
                ends += block[i] == '\n' ? 1 : 0;
            }
        }
        file.seek(at);
        in = new BufferedInputStream(bytes(), BUFFER);
        small = false;
        if (at > 0) {
            record();
            unfinished.reset();
            beyond = 0;
        }
        return at > 0;
    }

    private InputStream bytes() {
        return Channels.newInputStream(file.getChannel());
    }

    /** All that was buffered is read, and what follows comes line by line: the large buffer is not kept for it. */
    private void lineByLine() {
        if (packed || small) {
            return;
        }
        in = new BufferedInputStream(bytes(), SMALL_BUFFER);
        small = true;
        if (unfinished.size() == 0) {
            unfinished = new ByteArrayOutputStream();
        }
    }

    private byte @Nullable [] record() throws IOException {
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                byte[] record = unfinished.toByteArray();
                unfinished.reset();
                return record;
            }
            if (whole || unfinished.size() < LONGEST_RECORD) {
                unfinished.write(c);
            } else {
                beyond++;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
