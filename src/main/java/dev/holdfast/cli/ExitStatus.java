package dev.holdfast.cli;

/** Exit codes of every command, as {@code holdfast --help} lists them. */
public final class ExitStatus {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    /** Bad usage or an unsound configuration. */
    public static final int USAGE = 2;

    /** Nobody to ask: our daemon, or systemd. */
    public static final int NO_DAEMON = 3;

    /** Or unit, service, queue or job. */
    public static final int NO_SUCH_PROCESS = 4;

    /** The wait of {@code --timeout} ran out; what was asked goes on. */
    public static final int TIMED_OUT = 124;

    private ExitStatus() {}
}
