package dev.holdfast.log;

import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what the streams of one process wrote into lines, joins, judges, limits and redacts them. What a stream holds
 * back, an unfinished line or lines that may go on, it holds as the bytes that came, so that the next daemon comes to the
 * same lines. Bounded: at most {@link #HELD} bytes are held, and all work is linear in them. One thread owns it.
 */
final class Stage {
    /** Held of a stream at most; a longer line is handed on in pieces. */
    static final int HELD = 48 << 10;
    /** A pattern that matches more than this, within a line longer than {@link #HELD}, may miss its end. */
    static final int OVERLAP = 8 << 10;

    private static final Duration TOLD_AGAIN = Duration.ofSeconds(1);

    private final LineRules rules;
    private final @Nullable Continuity continuity;
    private final @Nullable Redaction redaction;
    private final @Nullable RateLimit limit;
    private final byte[] work;
    /** Its lines go on as they are. */
    private final boolean plain;

    // Of the batch at hand.
    private Sink sink = Recorder.NOWHERE;
    private MonoTime now = MonoTime.NEVER;

    /** @param work memory for any batch and what is held, shared by all stages of a pump */
    Stage(LineRules rules, byte[] work) {
        this.rules = rules;
        this.work = work;
        this.plain = rules.equals(LineRules.NONE);
        this.continuity = rules.joining() == null ? null : new Continuity(rules.joining());
        this.redaction = rules.redact().isEmpty() ? null : new Redaction(rules.redact());
        this.limit = rules.rate() == null ? null : new RateLimit(rules.rate());
    }

    static byte[] memory() {
        return new byte[Carries.AREA + Recovery.DATA_BYTES];
    }

    /** @param due also hands on what only waits for more lines */
    void take(Stream s, byte[] bytes, int n, boolean due, MonoTime at, Sink to) {
        sink = to;
        now = at;
        int from = 0;
        if (plain && s.dropped == 0) {
            if (s.carried() > 0 || s.inLong) {
                from = Math.min(n, Scan.lineEnd(bytes, 0, n) + 1);
                take(s, bytes, 0, from, due);
            }
            from = to.lines(bytes, from, n);
        }
        take(s, bytes, from, n - from, due);
    }

    private void take(Stream s, byte[] bytes, int from, int n, boolean due) {
        int held = s.carried();
        System.arraycopy(s.carry(), 0, work, 0, held);
        System.arraycopy(bytes, from, work, held, n);
        int begin = cut(s, held, held + n, due);
        s.keep(work, begin, held + n - begin);
        if (begin >= held) {
            s.heldSince = null; // what is held now came now
        }
        s.deadline = MonoTime.NEVER;
        Joining joining = rules.joining();
        if (joining != null && s.judged > 0) {
            s.deadline = now.plus(joining.maxWait());
        }
        if (s.dropped > 0) {
            tell(s);
        }
    }

    /** @return where that begins which the stream keeps */
    private int cut(Stream s, int held, int total, boolean due) {
        int begin = 0; // of the event that is put together
        int line = s.judged; // of the line that is looked at: what lies before it belongs to the event
        int from = Math.max(line, s.carriedWithoutEnd ? held : 0);
        for (int eol = Scan.lineEnd(work, from, total); eol < total; eol = Scan.lineEnd(work, line, total)) {
            if (s.inLong) {
                finish(s, line, eol);
                begin = eol + 1;
            } else if (continuity == null) {
                emit(s, line, eol, begin < held);
                begin = eol + 1;
            } else {
                begin = join(s, begin, line, eol, held);
            }
            line = eol + 1;
        }
        s.carriedWithoutEnd = line < total;
        if ((due || total - begin > HELD) && line > begin) {
            emit(s, begin, line - 1, begin < held);
            begin = line;
        }
        while (total - begin > HELD) {
            begin = piece(s, begin, total);
        }
        s.judged = line > begin ? line - begin : 0;
        s.lines = s.judged == 0 ? 0 : s.lines;
        return begin;
    }

    /** @return where the event begins that the line is part of, or the next one */
    private int join(Stream s, int begin, int line, int eol, int held) {
        Joining joining = java.util.Objects.requireNonNull(rules.joining());
        Continuity c = java.util.Objects.requireNonNull(continuity);
        int first = begin;
        boolean fits = s.lines < joining.maxLines() && eol - begin <= joining.maxBytes();
        if (line > begin && !(fits && c.belongs(work, line, eol))) {
            emit(s, begin, line - 1, begin < held);
            first = line;
            s.lines = 0;
        }
        s.lines++;
        return first;
    }

    /** A whole event. */
    private void emit(Stream s, int from, int to, boolean held) {
        judge(s, from, to);
        if (!s.leftOut) {
            pass(from, to, true, s.level, held);
        }
    }

    /** Part of a line that is too long to be held. @return where what is still held begins */
    private int piece(Stream s, int from, int total) {
        if (!s.inLong) {
            judge(s, from, total);
            s.inLong = true;
        }
        if (s.withheld) {
            return total;
        }
        int cut = total - OVERLAP;
        int[] out = redaction == null ? null : redaction.find(work, from, total - from);
        if (out == null) {
            cut = Utf8.cut(work, from, cut);
        }
        for (int i = 0; out != null && i < out.length; i += 2) {
            if (out[i] < cut && out[i + 1] > cut) {
                // Looked at again with what follows it; or, when it takes up all, nothing of this line is shown any
                // more.
                s.withheld = out[i] == from;
                cut = s.withheld ? total : out[i];
            }
        }
        if (!s.leftOut) {
            byte[] text = out == null ? work : Redaction.apply(work, from, cut, out);
            sink.line(text, out == null ? from : 0, out == null ? cut - from : text.length, false, s.level, false);
        }
        return cut;
    }

    /** The end of such a line. */
    private void finish(Stream s, int from, int to) {
        if (!s.leftOut) {
            pass(from, s.withheld ? from : to, true, s.level, false);
        }
        s.inLong = false;
        s.withheld = false;
    }

    private void pass(int from, int to, boolean whole, @Nullable Level level, boolean held) {
        int[] out = redaction == null ? null : redaction.find(work, from, to - from);
        if (out == null) {
            sink.line(work, from, to - from, whole, level, held);
        } else {
            byte[] text = Redaction.apply(work, from, to, out);
            sink.line(text, 0, text.length, whole, level, held);
        }
    }

    private void judge(Stream s, int from, int to) {
        Level level = Levels.of(work, from, to - from);
        s.level = level;
        Level least = rules.minLevel();
        s.leftOut = least != null && level != null && level.compareTo(least) < 0;
        if (s.leftOut || limit == null) {
            return;
        }
        if (limit.allows(now)) {
            if (s.dropped > 0) {
                tell(s);
            }
        } else {
            s.leftOut = true;
            s.dropped++;
        }
    }

    /** How much the limit took, not oftener than once a second. */
    private void tell(Stream s) {
        if (s.tellAt.equals(MonoTime.NEVER)) { // the first: wait for what else comes
            s.tellAt = now.plus(TOLD_AGAIN);
        }
        if (now.isBefore(s.tellAt)) {
            s.deadline = MonoTime.earliest(s.deadline, s.tellAt);
            return;
        }
        sink.note("holdfast: " + s.dropped + (s.dropped == 1 ? " line was" : " lines were")
                + " dropped here: more than " + limit);
        s.dropped = 0;
        s.tellAt = MonoTime.NEVER;
    }
}
