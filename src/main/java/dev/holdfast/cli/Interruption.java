package dev.holdfast.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C, heeded between two steps: who asked to end waits until it is said what was done so far; then the JVM ends with
 * the code of the signal (130). A second Ctrl-C does not hasten it. Thread-safe.
 */
final class Interruption implements AutoCloseable {
    /** 128 and the number of SIGINT, as shells have it. */
    static final int CODE = 130;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::ending, "holdfast-interrupted");
    private volatile boolean asked;

    private Interruption() {}

    /** From now until it is closed. */
    static Interruption heeded() {
        var i = new Interruption();
        Runtime.getRuntime().addShutdownHook(i.hook);
        return i;
    }

    /** Not as a hook: for tests. */
    static Interruption unheard() {
        return new Interruption();
    }

    /** What the JVM does when it is told to end. */
    void ending() {
        asked = true;
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean asked() {
        return asked;
    }

    /** All was said. */
    @Override
    public void close() {
        over.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException ending) {
                // it has begun just now, and waits for nobody any more
            }
        }
    }
}
