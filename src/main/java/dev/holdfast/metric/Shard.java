package dev.holdfast.metric;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * One file of the history: {@value #SUBJECTS} subjects, and a ring of rows for each span. A row holds the values of all of
 * them in one step, with the step's number and a checksum: whoever looks knows of each row whether it is that step's, so
 * nothing is ever erased, and a row that was torn is merely unknown. Written by pwrite(2) and not synced: a killed daemon
 * loses nothing, a host that loses power the last half minute, and rows that were half on disk. Not thread-safe.
 */
final class Shard implements AutoCloseable {
    static final int SUBJECTS = 64;
    static final int LONGEST_NAME = 128;

    private static final long MAGIC = 0x484f4c4452494e31L; // HOLDRIN1
    private static final int METRICS = History.Metric.values().length;
    private static final int SLOT = 160;
    private static final int HEAD = 16 + SUBJECTS * SLOT;
    private static final int VALUES = SUBJECTS * METRICS * Float.BYTES;
    private static final int ROW = 16 + VALUES;
    private static final int AT_ONCE = 64;

    private final FileChannel channel;
    private final String[] names = new String[SUBJECTS];
    private final long[] born = new long[SUBJECTS];
    private final long[] seen = new long[SUBJECTS];
    private final ByteBuffer row = ByteBuffer.allocate(ROW);
    private final ByteBuffer slot = ByteBuffer.allocate(SLOT);

    private Shard(FileChannel channel) {
        this.channel = channel;
        Arrays.fill(names, "");
    }

    /** What is no file of ours, or a damaged one. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String why) {
            super(why);
        }
    }

    /** @throws Damaged when what is there cannot be gone on with */
    static Shard open(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var shard = new Shard(channel);
            if (channel.size() == 0) {
                shard.begin();
            } else {
                shard.recall();
            }
            return shard;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        head.putLong(0, MAGIC).putInt(8, SUBJECTS).putInt(12, METRICS);
        all(head, 0);
    }

    private void recall() throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        if (read(head, 0) < HEAD || head.getLong(0) != MAGIC) {
            throw new Damaged("its head is not ours");
        }
        if (head.getInt(8) != SUBJECTS || head.getInt(12) != METRICS) {
            throw new Damaged("it is of another version");
        }
        for (int i = 0; i < SUBJECTS; i++) {
            byte[] bytes = new byte[SLOT];
            head.get(16 + i * SLOT, bytes);
            ByteBuffer s = ByteBuffer.wrap(bytes);
            int length = s.getInt(8);
            if (length == 0) {
                continue;
            }
            if (length < 0 || length > LONGEST_NAME || s.getLong(0) != checksum(bytes, 8, SLOT - 8)) {
                throw new Damaged("the name of subject " + i + " is damaged");
            }
            names[i] = new String(bytes, 32, length, StandardCharsets.UTF_8);
            born[i] = s.getLong(16);
            seen[i] = s.getLong(24);
        }
    }

    // ── subjects ──

    /** Of the subject; -1: it is not in this file. */
    int column(String name) {
        return Arrays.asList(names).indexOf(name);
    }

    /** Empty: that column is free. */
    String name(int column) {
        return names[column];
    }

    long seen(int column) {
        return seen[column];
    }

    /** Its values count from {@code now} on. @return its column; -1: this file is full */
    int admit(String name, long now) throws IOException {
        int free = column("");
        if (free >= 0) {
            names[free] = name;
            born[free] = now;
            mark(free, now);
        }
        return free;
    }

    /** Somebody had a value for it; zero: it is free from now on. */
    void mark(int column, long now) throws IOException {
        seen[column] = now;
        byte[] bytes = slot.clear().array();
        Arrays.fill(bytes, (byte) 0);
        if (now == 0) {
            names[column] = "";
        } else {
            born[column] =
                    Math.min(born[column], now); // a clock that was ahead when it was born hides nothing for ever
            byte[] name = names[column].getBytes(StandardCharsets.UTF_8);
            slot.putInt(8, name.length).putLong(16, born[column]).putLong(24, now);
            slot.put(32, name);
            slot.putLong(0, checksum(bytes, 8, SLOT - 8));
        }
        all(slot, 16 + (long) column * SLOT);
    }

    int subjects() {
        return (int) Arrays.stream(names).filter(n -> !n.isEmpty()).count();
    }

    // ── rows ──

    private static long at(History.Span span, long step) {
        long before = HEAD;
        for (History.Span s : History.Span.values()) {
            if (s == span) {
                break;
            }
            before += (long) (s.steps() + 1) * ROW;
        }
        return before + index(span, step) * ROW;
    }

    /** One more than is asked for: the step that is being written takes the place of none that is. */
    private static long index(History.Span span, long step) {
        return Math.floorMod(step, span.steps() + 1);
    }

    /** @param values by metric and column; NaN is unknown */
    void write(History.Span span, long step, float[][] values) throws IOException {
        row.clear();
        row.putLong(8, step);
        for (int m = 0; m < METRICS; m++) {
            for (int c = 0; c < SUBJECTS; c++) {
                row.putFloat(16 + (m * SUBJECTS + c) * Float.BYTES, values[m][c]);
            }
        }
        row.putLong(0, checksum(row.array(), 8, ROW - 8));
        all(row, at(span, step));
    }

    /** Null: there is no such row. */
    float @Nullable [][] read(History.Span span, long step) throws IOException {
        if (read(row.clear(), at(span, step)) < ROW || !sound(row.array(), 0, step)) {
            return null;
        }
        var values = new float[METRICS][SUBJECTS];
        for (int m = 0; m < METRICS; m++) {
            for (int c = 0; c < SUBJECTS; c++) {
                values[m][c] = row.getFloat(16 + (m * SUBJECTS + c) * Float.BYTES);
            }
        }
        return values;
    }

    /** One column from {@code first} on, as many as there is room for; NaN where nothing is known. */
    void read(History.Span span, long first, int metric, int column, float[] into) throws IOException {
        Arrays.fill(into, Float.NaN);
        long oldest = Math.floorDiv(born[column], span.seconds());
        ByteBuffer some = ByteBuffer.allocate(AT_ONCE * ROW);
        for (int i = 0; i < into.length; ) {
            long here = index(span, first + i);
            int rows = (int) Math.min(Math.min(AT_ONCE, into.length - i), span.steps() + 1 - here);
            some.clear().limit(rows * ROW);
            int n = read(some, at(span, first + i));
            for (int r = 0; (r + 1) * ROW <= n; r++) {
                if (first + i + r >= oldest && sound(some.array(), r * ROW, first + i + r)) {
                    into[i + r] = some.getFloat(r * ROW + 16 + (metric * SUBJECTS + column) * Float.BYTES);
                }
            }
            i += rows;
        }
    }

    private static boolean sound(byte[] bytes, int at, long step) {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        return b.getLong(at + 8) == step && b.getLong(at) == checksum(bytes, at + 8, ROW - 8);
    }

    /** Never 0, which nothing that was not written has. */
    private static long checksum(byte[] bytes, int from, int length) {
        var crc = new CRC32();
        crc.update(bytes, from, length);
        return crc.getValue() | 1L << 32;
    }

    private void all(ByteBuffer bytes, long at) throws IOException {
        bytes.position(0).limit(bytes.capacity());
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    private int read(ByteBuffer into, long at) throws IOException {
        int n = 0;
        while (into.hasRemaining()) {
            int got = channel.read(into, at + n);
            if (got < 0) {
                break;
            }
            n += got;
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
