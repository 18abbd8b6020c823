package dev.holdfast.process;

/** The loop, for those who live on its thread. */
public interface LoopTasks {
    /** Has {@code task} run on the loop's thread, soon. Thread-safe; never runs it inside the call. */
    void soon(Runnable task);

    /**
     * Has {@code task} run once nothing more urgent waits, in order among its like: what nobody's start waits for. On
     * the loop's thread only.
     */
    void later(Runnable task);

    /** A start is on its way: for a moment, only that counts. On the loop's thread only. */
    void hurry(boolean on);
}
