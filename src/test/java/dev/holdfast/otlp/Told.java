package dev.holdfast.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A collector on a loopback port that reads what it is told by OpenTelemetry's own definitions, and says what a test wants. */
public final class Told implements AutoCloseable {
    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Say say = new Say(200, null, new byte[0]);

    /** @param body decoded; null: it was answered with an error, and not read */
    public record Request(
            String path,
            Map<String, String> headers,
            int status,
            @Nullable Message body) {}

    /** What is answered. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Say(int status, @Nullable String retryAfter, byte[] body) {}

    public Told() {
        this(0, null);
    }

    /**
     * @param port 0: any
     * @param tls null: none
     */
    Told(int port, @Nullable SSLContext tls) {
        var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            if (tls == null) {
                server = HttpServer.create(at, 50);
            } else {
                HttpsServer https = HttpsServer.create(at, 50);
                https.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = https;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::take);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** From now on. */
    public void say(int status, @Nullable String retryAfter) {
        say = new Say(status, retryAfter, new byte[0]);
    }

    void say(Message body) {
        say = new Say(200, null, body.toByteArray());
    }

    private void take(HttpExchange x) throws IOException {
        Say now = say;
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        x.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        byte[] body;
        try (InputStream in = "gzip".equals(headers.get("Content-Encoding"))
                ? new GZIPInputStream(x.getRequestBody())
                : x.getRequestBody()) {
            body = in.readAllBytes();
        }
        String path = x.getRequestURI().getPath();
        requests.add(new Request(path, headers, now.status, now.status == 200 ? decoded(path, body) : null));
        x.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        if (now.retryAfter != null) {
            x.getResponseHeaders().set("Retry-After", now.retryAfter);
        }
        x.sendResponseHeaders(now.status, now.body.length == 0 ? -1 : now.body.length);
        x.getResponseBody().write(now.body);
        x.close();
    }

    private static Message decoded(String path, byte[] body) throws InvalidProtocolBufferException {
        Message m = path.endsWith("/v1/traces")
                ? ExportTraceServiceRequest.parseFrom(body)
                : ExportMetricsServiceRequest.parseFrom(body);
        if (!m.getUnknownFields().asMap().isEmpty()) {
            throw new InvalidProtocolBufferException("unknown fields: " + m.getUnknownFields());
        }
        return m;
    }

    public List<Request> requests() {
        return requests;
    }

    /** All that were taken. */
    public List<Span> spans() {
        return bodies(ExportTraceServiceRequest.class)
                .flatMap(r -> r.getResourceSpansList().stream())
                .flatMap(r -> r.getScopeSpansList().stream())
                .flatMap(s -> s.getSpansList().stream())
                .toList();
    }

    /** Of all that were taken, in order. */
    public List<Metric> metrics() {
        return bodies(ExportMetricsServiceRequest.class)
                .flatMap(r -> r.getResourceMetricsList().stream())
                .flatMap(r -> r.getScopeMetricsList().stream())
                .flatMap(s -> s.getMetricsList().stream())
                .toList();
    }

    /** Attributes of the resource that was told last. */
    public Map<String, String> resource() {
        return bodies(ExportMetricsServiceRequest.class)
                .reduce((_, last) -> last)
                .map(r -> words(r.getResourceMetrics(0).getResource().getAttributesList()))
                .orElse(Map.of());
    }

    private <T> Stream<T> bodies(Class<T> type) {
        return requests.stream()
                .map(Request::body)
                .filter(Objects::nonNull)
                .filter(type::isInstance)
                .map(type::cast);
    }

    /** By name. */
    public static Map<String, String> words(List<KeyValue> attributes) {
        var all = new TreeMap<String, String>();
        for (KeyValue a : attributes) {
            AnyValue v = a.getValue();
            all.put(
                    a.getKey(),
                    switch (v.getValueCase()) {
                        case STRING_VALUE -> v.getStringValue();
                        case INT_VALUE -> Long.toString(v.getIntValue());
                        case DOUBLE_VALUE -> Double.toString(v.getDoubleValue());
                        default -> throw new AssertionError("an attribute of kind " + v.getValueCase());
                    });
        }
        return all;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
