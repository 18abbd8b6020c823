package dev.holdfast.log;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Fd;
import org.jspecify.annotations.Nullable;

/** One stream of one instance: its pipe and the line it has not finished yet. Owned by the pump's thread. */
final class Stream {
    final InstanceId instance;
    final boolean stderr;
    final Fd pipe;
    LogFile file;
    /** Its replica's; a file may have several. */
    String label;

    final int slot;
    boolean watched;
    boolean bugTold;
    /** Null between whole lines, so that a thousand quiet streams cost nothing. */
    private byte @Nullable [] carry;

    private int carried;

    Stream(InstanceId instance, boolean stderr, Fd pipe, LogFile file, int slot, byte[] carry) {
        this.instance = instance;
        this.stderr = stderr;
        this.pipe = pipe;
        this.file = file;
        this.label = file.target().label(); // the latest to attach is the one this stream is made for
        this.slot = slot;
        keep(carry, 0, carry.length);
    }

    String name() {
        return stderr ? "stderr" : "stdout";
    }

    int carried() {
        return carried;
    }

    byte[] carry() {
        return carry == null ? new byte[0] : carry;
    }

    /** Appends to the unfinished line; it must fit. */
    void add(byte[] from, int offset, int length) {
        if (length == 0) {
            return;
        }
        byte[] bytes = carry;
        if (bytes == null || bytes.length < carried + length) {
            byte[] larger = new byte[Math.min(Carries.MAX_LINE, Math.max(256, 2 * (carried + length)))];
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
