package dev.holdfast.log;

import dev.holdfast.linux.Fd;

/** How lines become bytes of a file. One thread owns it. */
interface Encoder {
    /**
     * A new batch: of one stream, at one time.
     *
     * @param tags that its first record has; or empty
     */
    void begin(Entry first, String tags);

    void line(Entry e, LineWriter writer, Fd to);
}
