package dev.holdfast.otlp;

import dev.holdfast.config.OtlpSpec;
import dev.holdfast.linux.Threads;
import dev.holdfast.pem.Pem;
import dev.holdfast.pem.TlsParties;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** The way to one collector. One thread uses it. */
final class Collector {
    private static final String PROTOBUF = "application/x-protobuf";
    private static final int MOST_ANSWER = 64 << 10;

    private final OtlpSpec spec;
    private final String version;
    private final Supplier<Now> clock;
    /** Of its last request, when that was given up and may still hang. */
    private @Nullable FutureTask<Answer> hanging;

    private @Nullable SSLSocketFactory sockets;

    Collector(OtlpSpec spec, String version, Supplier<Now> clock) {
        this.spec = spec;
        this.version = version;
        this.clock = clock;
    }

    /** As it is shown: its host and port, never what else its address says. */
    static String shown(OtlpSpec spec) {
        URI at = spec.endpoint();
        return at.getPort() < 0 ? at.getHost() : at.getHost() + ":" + at.getPort();
    }

    /**
     * Tries once; waits for at most the configured timeout, however the other side behaves.
     *
     * @param path below the endpoint, such as {@code /v1/traces}
     */
    Answer send(String path, byte[] body) throws InterruptedException {
        String host = shown(spec);
        FutureTask<Answer> before = hanging;
        if (before != null && !before.isDone()) {
            return new Answer.Later(host + ": what was sent before still hangs", null);
        }
        HttpURLConnection c;
        try {
            c = connection(path, body.length);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return new Answer.Later(host + ": " + words(e), null);
        }
        // On a thread of its own: read timeouts begin anew with each byte, so that a drip could hold us for ever.
        var task = new FutureTask<>(() -> exchange(c, host, body));
        hanging = task;
        try {
            Threads.start(Thread.ofVirtual().name("otlp").unstarted(task));
            return task.get(spec.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            cut(c);
            sockets = null;
            return new Answer.Later(
                    host + " does not answer within " + spec.timeout().toMillis() + " ms", null);
        } catch (ExecutionException | IOException e) {
            sockets = null; // its files may be others by now
            return new Answer.Later(host + ": " + words(e.getCause() == null ? e : e.getCause()), null);
        }
    }

    /** On a thread of its own, too: it waits for the lock of whoever reads the body. */
    private static void cut(HttpURLConnection c) {
        try {
            Threads.start(Thread.ofVirtual().name("otlp cut").unstarted(c::disconnect));
        } catch (IOException noThread) {
            // It ends at its own deadline; until then nothing else is sent.
        }
    }

    private static String words(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private HttpURLConnection connection(String path, int length) throws IOException, GeneralSecurityException {
        var c = (HttpURLConnection) spec.at(path).toURL().openConnection(proxy());
        OtlpSpec.Tls asked = spec.tls();
        if (asked != null && c instanceof HttpsURLConnection tls) {
            SSLSocketFactory known = sockets;
            if (known == null) {
                known = sockets(asked);
                sockets = known;
            }
            tls.setSSLSocketFactory(known);
        }
        int millis = Math.clamp(spec.timeout().toMillis(), 1, Integer.MAX_VALUE);
        c.setConnectTimeout(millis);
        c.setReadTimeout(millis);
        c.setInstanceFollowRedirects(false);
        c.setRequestMethod("POST");
        c.setDoOutput(true);
        c.setUseCaches(false);
        c.setRequestProperty("Content-Type", PROTOBUF);
        c.setRequestProperty("Accept", PROTOBUF);
        c.setRequestProperty("User-Agent", "holdfast/" + version);
        if (spec.gzip()) {
            c.setRequestProperty("Content-Encoding", "gzip");
        } else {
            c.setFixedLengthStreamingMode(length);
        }
        spec.headers().forEach(c::setRequestProperty);
        return c;
    }

    private Answer exchange(HttpURLConnection c, String host, byte[] body) throws IOException {
        MonoTime deadline = clock.get().mono().plus(spec.timeout());
        byte[] sent = spec.gzip() ? packed(body) : body;
        if (spec.gzip()) {
            // Else it would send it a second time by itself when no answer comes (sun.net.http.retryPost).
            c.setFixedLengthStreamingMode(sent.length);
        }
        try (OutputStream out = c.getOutputStream()) {
            out.write(sent);
        }
        int status = c.getResponseCode();
        if (status < 0) {
            throw new IOException("what it answers is no HTTP");
        }
        String type = c.getContentType();
        byte[] said;
        try (InputStream in = status >= 400 ? c.getErrorStream() : c.getInputStream()) {
            said = in == null ? new byte[0] : read(in, deadline);
        }
        return Answer.of(
                host,
                status,
                c.getHeaderField("Retry-After"),
                said,
                type != null && type.startsWith(PROTOBUF),
                clock.get().wall());
    }

    /** @throws IOException when it did not come in time: whoever waits for it has given up by then */
    private byte[] read(InputStream in, MonoTime deadline) throws IOException {
        var said = new ByteArrayOutputStream();
        byte[] some = new byte[8 << 10];
        while (said.size() < MOST_ANSWER) {
            if (!clock.get().mono().isBefore(deadline)) {
                throw new IOException("what it answers does not end in time");
            }
            int n = in.read(some, 0, Math.min(some.length, MOST_ANSWER - said.size()));
            if (n < 0) {
                break;
            }
            said.write(some, 0, n);
        }
        return said.toByteArray();
    }

    private static byte[] packed(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream(body.length / 4 + 64);
        try (var gzip = new GZIPOutputStream(out, 8 << 10)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    private Proxy proxy() {
        URI at = spec.proxy();
        return at == null
                ? Proxy.NO_PROXY
                : new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(at.getHost(), at.getPort()));
    }

    private static SSLSocketFactory sockets(OtlpSpec.Tls tls) throws IOException, GeneralSecurityException {
        String ca = tls.ca();
        String certificate = tls.certificate();
        String key = tls.key();
        var context = SSLContext.getInstance("TLS");
        context.init(
                certificate == null || key == null ? null : TlsParties.showing(certificate, key),
                ca == null ? null : TlsParties.trusting(Pem.chain(Path.of(ca))),
                null);
        return context.getSocketFactory();
    }

    /** Of a shutdown: less patience. */
    Collector hurried(Duration most) {
        return spec.timeout().compareTo(most) <= 0 ? this : new Collector(spec.within(most), version, clock);
    }
}
