package dev.holdfast.linux;

/** An open file descriptor and the duty to close it. Closing twice is harmless; thread-safe. */
public final class Fd implements AutoCloseable {
    private int number;

    /** Takes it over. */
    public Fd(int number) {
        this.number = number;
    }

    /** The descriptor; -1 once closed. */
    public synchronized int number() {
        return number;
    }

    @Override
    public synchronized void close() {
        if (number >= 0) {
            Syscall.CLOSE.call(number);
            number = -1;
        }
    }
}
