package dev.holdfast.run;

import dev.holdfast.linux.Caller;

/**
 * How {@code run} ends.
 *
 * @param code the exit code
 * @param signal what ended the command, and is to end us too; 0 for none
 */
public record Ending(int code, int signal) {
    /** As timeout(1) has them. */
    public static final int TIMED_OUT = 124;

    /** {@code run} itself failed, or was called wrongly. */
    public static final int OWN_FAILURE = 125;

    static final int NOT_EXECUTABLE = 126;
    static final int NOT_FOUND = 127;
    private static final int BY_SIGNAL = 128;
    private static final int SIGKILL = 9;

    static Ending code(int code) {
        return new Ending(code, 0);
    }

    static Ending signal(int signal) {
        return new Ending(BY_SIGNAL + signal, signal == SIGKILL ? 0 : signal);
    }

    /**
     * Ends this process as the command ended, so that a shell sees the Ctrl-C that it would have seen without us; returns
     * when it ended with a code, or where a process cannot signal itself (PID 1): then the code says it.
     */
    public void takeOn() {
        if (signal != 0) {
            Caller.die(signal);
        }
    }
}
