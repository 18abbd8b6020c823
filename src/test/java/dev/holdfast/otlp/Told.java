package dev.holdfast.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/** A collector on a loopback port that reads what it is told by OpenTelemetry's own definitions, and says what a test wants. */
public final class Told implements AutoCloseable {
    private final ServerSocket server;
    private final boolean secure;
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

    Told(int port, @Nullable SSLContext tls) {
        this(port, tls, false);
    }

    /**
     * @param port 0: any
     * @param tls null: none
     * @param asks for a certificate
     */
    Told(int port, @Nullable SSLContext tls, boolean asks) {
        InetAddress here = InetAddress.getLoopbackAddress();
        secure = tls != null;
        try {
            server = tls == null
                    ? new ServerSocket(port, 50, here)
                    : tls.getServerSocketFactory().createServerSocket(port, 50, here);
            if (server instanceof SSLServerSocket secured) {
                secured.setNeedClientAuth(asks);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return (secure ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** From now on. */
    public void say(int status, @Nullable String retryAfter) {
        say = new Say(status, retryAfter, new byte[0]);
    }

    void say(Message body) {
        say = new Say(200, null, body.toByteArray());
    }

    private void serve() {
        while (true) {
            try (Socket s = server.accept()) {
                take(s);
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private void take(Socket s) throws IOException {
        var in = new BufferedInputStream(s.getInputStream());
        String path = line(in).replaceFirst("^POST (\\S+) HTTP/1.1$", "$1");
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        byte[] sent = in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0")));
        byte[] body = "gzip".equals(headers.get("Content-Encoding"))
                ? new GZIPInputStream(new ByteArrayInputStream(sent)).readAllBytes()
                : sent;
        Say now = say;
        requests.add(new Request(path, headers, now.status, now.status == 200 ? decoded(path, body) : null));
        String head = "HTTP/1.1 " + now.status + " x\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
                + now.body.length + "\r\nConnection: close\r\n"
                + (now.retryAfter == null ? "" : "Retry-After: " + now.retryAfter + "\r\n") + "\r\n";
        s.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        s.getOutputStream().write(now.body);
    }

    private static String line(InputStream in) throws IOException {
        var b = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                b.write(c);
            }
        }
        return b.toString(StandardCharsets.US_ASCII);
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
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
