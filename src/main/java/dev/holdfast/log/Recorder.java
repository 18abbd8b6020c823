package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Has the lines of a batch encoded into the log file, and tells who listens. One thread owns it. */
final class Recorder implements Sink {
    /** Takes nothing. */
    static final Sink NOWHERE = new Sink() {
        @Override
        public void line(byte[] t, int offset, int length, boolean whole, @Nullable Level level, boolean held) {}

        @Override
        public void line(byte[] text, int offset, int length, boolean whole) {}

        @Override
        public void note(String text) {}
    };

    private final LineWriter writer;
    private final Pump.LineListener listener;
    private final Entry entry = new Entry();

    private Encoder encoder = new RawEncoder();
    private @Nullable Fd to;
    private @Nullable Stream stream;
    private boolean told;
    private boolean listens;
    private @Nullable Tap tap;
    private long lines;
    private Instant at = Instant.EPOCH;
    private Instant heldSince = Instant.EPOCH;

    Recorder(LineWriter writer, Pump.LineListener listener) {
        this.writer = writer;
        this.listener = listener;
    }

    /**
     * A new batch.
     *
     * @param file null: there is none to write to, the lines are told as unkept
     * @param tags for its first record; or empty
     */
    void begin(Stream s, Encoder e, @Nullable Fd file, Instant now, String tags) {
        told = false;
        lines = 0;
        tap = s.tap;
        listens = tap != null || listener.listens();
        stream = s;
        encoder = e;
        to = file;
        at = now;
        heldSince = s.heldSince == null ? now : s.heldSince;
        entry.of(s, now);
        encoder.begin(entry, tags);
    }

    /** The same batch, whose lines were told, but the file could not take them. */
    void beginUnkept(Stream s, Encoder e, Instant now, boolean toldBefore) {
        begin(s, e, null, now, "");
        told = toldBefore && listens;
    }

    @Override
    public void line(byte[] text, int offset, int length, boolean whole) {
        entry.text(text, offset, length, whole);
        lines += whole ? 1 : 0;
        out();
    }

    @Override
    public void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held) {
        entry.at(held ? heldSince : at);
        entry.text(text, offset, length, whole);
        lines += whole ? 1 : 0;
        entry.joined();
        entry.level(level);
        out();
        entry.at(at);
    }

    @Override
    public int lines(byte[] text, int from, int end) {
        Fd file = to;
        if (file == null || listens) {
            return from;
        }
        int taken = encoder.lines(entry, text, from, end, writer, file);
        for (int eol = Scan.lineEnd(text, from, taken); eol < taken; eol = Scan.lineEnd(text, eol + 1, taken)) {
            lines++;
        }
        return taken;
    }

    /** Whole lines since the batch began. */
    long lines() {
        return lines;
    }

    @Override
    public void note(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Stream s = java.util.Objects.requireNonNull(stream);
        entry.note();
        entry.text(bytes, 0, bytes.length, true);
        entry.level(Level.WARNING);
        tap = null; // it is no output of the program's
        out();
        tap = s.tap;
        entry.of(s, at);
    }

    private void out() {
        Fd file = to;
        Tap t = tap;
        if (t != null && !told) {
            t.line(entry);
        }
        if (file == null) {
            listener.unkept(entry, told);
        } else {
            encoder.line(entry, writer, file);
            if (listens) {
                listener.line(entry);
            }
        }
    }
}
