package dev.holdfast.chaos;

/** To wait in what may not throw. */
final class Uninterruptibly {
    private Uninterruptibly() {}

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
