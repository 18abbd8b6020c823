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

    /**
     * All whole lines of [from, end), each as {@link #line} would have it.
     *
     * @param like whose they are, and when they came; what else it has changes
     * @return where what was not taken begins: {@code from} when there is no quicker way than one by one
     */
    default int lines(Entry like, byte[] text, int from, int end, LineWriter writer, Fd to) {
        return from;
    }
}
