package dev.holdfast.cli;

import java.io.PrintWriter;

/** How far a file is submitted, on a terminal; elsewhere only what is to be said. Not thread-safe. */
final class FeedProgress {
    private static final int WIDTH = 30;
    private static final long EVERY_NANOS = 100_000_000;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean shown;
    private long size;
    private long drawn;
    private boolean there;

    FeedProgress(PrintWriter err, boolean shown) {
        this.err = err;
        this.shown = shown;
    }

    /** @param bytes there are to be read; 0: nobody knows */
    void of(long bytes) {
        size = bytes;
    }

    void at(long bytes, long lines, long refused) {
        long now = System.nanoTime();
        if (!shown || (there && now - drawn < EVERY_NANOS)) {
            return;
        }
        drawn = now;
        there = true;
        err.print(CLEAR + bar(size, bytes) + lines + " lines" + (refused > 0 ? ", " + refused + " refused" : ""));
        err.flush();
    }

    static String bar(long size, long bytes) {
        if (size <= 0) {
            return "";
        }
        int percent = (int) Math.min(100, bytes * 100 / size);
        int full = percent * WIDTH / 100;
        return "[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + percent + "%  ";
    }

    /** A line that stays. */
    void aside(String line) {
        done();
        err.println(line);
    }

    void done() {
        if (there) {
            err.print(CLEAR);
            err.flush();
            there = false;
        }
    }
}
