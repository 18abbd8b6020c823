package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt went.
 *
 * @param failure its class; null: the daemon's usual one, process
 * @param detail of a failure
 * @param output the end of what there is to show; null: nothing
 */
record Ending(
        boolean succeeded,
        @Nullable String failure,
        String detail,
        @Nullable String output) {
    /** Said of an attempt that the worker's own end has cut off. */
    static final String INTERRUPTED = "interrupted";

    /** As the daemon says of a program that could not be started. */
    private static final String SPAWN = "spawn";

    private static final int LONGEST_DETAIL = 2000;
    private static final int LONGEST_OUTPUT = 8 << 10;

    static Ending success(@Nullable String output) {
        return new Ending(true, null, "", tail(output));
    }

    /** Nothing of it was begun here. */
    static Ending notBegun(Throwable why) {
        return new Ending(false, SPAWN, cut("the worker could not begin it: " + why), null);
    }

    /** @param stopped whoever worked on it was asked to stop, which comes out as one exception or another */
    static Ending failure(Throwable why, boolean stopped, @Nullable String output) {
        if (why instanceof JobFailed failed) {
            return new Ending(false, failed.failure(), cut(String.valueOf(failed.getMessage())), tail(output));
        }
        if (why instanceof InterruptedException) {
            return new Ending(false, INTERRUPTED, "the worker was interrupted", tail(output));
        }
        return new Ending(false, stopped ? INTERRUPTED : null, cut(why.toString()), tail(output));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
    }

    private static @Nullable String tail(@Nullable String text) {
        return text == null || text.length() <= LONGEST_OUTPUT ? text : text.substring(text.length() - LONGEST_OUTPUT);
    }
}
