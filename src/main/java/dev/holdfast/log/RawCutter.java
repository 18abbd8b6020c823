package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import dev.holdfast.linux.NativeBuffer;

/** Copies what a stream wrote from memory to file as it is, whole lines at a time: streams that share a file then mix
 * between lines only. One thread owns it. */
final class RawCutter {
    private RawCutter() {}

    /**
     * What no line's end follows stays with the stream, until it is too long.
     *
     * @param before bytes that may be changed before {@code offset}: what was held goes there, and out in one call
     */
    static void copy(Stream s, NativeBuffer memory, int offset, int before, int n, LineWriter writer, Fd to) {
        int last = n;
        while (last > 0 && memory.bytes().get(offset + last - 1) != '\n') {
            last--;
        }
        boolean tooLong = s.carried() + n - last > Carries.MAX_LINE;
        int out = tooLong ? n : last;
        int held = 0;
        if (out > 0 && s.carried() > 0) {
            if (s.carried() <= before) {
                held = s.carried();
                memory.bytes().put(offset - held, s.carry(), 0, held);
            } else {
                writer.bytes(to, s.carry(), 0, s.carried());
            }
            s.clear();
        }
        if (out > 0) {
            writer.direct(to, memory, offset - held, held + out);
        }
        if (out < n) {
            byte[] rest = new byte[n - out];
            memory.bytes().get(offset + out, rest);
            s.add(rest, 0, rest.length);
        }
    }
}
