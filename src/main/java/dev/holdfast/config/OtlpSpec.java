package dev.holdfast.config;

import java.net.URI;
import java.time.Duration;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code global.otlp}: a collector of OpenTelemetry that is told figures and spans. Its headers, which may be secrets, are
 * kept out of {@code toString}.
 *
 * @param endpoint below which {@code /v1/metrics} and {@code /v1/traces} are; http or https, with a host
 * @param headers names and values, printable ASCII
 * @param interval from one telling of figures to the next
 * @param timeout of one request, the answer included
 * @param tls null: the usual authorities vouch for it, and nothing is shown
 * @param proxy {@code http://HOST:PORT} through which it is reached; null: directly
 * @param resource attributes beside the usual ones, or in place of them
 */
public record OtlpSpec(
        URI endpoint,
        SortedMap<String, String> headers,
        Duration interval,
        boolean metrics,
        boolean traces,
        Duration timeout,
        @Nullable Tls tls,
        @Nullable URI proxy,
        boolean gzip,
        SortedMap<String, String> resource) {
    /**
     * Towards the collector; PEM files.
     *
     * @param ca authorities that vouch for it, in place of the usual ones; null: those
     * @param certificate that is shown to it, with what leads to its authority; null: none
     * @param key of the certificate; null: there is none
     */
    public record Tls(
            @Nullable String ca,
            @Nullable String certificate,
            @Nullable String key) {}

    /** @param path such as {@code /v1/traces} */
    public URI at(String path) {
        return URI.create(endpoint.toString().replaceFirst("/+$", "") + path);
    }

    /** The same with this timeout. */
    public OtlpSpec within(Duration most) {
        return new OtlpSpec(endpoint, headers, interval, metrics, traces, most, tls, proxy, gzip, resource);
    }

    @Override
    public String toString() {
        return "otlp to " + endpoint.getHost();
    }
}
