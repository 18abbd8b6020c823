package dev.holdfast.log;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.NativeBuffer;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pump's memory of the batch it is about, in a shared mapping, so that a daemon that dies at any instruction loses
 * and doubles nothing. Bytes are read from the pipe straight into the mapping. A batch goes: {@code READING}, with how
 * many bytes are about to be read and a pattern in their place that tells whether they were; {@code WRITING}, with the
 * log file's size before it; {@code COMMITTED}, when the file has the records and the stream's new unfinished line is
 * stored; {@code IDLE}. The next daemon cuts the file back to that size and does the batch again.
 *
 * <p>Written for a process that dies, not for a machine that loses power: nothing here is synced.
 */
final class Recovery {
    static final int DATA_BYTES = 256 << 10;
    static final int SLOTS = 8192;

    private static final long MAGIC = 0x686f6c6466617334L; // "holdfas4"
    private static final long IDLE = 0;
    private static final long READING = 1;
    private static final long WRITING = 2;
    private static final long COMMITTED = 3;

    private static final int PHASE = 8;
    private static final int SLOT = 16;
    private static final int EXPECTED = 24;
    private static final int OLD_AREA = 32;
    private static final int SIZE = 40;
    private static final int FILE = 48;
    private static final int PATTERN = 64;
    private static final int PATTERN_BYTES = 16;
    private static final int DATA = 4096;
    /** Bytes before {@link #data} that mean nothing to anybody. */
    static final int BEFORE_DATA = DATA - 128;

    private static final int TABLE = DATA + DATA_BYTES;
    private static final int ENTRY = 48;
    private static final int ENTRY_STREAM = 16;
    private static final int ENTRY_AREA = 24;
    private static final int ENTRY_HELD = 32;
    private static final int HELD = 8; // of each area: length, flags with what was dropped
    private static final int FLAGS = 7;
    private static final long MOST_DROPPED = (1L << 24) - 1;

    private final NativeBuffer shared;
    private final ByteBuffer b;
    private final Carries carries;
    private final BitSet taken = new BitSet(SLOTS);
    /** Slots of an earlier daemon's streams that were not attached yet. */
    private final Map<String, Integer> earlier = new HashMap<>();

    /**
     * A batch that an earlier daemon left.
     *
     * @param sizeBefore to which the log file is cut back, or -1 when nothing was written
     */
    record Interrupted(int slot, ByteBuffer data, long sizeBefore, long file) {
        /** To which {@code path} is cut back; -1 when it is another file than the one that was written. */
        long cutBack(Path path) {
            return path.toString().hashCode() == file ? sizeBefore : -1;
        }
    }

    /** What a stream had not written yet. */
    static final class Held {
        static final Held NOTHING = new Held(new byte[0], 0);

        private final byte[] bytes;
        private final int word;

        private Held(byte[] bytes, int word) {
            this.bytes = bytes;
            this.word = word;
        }

        /** What another daemon will be told of it. */
        static Held of(Stream s) {
            return new Held(java.util.Arrays.copyOf(s.carry(), s.carried()), word(s));
        }

        private static int word(Stream s) {
            return s.flags() | (int) Math.min(s.dropped, MOST_DROPPED) << FLAGS;
        }

        byte[] bytes() {
            return bytes;
        }

        /** See {@link Stream#flags}. */
        int flags() {
            return word & ((1 << FLAGS) - 1);
        }

        /** Lines that its rate limit took, not told yet. */
        long dropped() {
            return Integer.toUnsignedLong(word) >>> FLAGS;
        }
    }

    private final @Nullable Interrupted interrupted;

    private Recovery(NativeBuffer shared, Carries carries) {
        this.shared = shared;
        this.b = shared.bytes();
        this.carries = carries;
        this.interrupted = b.getLong(0) == MAGIC ? look() : null;
        if (b.getLong(0) != MAGIC) {
            for (int i = 0; i < TABLE + SLOTS * ENTRY; i += 8) {
                b.putLong(i, 0);
            }
            byte[] pattern = new byte[PATTERN_BYTES];
            new SecureRandom().nextBytes(pattern);
            for (int i = 0; i < PATTERN_BYTES; i++) {
                pattern[i] |= (byte) 0xf8; // bytes that no text in UTF-8 has
            }
            b.put(PATTERN, pattern);
            b.putLong(0, MAGIC);
        }
        index();
    }

    /** @throws IOException when the files cannot be made: then there is only {@link #inMemory} */
    static Recovery open(Path runDir) throws IOException {
        return new Recovery(
                NativeBuffer.shared(runDir.resolve("pump"), TABLE + SLOTS * ENTRY),
                Carries.open(runDir.resolve("carries")));
    }

    /** Forgets when the daemon dies. */
    static Recovery inMemory() {
        return new Recovery(NativeBuffer.allocate(TABLE + SLOTS * ENTRY), Carries.none());
    }

    private @Nullable Interrupted look() {
        long phase = b.getLong(PHASE);
        int slot = (int) b.getLong(SLOT);
        int expected = (int) b.getLong(EXPECTED);
        if (phase == IDLE || slot < 0 || slot >= SLOTS || expected < 0 || expected > DATA_BYTES) {
            return null;
        }
        if (phase == COMMITTED) {
            setArea(slot, 1 - (int) b.getLong(OLD_AREA));
            return null;
        }
        byte[] data = new byte[expected];
        b.get(DATA, data);
        if (phase == READING && Arrays.equals(data, 0, marked(expected), pattern(), 0, marked(expected))) {
            return null; // it never was read: the pipe has it
        }
        return new Interrupted(slot, ByteBuffer.wrap(data), phase == WRITING ? b.getLong(SIZE) : -1, b.getLong(FILE));
    }

    @Nullable
    Interrupted interrupted() {
        return interrupted;
    }

    /** The slot of a stream, the same as under an earlier daemon; -1 when all are taken. */
    int slot(InstanceId instance, boolean stderr) {
        Integer known = earlier.remove(key(instance.value(), stderr ? 2 : 1));
        if (known != null) {
            taken.set(known);
            return known;
        }
        int free = taken.nextClearBit(0);
        while (free < SLOTS && b.getLong(TABLE + free * ENTRY + ENTRY_STREAM) != 0) {
            free = taken.nextClearBit(free + 1); // perhaps of an instance that is still to be adopted
        }
        if (free < SLOTS) {
            int entry = TABLE + free * ENTRY;
            b.put(entry, HexFormat.of().parseHex(instance.value()));
            setHeld(free, 0, 0, 0);
            setHeld(free, 1, 0, 0);
            b.putLong(entry + ENTRY_AREA, 0);
            VarHandle.storeStoreFence();
            b.putLong(entry + ENTRY_STREAM, stderr ? 2 : 1);
            taken.set(free);
            return free;
        }
        return -1;
    }

    private void index() {
        byte[] id = new byte[16];
        for (int slot = 0; slot < SLOTS; slot++) {
            int entry = TABLE + slot * ENTRY;
            long stream = b.getLong(entry + ENTRY_STREAM);
            if (stream != 0) {
                b.get(entry, id);
                earlier.put(key(HexFormat.of().formatHex(id), stream), slot);
            }
        }
    }

    private static String key(String id, long stream) {
        return id + "/" + stream;
    }

    void free(int slot) {
        if (slot >= 0) {
            b.putLong(TABLE + slot * ENTRY + ENTRY_STREAM, 0);
            taken.clear(slot);
        }
    }

    /** Slots of instances that no longer are. */
    void freeOthers() {
        earlier.values().forEach(this::free);
        earlier.clear();
    }

    /** What a stream had not written when the last daemon ended. */
    Held held(int slot) {
        if (slot < 0) {
            return Held.NOTHING;
        }
        int area = area(slot);
        int at = held(slot, area);
        return new Held(carries.read(slot, area, b.getInt(at)), b.getInt(at + 4));
    }

    /** The memory a batch is read into. */
    NativeBuffer memory() {
        return shared;
    }

    /** Where in {@link #memory} its data begins. */
    int data() {
        return DATA;
    }

    void reading(int slot, int expected) {
        b.put(DATA, pattern(), 0, marked(expected));
        b.putLong(SLOT, slot);
        b.putLong(EXPECTED, expected);
        b.putLong(OLD_AREA, slot < 0 ? 0 : area(slot));
        phase(slot < 0 ? IDLE : READING);
    }

    /** A batch that was not read: the end of a line that its stream never ended, or nothing but the time that passed. */
    void unread(int slot, int bytes) {
        b.put(DATA, (byte) '\n');
        b.putLong(SLOT, slot);
        b.putLong(EXPECTED, bytes);
        b.putLong(OLD_AREA, slot < 0 ? 0 : area(slot));
        phase(IDLE);
    }

    /** @param path of the log file, which alone may be cut back to {@code sizeBefore} */
    void writing(long sizeBefore, Path path) {
        b.putLong(SIZE, sizeBefore);
        b.putLong(FILE, path.toString().hashCode());
        if (b.getLong(SLOT) >= 0) {
            phase(WRITING);
        }
    }

    /** What the stream holds from now on. */
    void committed(Stream s) {
        int slot = s.slot;
        if (slot < 0) {
            return;
        }
        int fresh = 1 - area(slot);
        setHeld(slot, fresh, carries.write(slot, fresh, s.carry(), s.carried()), Held.word(s));
        phase(COMMITTED);
        setArea(slot, fresh);
        phase(IDLE);
    }

    /** Nothing was read after all. */
    void idle() {
        phase(IDLE);
    }

    private void phase(long phase) {
        VarHandle.fullFence(); // the compiler must not move what the phase speaks of behind it
        b.putLong(PHASE, phase);
        VarHandle.fullFence();
    }

    private byte[] pattern() {
        byte[] pattern = new byte[PATTERN_BYTES];
        b.get(PATTERN, pattern);
        return pattern;
    }

    private static int marked(int expected) {
        return Math.min(expected, PATTERN_BYTES);
    }

    private int area(int slot) {
        return (int) b.getLong(TABLE + slot * ENTRY + ENTRY_AREA) & 1;
    }

    private void setArea(int slot, int area) {
        b.putLong(TABLE + slot * ENTRY + ENTRY_AREA, area);
    }

    private static int held(int slot, int area) {
        return TABLE + slot * ENTRY + ENTRY_HELD + HELD * area;
    }

    private void setHeld(int slot, int area, int length, int word) {
        int at = held(slot, area);
        b.putInt(at, length);
        b.putInt(at + 4, word);
    }
}
