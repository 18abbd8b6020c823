package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where the rest of the daemon says what somebody should know. Everything returns at once and never fails: who is told,
 * when, and how often, is decided elsewhere. Thread-safe; what one thread says is taken in its order. Without
 * {@code alerts:} nothing of it is kept: ask {@link #open} before something costly is put together.
 */
interface AlertDesk {
    /** Nobody is told. */
    AlertDesk CLOSED = new AlertDesk() {
        @Override
        public boolean open() {
            return false;
        }

        @Override
        public void raise(Occasion occasion) {}

        @Override
        public void raise(Supplier<Occasion> occasion) {}

        @Override
        public void clear(String key, String how) {}

        @Override
        public void retain(String prefix, Set<String> keys) {}
    };

    /** Whether alerts are configured at all. May change with a reload. */
    boolean open();

    /** It happened, it began, or it is now like this. May be said again at every look: what did not change is not told. */
    void raise(Occasion occasion);

    /** The same, put together on the alerts' own thread, in its turn: it may read a file. */
    void raise(Supplier<Occasion> occasion);

    /**
     * What lasted is over; nothing happens where it was not known.
     *
     * @param how in words, such as {@code 12 jobs wait}; may be empty
     */
    void clear(String key, String how);

    /**
     * Of all that lasts with a key that begins with {@code prefix}, only these keys still do: the rest is cleared. To be
     * called after the first look of a daemon's life, which does not know what an earlier daemon raised, and after a
     * reload that took rules away; or after every look.
     */
    void retain(String prefix, Set<String> keys);
}
