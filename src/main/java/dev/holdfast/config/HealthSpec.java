package dev.holdfast.config;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One health check.
 *
 * @param check what is asked
 * @param initialDelay from the process start to the first probe
 * @param period from one probe's start to the next
 * @param timeout of one probe; at most {@code period} counts
 * @param successThreshold successes in a row that make it healthy
 * @param failureThreshold failures in a row that make it unhealthy
 * @param breaker bounds the restarts that a failing check may cause; null restarts each time
 */
public record HealthSpec(
        Check check,
        Duration initialDelay,
        Duration period,
        Duration timeout,
        int successThreshold,
        int failureThreshold,
        @Nullable BreakerSpec breaker) {
    /** What is asked. */
    public sealed interface Check {
        record Exec(CommandSpec command) implements Check {}

        record Tcp(String host, int port) implements Check {}

        /** @param expectStatus 100 to 599, or null for any 2xx or 3xx */
        record Http(URI url, @Nullable Integer expectStatus) implements Check {}

        /** READY=1 on NOTIFY_SOCKET (sd_notify(3)); readiness only. */
        record Notify() implements Check {}
    }

    /**
     * A half-open circuit breaker over health restarts.
     *
     * @param maxFailures restarts in a row by health, without a healthy spell between, that open it
     * @param resetTimeout how long it stays open before one trial restart
     */
    public record BreakerSpec(int maxFailures, Duration resetTimeout) {}
}
