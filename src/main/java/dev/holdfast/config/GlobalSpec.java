package dev.holdfast.config;

import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's own settings.
 *
 * @param shutdownTimeout from the request to SIGKILL of everything
 * @param exit when the daemon ends by itself
 * @param forwardSignals what a signal to the daemon is sent to instead
 * @param runDir null: the usual place
 * @param stateDir null: the usual place
 * @param logDir null: the usual place
 * @param maxTotalLogBytes of all files in the log directory; 0: no bound; null: as the file system allows
 * @param outputs where the lines of all processes and the daemon's own go as well; none: the daemon's standard output
 * @param storage where the history of schedules is kept
 * @param api who may ask, and where
 * @param rateLimit how often
 * @param metrics null: no listener of their own
 * @param otlp null: no collector is told
 */
public record GlobalSpec(
        Duration shutdownTimeout,
        Exit exit,
        Map<Signal, List<String>> forwardSignals,
        @Nullable String runDir,
        @Nullable String stateDir,
        @Nullable String logDir,
        @Nullable Long maxTotalLogBytes,
        List<OutputSpec> outputs,
        StorageSpec storage,
        ApiSpec api,
        RateLimitSpec rateLimit,
        @Nullable MetricsSpec metrics,
        @Nullable OtlpSpec otlp) {
    /** What holds when nothing is said. */
    public static final GlobalSpec DEFAULT = new GlobalSpec(
            Duration.ofSeconds(30),
            new Exit.Never(),
            Map.of(),
            null,
            null,
            null,
            null,
            List.of(),
            StorageSpec.DEFAULT,
            ApiSpec.NONE,
            RateLimitSpec.DEFAULT,
            null,
            null);

    /** What of it a reload cannot change. */
    public GlobalSpec lasting() {
        return new GlobalSpec(
                shutdownTimeout,
                exit,
                forwardSignals,
                runDir,
                stateDir,
                logDir,
                maxTotalLogBytes,
                List.of(),
                storage,
                ApiSpec.NONE,
                RateLimitSpec.DEFAULT,
                null,
                null);
    }

    /** When the daemon ends by itself. */
    public sealed interface Exit {
        record Never() implements Exit {}

        record AllStopped() implements Exit {}

        record AnyFailed() implements Exit {}

        /** @param process whose end decides, and with whose code */
        record Stopped(String process) implements Exit {}
    }
}
