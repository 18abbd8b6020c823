package dev.holdfast.source;

/** A file that is not written as its kind is; the message begins with {@code FILE:LINE:COLUMN: }. */
public final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param column from 1 */
    public Broken(Origin at, int column, String what) {
        super(at.file() + ":" + at.line() + ":" + column + ": " + what);
    }
}
