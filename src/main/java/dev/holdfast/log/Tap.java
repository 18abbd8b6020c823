package dev.holdfast.log;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one instance's output while the pump reads it: when something came last, the end of it, and how far it
 * says to be. Streams without a tap pay nothing for it. Thread-safe.
 *
 * <p>It begins anew with each daemon: what an adopted instance printed before stands in its log file only, but for an
 * unfinished line, which is kept. All of it is there when the instance's {@link Pump#detach} is drained; while a program
 * runs, an unfinished line, and lines that may go on, are not yet in its end.
 */
public final class Tap {
    /** The end of both streams together, and of standard error alone. */
    public static final int TAIL_BYTES = 8 << 10;

    public static final int STDERR_BYTES = 4 << 10;

    private static final Duration LOOKS_APART = Duration.ofMillis(250);
    private static final int LOOKED_AT = 4 << 10;
    private static final int MOST_PIECES = 64;

    private final @Nullable Pattern progress;
    private final Tail all = new Tail(TAIL_BYTES);
    private final Tail stderr = new Tail(STDERR_BYTES);
    /** Of each stream, as it came. */
    private final Tail[] raw = new Tail[2];
    /** A line of this stream goes on in the next piece; null: none does. */
    private @Nullable Boolean unfinished;

    private volatile @Nullable MonoTime last;
    private MonoTime lookAgain = new MonoTime(Long.MIN_VALUE);
    private OptionalDouble percent = OptionalDouble.empty();

    /**
     * @param progress RE2 pattern, looked for in lines and in what carriage returns and backspaces part of one; its first
     *     group is a percentage; null: none
     * @throws IllegalArgumentException when it has no group
     * @throws com.google.re2j.PatternSyntaxException when it is no pattern
     */
    public Tap(@Nullable String progress) {
        this.progress = progress == null ? null : Pattern.compile(progress);
        if (this.progress != null && this.progress.groupCount() == 0) {
            throw new IllegalArgumentException("no group in " + progress);
        }
    }

    /** When the pump last read something of it; null: nothing yet. */
    public @Nullable MonoTime last() {
        return last;
    }

    /**
     * The end of what both streams printed, in the order in which it was read, as the log file has it: lines that are left
     * out there are not here, what is redacted there is here. At most {@link #TAIL_BYTES}; whole lines, or of a longer
     * one the end. What is no UTF-8 is U+FFFD.
     */
    public synchronized String tail() {
        return all.lines();
    }

    /** The same of standard error alone, at most {@link #STDERR_BYTES}. */
    public synchronized String stderrTail() {
        return stderr.lines();
    }

    /**
     * How far it said last to be, in percent: 0 to 100; empty as long as it did not say. Of much output only the end is
     * looked at, four times a second at most, so one that is drowned in other output may be missed.
     */
    public synchronized OptionalDouble progress(MonoTime now) {
        look(now);
        return percent;
    }

    /** On the pump's thread: a batch as it came. */
    void came(MonoTime now, boolean ofStderr, byte[] bytes, int n) {
        last = now;
        if (progress == null || n == 0) {
            return;
        }
        synchronized (this) {
            int i = ofStderr ? 1 : 0;
            raw[i] = raw[i] == null ? new Tail(LOOKED_AT) : raw[i];
            raw[i].add(bytes, 0, n);
            raw[i].fresh = true;
            look(now);
        }
    }

    /** On the pump's thread: a line, or a piece of one, as it goes to the log file. */
    synchronized void line(Entry e) {
        Boolean before = unfinished;
        if (before != null && before != e.stderr()) { // what goes on after this is a line of its own here
            all.end();
        }
        all.add(e.bytes(), e.offset(), e.length());
        if (e.stderr()) {
            stderr.add(e.bytes(), e.offset(), e.length());
        }
        if (e.whole()) {
            all.end();
            if (e.stderr()) {
                stderr.end();
            }
        }
        unfinished = e.whole() ? null : Boolean.valueOf(e.stderr());
    }

    private void look(MonoTime now) {
        Pattern p = progress;
        if (p == null || now.isBefore(lookAgain)) {
            return;
        }
        boolean looked = false;
        for (Tail t : raw) {
            if (t != null && t.fresh) {
                t.fresh = false;
                looked = true;
                find(p, t.bytes(), t.lost());
            }
        }
        if (looked) {
            lookAgain = now.plus(LOOKS_APART);
        }
    }

    /** The newest piece that has it counts. */
    private void find(Pattern p, byte[] bytes, boolean cutAtTheBegin) {
        int end = bytes.length;
        for (int pieces = 0; end >= 0 && pieces < MOST_PIECES; ) {
            int from = end;
            while (from > 0 && !parts(bytes[from - 1])) {
                from--;
            }
            if (from == 0 && cutAtTheBegin) {
                return; // what is left of "45%" may be "5%"
            }
            if (from < end) {
                pieces++;
                if (found(p, Utf8.decodable(bytes, from, end - from))) {
                    return;
                }
            }
            end = from - 1;
        }
    }

    private static boolean parts(byte b) {
        return b == '\n' || b == '\r' || b == '\b';
    }

    private boolean found(Pattern p, byte[] piece) {
        Matcher m = p.matcher(piece);
        String group = m.find() ? m.group(1) : null;
        if (group == null) {
            return false;
        }
        double value;
        try {
            value = Double.parseDouble(group.strip().replace(',', '.'));
        } catch (NumberFormatException none) {
            return false;
        }
        if (!(value >= 0 && value <= 100)) {
            return false;
        }
        percent = OptionalDouble.of(value);
        return true;
    }
}
