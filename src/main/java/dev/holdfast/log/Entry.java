package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line, or several that belong together, on its way out. There is one, used again for the next: what it shows holds
 * only during the call that hands it over. Owned by the pump's thread.
 */
public final class Entry {
    private static final byte[] NOTHING = {};

    private Instant at = Instant.EPOCH;
    private Source source = new Source("holdfast", 0);
    private String label = "holdfast";
    private String instance = "";
    private boolean stderr;
    private byte[] bytes = NOTHING;
    private int offset;
    private int length;
    private boolean whole = true;
    private boolean detected = true;
    private boolean joined;
    private @Nullable Level level;

    Entry() {}

    /** The daemon's own word. */
    public static Entry own(Instant at, Level level, byte[] text) {
        var e = new Entry();
        e.at = at;
        e.level = level;
        e.stderr = true;
        e.bytes = text;
        e.length = text.length;
        return e;
    }

    /** A line out of a file. */
    static Entry read(Instant at, Source source, String instance, boolean stderr, @Nullable Level level, byte[] text) {
        Entry e = own(at, Level.INFO, text);
        e.source = source;
        e.instance = instance;
        e.stderr = stderr;
        e.level = level;
        return e;
    }

    /** One that stays as it is. */
    Entry copy() {
        var e = new Entry();
        e.at = at;
        e.source = source;
        e.label = label;
        e.instance = instance;
        e.stderr = stderr;
        e.bytes = text();
        e.length = length;
        e.whole = whole;
        e.joined = joined;
        e.level = level();
        return e;
    }

    void of(Stream s, Instant at) {
        this.at = at;
        this.source = s.source;
        this.label = s.label;
        this.instance = s.instance.value();
        this.stderr = s.stderr;
    }

    /** What follows is ours. */
    void note() {
        this.stderr = true;
    }

    void at(Instant at) {
        this.at = at;
    }

    void text(byte[] bytes, int offset, int length, boolean whole) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.whole = whole;
        this.detected = false;
        this.joined = false;
    }

    /** There may be line ends within. */
    void joined() {
        this.joined = true;
    }

    boolean isJoined() {
        return joined;
    }

    void level(@Nullable Level known) {
        this.level = known;
        this.detected = true;
    }

    /** When it came, or the first of its lines. */
    public Instant at() {
        return at;
    }

    public Source source() {
        return source;
    }

    /** For people: {@code web/0}. */
    public String label() {
        return label;
    }

    /** 32 hexadecimal digits; empty for the daemon's own. */
    public String instance() {
        return instance;
    }

    public boolean stderr() {
        return stderr;
    }

    /** False for a piece of a long line that goes on in the next. */
    public boolean whole() {
        return whole;
    }

    /** What the line says of itself; null when it says nothing. */
    public @Nullable Level level() {
        if (!detected) {
            level = Levels.of(bytes, offset, length);
            detected = true;
        }
        return level;
    }

    /** A copy, without the line's end; lines that belong together have line ends between them. */
    public byte[] text() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    byte[] bytes() {
        return bytes;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }
}
