package dev.holdfast.post;

import dev.holdfast.alert.Change;
import dev.holdfast.alert.Codec;
import dev.holdfast.alert.Kept;
import dev.holdfast.alert.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The file in which alerts wait until they are delivered. Each decision is one record: length, CRC-32, bytes; what a death
 * tore at the end is cut off. All of it is fsynced before anything is done about it. When the file has grown to a few
 * times of what counts, it is written anew beside itself and renamed.
 *
 * <p>A disk that takes nothing is said once, and again when it does; until then alerts are sent, and lost only if the
 * daemon dies. One thread's own.
 */
public final class Spool implements AutoCloseable {
    private static final int HEAD = 12;
    private static final int MAGIC = 0x48464131; // HFA1
    private static final long SMALL = 256 * 1024;
    private static final int LARGEST = 64 * 1024 * 1024;

    private final Path file;
    private final Consumer<String> warn;
    private final Consumer<String> notice;
    private @Nullable FileChannel channel;
    private long size;
    private long compacted = SMALL;
    /** What is on disk is not what is known: it has to be written as a whole. */
    private boolean behind;

    /**
     * What was found.
     *
     * @param last when it was written last; null: nothing was there
     */
    public record Found(Kept kept, @Nullable Moment last) {}

    public Spool(Path file, Consumer<String> warn, Consumer<String> notice) {
        this.file = file;
        this.warn = warn;
        this.notice = notice;
    }

    /** Reads what is there. What is damaged is put aside, and said. */
    public Found open(Instant wall) {
        var kept = new Kept();
        Moment last = null;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel c = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            channel = c;
            while (true) {
                byte[] record = record(c);
                if (record == null) {
                    break;
                }
                Codec.Batch batch = Codec.read(record);
                batch.changes().forEach(kept::apply);
                last = batch.when();
                size = c.position();
            }
            if (c.size() > size) {
                c.truncate(size);
            }
        } catch (IOException e) {
            aside(wall, e);
        }
        return new Found(kept, last);
    }

    /** The next whole record; null: there is none, or a torn one, which can only be the last. */
    private static byte @Nullable [] record(FileChannel c) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        if (!fill(c, head)) {
            return null;
        }
        int magic = head.getInt();
        int length = head.getInt();
        int sum = head.getInt();
        if (magic != MAGIC || length < 0 || length > LARGEST) {
            if (c.size() - c.position() > LARGEST || magic != 0) {
                throw new IOException("it is no file of alerts from byte " + (c.position() - HEAD) + " on");
            }
            return null; // blocks that were given and never written, after a power failure
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, c.size() - c.position()));
        if (bytes.capacity() < length || !fill(c, bytes)) {
            return null;
        }
        if (sum != crc(bytes.array())) {
            if (c.position() < c.size()) { // no death tears what is not the last
                throw new IOException("it is damaged before byte " + c.position());
            }
            return null;
        }
        return bytes.array();
    }

    private static boolean fill(FileChannel c, ByteBuffer b) throws IOException {
        while (b.hasRemaining()) {
            if (c.read(b) < 0) {
                return false;
            }
        }
        b.flip();
        return true;
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void aside(Instant wall, IOException why) {
        close();
        Path to = file.resolveSibling(file.getFileName() + ".damaged-" + wall.getEpochSecond());
        try {
            Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
            warn.accept("alerts that waited cannot be read (" + why.getMessage() + "); they are kept in " + to);
        } catch (IOException e) {
            warn.accept("alerts are not kept over a death of this daemon: " + file + ": " + why.getMessage());
        }
        behind = true;
    }

    /**
     * On disk when it returns, or said.
     *
     * @param all what counts, these changes included
     */
    public void append(Moment when, List<Change> changes, Supplier<List<Change>> all) {
        try {
            if (behind || channel == null || size > compacted) {
                anew(new Codec.Batch(when, all.get()));
            } else {
                write(channel, size, new Codec.Batch(when, changes));
                size = channel.position();
            }
            if (behind) {
                behind = false;
                notice.accept("alerts are kept on disk again: " + file);
            }
        } catch (IOException e) {
            if (!behind) {
                warn.accept("alerts cannot be kept on disk, a death of this daemon would lose them: " + file + ": "
                        + e.getMessage());
            }
            behind = true;
            torn();
        }
    }

    private void torn() {
        try {
            if (channel != null) {
                channel.truncate(size); // what was begun gives its place back, and is not read
            }
        } catch (IOException stillFull) {
            close();
        }
    }

    private static void write(FileChannel c, long at, Codec.Batch batch) throws IOException {
        byte[] bytes = Codec.write(batch);
        ByteBuffer b = ByteBuffer.allocate(HEAD + bytes.length);
        b.putInt(MAGIC).putInt(bytes.length).putInt(crc(bytes)).put(bytes).flip();
        c.position(at);
        while (b.hasRemaining()) {
            c.write(b);
        }
        c.force(false);
    }

    private void anew(Codec.Batch batch) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.deleteIfExists(beside);
        FileChannel c = FileChannel.open(
                beside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            write(c, 0, batch);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel dir = FileChannel.open(file.toAbsolutePath().getParent())) {
                dir.force(true);
            }
        } catch (IOException e) {
            c.close();
            Files.deleteIfExists(beside);
            throw e;
        }
        close();
        channel = c;
        size = c.position();
        compacted = Math.max(SMALL, 4 * size);
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException nothingLeftToDo) {
            // what counts was forced
        }
        channel = null;
    }
}
