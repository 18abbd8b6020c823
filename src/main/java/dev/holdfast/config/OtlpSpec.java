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
 * @param ca PEM file of the authorities that vouch for it, in place of the usual ones; null: those
 * @param resource attributes beside the usual ones, or in place of them
 */
public record OtlpSpec(
        URI endpoint,
        SortedMap<String, String> headers,
        Duration interval,
        boolean metrics,
        boolean traces,
        Duration timeout,
        @Nullable String ca,
        boolean gzip,
        SortedMap<String, String> resource) {
    /** @param path such as {@code /v1/traces} */
    public URI at(String path) {
        return URI.create(endpoint.toString().replaceFirst("/+$", "") + path);
    }

    /** The same with this timeout. */
    public OtlpSpec within(Duration most) {
        return new OtlpSpec(endpoint, headers, interval, metrics, traces, most, ca, gzip, resource);
    }

    @Override
    public String toString() {
        return "otlp to " + endpoint.getHost();
    }
}
