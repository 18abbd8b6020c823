package dev.holdfast.log;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One stream of one instance: its pipe and what of its lines is not written yet. Owned by the pump's thread. */
final class Stream {
    private static final byte[] NOTHING = {};

    final InstanceId instance;
    final boolean stderr;
    final Fd pipe;
    LogFile file;
    /** Its replica's; a file may have several. */
    String label;

    Source source;
    /** What its records are tagged with where another's came before. */
    String tags;

    final int slot;
    boolean watched;
    /** See {@link Watching}: small batches that came soon after each other, and when the last one came. */
    int inARow;

    MonoTime readAt = MonoTime.NEVER;
    /** So much is still in its pipe at least, as nobody else reads it: asking would wait for a program that writes. */
    int left;
    /** Who wants to know; null: nobody. */
    @Nullable
    Tap tap;
    /** Its pipe was made larger, as far as that is allowed. */
    boolean grown;

    boolean bugTold;

    /** Null when nothing is held, so that a thousand quiet streams cost nothing. */
    private byte @Nullable [] carry;

    private int carried;

    // The stage's. What decides over later lines outlives the daemon; the rest is found again.
    /** So many bytes held are whole lines that belong together. */
    int judged;

    int lines;
    /** No line ends in what is held behind {@link #judged}. */
    boolean carriedWithoutEnd;

    boolean inLong;
    boolean withheld;
    boolean leftOut;

    @Nullable
    Level level;

    long dropped;
    MonoTime tellAt = MonoTime.NEVER;
    /** When what is held must go on though nothing more comes. */
    MonoTime deadline = MonoTime.NEVER;

    @Nullable
    Instant heldSince;
    /** Whether only a {@link Stage} can make sense of what is held. */
    boolean staged;

    Stream(InstanceId instance, boolean stderr, Fd pipe, LogFile file, LogTarget target, int slot, Recovery.Held held) {
        this.instance = instance;
        this.stderr = stderr;
        this.pipe = pipe;
        this.file = file;
        this.label = target.label();
        this.source = target.source();
        this.tags = target.source().tags(instance.value());
        this.slot = slot;
        keep(held.bytes(), 0, held.bytes().length);
        flags(held.flags());
        dropped = held.dropped();
        staged = odd();
    }

    /** What {@link Recovery.Held#flags} has of it: 7 bits. */
    int flags() {
        Level of = inLong ? level : null;
        return (inLong ? 1 : 0)
                | (withheld ? 2 : 0)
                | (leftOut && inLong ? 4 : 0)
                | (of == null ? 0 : of.number() << 3);
    }

    /** All that a batch changes, to be put back when it fails. */
    static final class Before {
        private final byte @Nullable [] carry;
        private final int carried;
        private final int judged;
        private final int lines;
        private final boolean carriedWithoutEnd;
        private final int flags;
        private final long dropped;
        private final MonoTime tellAt;

        private Before(Stream s) {
            carry = s.carry;
            carried = s.carried;
            judged = s.judged;
            lines = s.lines;
            carriedWithoutEnd = s.carriedWithoutEnd;
            flags = s.flags();
            dropped = s.dropped;
            tellAt = s.tellAt;
        }
    }

    Before before() {
        return new Before(this);
    }

    /** What was held then stands in its array still: a batch only appends to that, or takes another. */
    void restore(Before before) {
        carry = before.carry;
        carried = before.carried;
        judged = before.judged;
        lines = before.lines;
        carriedWithoutEnd = before.carriedWithoutEnd;
        flags(before.flags);
        dropped = before.dropped;
        tellAt = before.tellAt;
    }

    /** Begins anew with what comes. */
    void forget() {
        clear();
        judged = 0;
        lines = 0;
        carriedWithoutEnd = false;
        flags(0);
        deadline = MonoTime.NEVER;
    }

    private void flags(int flags) {
        inLong = (flags & 1) != 0;
        withheld = (flags & 2) != 0;
        leftOut = (flags & 4) != 0;
        level = Level.ofNumber((flags >> 3) & 15).orElse(null);
    }

    /** From now on its lines go elsewhere, or by other rules. */
    void retarget(LogFile to, LogTarget target) {
        file = to;
        label = target.label();
        source = target.source();
        tags = target.source().tags(instance.value());
        judged = 0;
        lines = 0;
        carriedWithoutEnd = false;
        staged = odd();
    }

    private boolean odd() {
        boolean odd = inLong || dropped > 0 || carried > Carries.MAX_LINE;
        for (int i = 0; i < carried && !odd; i++) {
            odd = carry()[i] == '\n';
        }
        return odd;
    }

    void stageDone() {
        staged = odd();
    }

    int carried() {
        return carried;
    }

    byte[] carry() {
        return carry == null ? NOTHING : carry;
    }

    /** Appends to what is held; it must fit. */
    void add(byte[] from, int offset, int length) {
        if (length == 0) {
            return;
        }
        byte[] bytes = carry;
        if (bytes == null || bytes.length < carried + length) {
            byte[] larger = new byte[Math.min(Carries.AREA, Math.max(256, 2 * (carried + length)))];
            if (bytes != null) {
                System.arraycopy(bytes, 0, larger, 0, carried);
            }
            bytes = larger;
            carry = bytes;
        }
        System.arraycopy(from, offset, bytes, carried, length);
        carried += length;
    }

    void keep(byte[] from, int offset, int length) {
        clear();
        add(from, offset, length);
    }

    void clear() {
        carried = 0;
        carry = null;
    }
}
