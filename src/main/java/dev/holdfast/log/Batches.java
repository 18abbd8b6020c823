package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves one batch at a time from a pipe into its log file, wholly or not at all, under {@link Recovery}'s eyes. Owned by
 * the pump's thread.
 */
final class Batches {
    /** So much in a pipe of the usual 64 KiB: it is about full. */
    private static final int FLOOD = 48 << 10;
    /** What a user may give a pipe without privileges; its pages are only taken when they hold something. */
    private static final int LARGE_PIPE = 1 << 20;

    /** Batches of one stream before the others have their turn. */
    private static final int AT_ONCE = 4;
    /** Bytes of a batch that is copied to the heap, to be looked at. */
    private static final int LOOKED_AT = 128 << 10;

    private static final byte[] NOTHING = {};
    private static final byte[] END = {'\n'};

    private final Supplier<Now> clock;
    private final Recovery recovery;
    private final Pump.LineListener listener;
    private final Consumer<String> warn;
    private final LineWriter writer = new LineWriter();
    private final Recorder recorder;
    private final NativeBuffer scratch = NativeBuffer.allocate(8);
    private byte[] data = {};
    private final Map<Format, Encoder> encoders = new EnumMap<>(Map.of(
            Format.PREFIXED, new PrefixedEncoder(), Format.RAW, new RawEncoder(), Format.JSON, new JsonEncoder()));
    private final Map<StageKey, Stage> stages = new HashMap<>();
    private byte @Nullable [] work;
    private MonoTime lastAt = MonoTime.NEVER;

    /** Replicas of a process share a stage, and with it a rate limit. */
    private record StageKey(String process, LineRules rules) {}

    Batches(Supplier<Now> clock, Recovery recovery, Pump.LineListener listener, Consumer<String> warn) {
        this.clock = clock;
        this.recovery = recovery;
        this.listener = listener;
        this.warn = warn;
        this.recorder = new Recorder(writer, listener);
    }

    /** Reads what is there, some batches at most, and writes it. @return bytes; 0 when there was nothing */
    int read(Stream s) {
        int all = batch(s);
        for (int i = 1; i < AT_ONCE && s.left >= most(s); i++) {
            all += batch(s);
        }
        return all;
    }

    private int batch(Stream s) {
        int most = most(s);
        int known = s.left >= most ? s.left : Descriptors.readable(s.pipe, scratch);
        int there = Math.min(known, most);
        s.left = 0;
        if (there <= 0) {
            return 0;
        }
        recovery.reading(s.slot, there);
        int n = Descriptors.read(s.pipe, recovery.memory(), recovery.data(), there);
        s.left = n == there ? known - n : 0;
        if (n <= 0) {
            recovery.idle();
            return 0;
        }
        if (n >= FLOOD && !s.grown) { // so that the program need not wait for us, nor we for it
            s.grown = true;
            Descriptors.growPipe(s.pipe, LARGE_PIPE);
        }
        if (copied(s)) {
            attempt(s, null, n, false, -1);
        } else {
            attempt(s, copy(n), n, false, -1);
        }
        return n;
    }

    private int most(Stream s) {
        return copied(s) ? Recovery.DATA_BYTES : LOOKED_AT;
    }

    /** When the last batch was written. */
    MonoTime lastAt() {
        return lastAt;
    }

    /** What an earlier daemon was about when it died. */
    void again(Stream s, Recovery.Interrupted left) {
        try {
            s.file.open(0);
            long cutBackTo = left.cutBack(s.file.target().file());
            attempt(s, left.data().array(), left.data().capacity(), false, cutBackTo);
        } catch (IOException e) {
            warn.accept(s.file.target().file() + ": " + e.getMessage());
        }
    }

    /** What only waited for more lines waits no longer. */
    void due(Stream s) {
        recovery.unread(s.slot, 0);
        attempt(s, NOTHING, 0, true, -1);
    }

    /** Nothing more comes: ends an unfinished line and writes all. */
    void end(Stream s) {
        boolean unfinished = s.carried() > 0 && s.carry()[s.carried() - 1] != '\n';
        if (unfinished || s.inLong) {
            recovery.unread(s.slot, 1);
            attempt(s, END, 1, true, -1);
        }
        if (s.carried() > 0 || s.dropped > 0) {
            s.tellAt = clock.get().mono();
            due(s);
        }
    }

    /** Forgets what no stream needs any more. */
    void keepOnly(Set<LogTarget> targets) {
        stages.keySet()
                .removeIf(k -> targets.stream()
                        .noneMatch(t -> t.source().process().equals(k.process())
                                && t.rules().equals(k.rules())));
    }

    /**
     * A bug that one batch meets costs that batch and is told: the other streams, and this one's next batches, go on.
     *
     * @param bytes null: they lie in the recovery's memory
     * @param cutBackTo size of the log file before an interrupted try, or -1
     */
    private void attempt(Stream s, byte @Nullable [] bytes, int n, boolean due, long cutBackTo) {
        try {
            write(s, bytes, n, due, cutBackTo);
        } catch (RuntimeException bug) {
            s.forget();
            s.file.cutBack(s.file.size());
            s.file.lose(n, "a bug: " + bug);
            recovery.committed(s);
            if (!s.bugTold) {
                s.bugTold = true;
                warn.accept("a bug: output of " + s.label + " is lost: " + bug);
            }
        }
    }

    private void write(Stream s, byte @Nullable [] bytes, int n, boolean due, long cutBackTo) {
        LogFile file = s.file;
        Now now = clock.get();
        lastAt = now.mono();
        Tap tap = s.tap;
        if (tap != null && bytes != null && !due) {
            tap.came(lastAt, s.stderr, bytes, n);
        }
        Fd to = null;
        int errno = Errno.EIO;
        try {
            to = file.open(cutBackTo >= 0 ? 0 : n + (long) n / 8);
        } catch (Errno e) {
            errno = e.number();
        } catch (IOException e) {
            errno = Errno.EIO;
        }
        Stream.Before before = s.before();
        if (to != null) {
            errno = into(to, s, bytes, n, due, now, cutBackTo);
        }
        if (errno != 0) {
            s.restore(before);
            recorder.beginUnkept(s, encoder(s), now.wall(), to != null);
            cut(s, bytes == null ? copy(n) : bytes, n, due, now);
            file.lose(n, Errno.text(errno));
            if (file.health.failed(n, now.mono())) {
                warn.accept("output of " + file.target().label() + " cannot be kept, "
                        + file.target().file() + ": " + Errno.text(errno)
                        + "; it is shown here meanwhile");
                listener.unwritable(s.source, file.target().file(), Errno.text(errno));
            }
        }
        listener.moved(s.source, n, bytes == null && errno == 0 ? 0 : recorder.lines(), errno == 0 ? 0 : n);
        s.heldSince = s.carried() == 0 ? null : s.heldSince == null ? now.wall() : s.heldSince;
        recovery.committed(s);
    }

    /** @return the errno of what failed, after which the file is as it was before; or 0 */
    private int into(Fd to, Stream s, byte @Nullable [] bytes, int n, boolean due, Now now, long cutBackTo) {
        LogFile file = s.file;
        if (cutBackTo >= 0) {
            file.cutBack(cutBackTo);
        }
        long before = file.size();
        recovery.writing(before, file.target().file());
        writer.begin();
        recorder.begin(s, encoder(s), to, now.wall(), s.tags.equals(file.tags) ? "" : s.tags);
        boolean wasLosing = file.losing();
        if (wasLosing) {
            recorder.note(file.apology());
        }
        if (bytes == null) {
            RawCutter.copy(s, recovery.memory(), recovery.data(), Recovery.BEFORE_DATA, n, writer, to);
        } else {
            cut(s, bytes, n, due, now);
        }
        writer.flush(to);
        if (writer.failure() != 0) {
            file.cutBack(before);
            return writer.failure();
        }
        if (writer.written() > 0) {
            file.grew(writer.written());
            file.tags = s.tags;
        }
        if (wasLosing) {
            file.apologised();
        }
        if (file.health.worked(writer.written(), now.mono())) {
            listener.writable(s.source, file.target().file(), file.health.missing());
        }
        return 0;
    }

    private void cut(Stream s, byte[] bytes, int n, boolean due, Now now) {
        LogTarget target = s.file.target();
        if (target.format() == Format.PREFIXED && target.rules().equals(LineRules.NONE) && !s.staged) {
            Splitter.split(s, bytes, n, recorder);
        } else {
            stage(s).take(s, bytes, n, due, now.mono(), recorder);
            s.stageDone();
        }
    }

    /** Whether nobody looks at its lines. */
    private boolean copied(Stream s) {
        LogTarget target = s.file.target();
        return target.format() == Format.RAW
                && target.rules().equals(LineRules.NONE)
                && !s.staged
                && s.tap == null
                && !listener.listens();
    }

    /** On the heap, where it grows only as far as batches do. */
    private byte[] copy(int n) {
        data = data.length < n ? new byte[Math.max(n, Math.min(LOOKED_AT, 2 * n))] : data;
        recovery.memory().bytes().get(recovery.data(), data, 0, n);
        return data;
    }

    private Encoder encoder(Stream s) {
        return java.util.Objects.requireNonNull(encoders.get(s.file.target().format()));
    }

    private Stage stage(Stream s) {
        LogTarget target = s.file.target();
        byte[] memory = work == null ? Stage.memory() : work;
        work = memory;
        return stages.computeIfAbsent(
                new StageKey(s.source.process(), target.rules()), k -> new Stage(k.rules(), memory));
    }
}
