package dev.holdfast.log;

import dev.holdfast.linux.Fd;

/** The line and its end, nothing else. */
final class RawEncoder implements Encoder {
    private static final byte[] NO_PREFIX = {};

    @Override
    public void begin(Entry first, String tags) {}

    @Override
    public void line(Entry e, LineWriter writer, Fd to) {
        if (e.whole()) {
            writer.record(to, NO_PREFIX, e.bytes(), e.offset(), e.length());
        } else {
            writer.bytes(to, e.bytes(), e.offset(), e.length());
        }
    }
}
