package dev.holdfast.supervise;

import dev.holdfast.config.GlobalSpec;

/** When the daemon ends by itself, and with what. */
public sealed interface ExitPolicy {
    /** Only when asked. */
    record Never() implements ExitPolicy {}

    /**
     * When nothing runs or will without a person; with the highest code of those that failed, else 0. What waits in vain
     * counts as failed.
     */
    record AllStopped() implements ExitPolicy {}

    /** When one is given up; with its code. */
    record AnyFailed() implements ExitPolicy {}

    /**
     * When this process has ended for good, with its code, also because it was scaled to 0 or disabled; or waits in vain,
     * with the code of what it waits for. One that the configuration does not have any more decides nothing.
     */
    record With(String process) implements ExitPolicy {}

    /** As it is configured. */
    static ExitPolicy of(GlobalSpec.Exit exit) {
        return switch (exit) {
            case GlobalSpec.Exit.Never() -> new Never();
            case GlobalSpec.Exit.AllStopped() -> new AllStopped();
            case GlobalSpec.Exit.AnyFailed() -> new AnyFailed();
            case GlobalSpec.Exit.Stopped(String process) -> new With(process);
        };
    }
}
