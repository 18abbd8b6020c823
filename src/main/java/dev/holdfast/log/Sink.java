package dev.holdfast.log;

import dev.holdfast.unit.Level;
import org.jspecify.annotations.Nullable;

/** Takes the lines of one batch, in order. */
interface Sink {
    /**
     * @param whole false for a piece of a line that goes on in the next
     * @param level what the line says of itself, or the line whose piece it is
     * @param held whether its first line came in an earlier batch
     */
    void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held);

    /** As above, of a line nobody has looked at. */
    void line(byte[] text, int offset, int length, boolean whole);

    /**
     * All whole lines of [from, end), of which nobody asks anything; or none of them, when each must be looked at.
     *
     * @return where what was not taken begins
     */
    default int lines(byte[] text, int from, int end) {
        return from;
    }

    /** A word of our own among the lines. */
    void note(String text);
}
