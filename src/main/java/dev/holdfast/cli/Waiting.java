package dev.holdfast.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for what it asked for. */
final class Waiting {
    @Option(names = "--no-wait", description = "only ask; do not wait for the end of it")
    private boolean no;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "0",
            description = "of the wait, such as 30s; then the exit code is 124 and what was asked goes on; "
                    + "0, as when not given, is none")
    private Duration timeout = Duration.ZERO;

    boolean wanted() {
        return !no;
    }

    /** 0 is none. */
    long timeoutMillis() {
        return timeout.isZero() ? 0 : Math.max(1, timeout.toMillis());
    }
}
