package dev.holdfast.web;

import dev.holdfast.config.ApiSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on one TCP address, by Jetty: one thread that waits for all connections, a virtual one for each answer. Idle
 * connections cost a few KiB. Nothing of a request is believed before {@link Screen} has looked at it.
 */
public final class Listener implements AutoCloseable {
    /** Connections at once. */
    static final int MOST_CONNECTIONS = 1000;

    private static final int HEAD_BYTES = 16 << 10;
    private static final int BUFFER_BYTES = 8 << 10;
    private static final int BACKLOG = 256;
    private static final long PATIENCE_MILLIS = 5000;
    private static final int POOLED_BYTES = 1 << 20;

    private final Server server;
    private final ServerConnector connector;
    private final Connections connections;
    private final Answering answering;
    private final @Nullable Tls tls;
    private int port;

    /**
     * Where, and for whom.
     *
     * @param port 0: any that is free
     * @param tls null: none
     * @param hosts names by which it may be called, in lower case; {@code *}: any
     */
    public record Settings(InetAddress address, int port, ApiSpec.@Nullable Tls tls, Set<String> hosts) {}

    /** What it asks of others. */
    public record Parts(
            Site site, Authenticator authenticator, Limits limits, LongSupplier nanos, Consumer<String> warn) {}

    private static final class Tls {
        final ApiSpec.Tls files;
        final SslContextFactory.Server factory = new SslContextFactory.Server();
        volatile TlsFiles now;
        volatile @Nullable String trouble;
        /** Of the files that {@link #trouble} is with. */
        private String seen;

        Tls(ApiSpec.Tls files) throws IOException {
            this.files = files;
            now = TlsFiles.read(files);
            seen = now.stamp();
            factory.setSslContext(now.context());
            factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
            factory.setNeedClientAuth(files.clientCa() != null);
            factory.setRenegotiationAllowed(false);
        }

        /** @return what happened, for people; null: nothing */
        @Nullable
        String reload() {
            String stamp = TlsFiles.stamp(files);
            if (stamp.equals(seen)) {
                return null;
            }
            seen = stamp;
            try {
                TlsFiles fresh = TlsFiles.read(files);
                factory.reload(f -> f.setSslContext(fresh.context()));
                now = fresh;
                trouble = null;
                return "TLS uses " + files.certificate() + " as it is now, until " + fresh.until();
            } catch (Exception e) { // as Jetty declares it
                trouble = String.valueOf(e.getMessage());
                return "TLS goes on with the certificate it had: " + e.getMessage();
            }
        }
    }

    private Listener(Settings settings, Parts parts) throws IOException {
        connections = new Connections(parts.nanos, MOST_CONNECTIONS);
        tls = settings.tls == null ? null : new Tls(settings.tls);
        answering =
                new Answering(parts, connections, new Entrance(parts, settings.hosts, tls == null ? "http" : "https"));
        var threads = new QueuedThreadPool(6, 1);
        threads.setReservedThreads(0);
        threads.setName("holdfast-web");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(virtual());
        server = new Server(
                threads,
                new ScheduledExecutorScheduler("holdfast-web-timer", true),
                new ArrayByteBufferPool(0, 4096, 1 << 16, 64, POOLED_BYTES, POOLED_BYTES));
        server.setHandler(new Entry(answering));
        server.setErrorHandler(answering::refuse);
        server.setStopTimeout(0);
        connector = new Connector(server, connections, protocols(tls));
        connector.setHost(settings.address.getHostAddress());
        connector.setPort(settings.port);
        connector.setIdleTimeout(0); // Connections knows better: a byte now and then is not idle
        connector.setAcceptQueueSize(BACKLOG);
        server.addConnector(connector);
    }

    private static Executor virtual() {
        var factory = Thread.ofVirtual().name("holdfast-web-answer").factory();
        return task -> factory.newThread(task).start();
    }

    private static ConnectionFactory[] protocols(@Nullable Tls tls) {
        var config = new HttpConfiguration();
        config.setSendServerVersion(false);
        config.setSendXPoweredBy(false);
        config.setRequestHeaderSize(HEAD_BYTES);
        config.setInputBufferSize(BUFFER_BYTES);
        config.setIdleTimeout(0);
        // What means two things is refused; names of replicas have a slash, and Screen knows which.
        config.setUriCompliance(
                UriCompliance.RFC3986.with("HOLDFAST", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
        var http = new HttpConnectionFactory(config);
        return tls == null
                ? new ConnectionFactory[] {http}
                : new ConnectionFactory[] {new SslConnectionFactory(tls.factory, HttpVersion.HTTP_1_1.asString()), http
                };
    }

    private static final class Entry extends Handler.Abstract {
        private final Answering answering;

        Entry(Answering answering) {
            this.answering = answering;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            answering.answer(request, response, callback);
            return true;
        }
    }

    /** Tells {@link Connections} who comes and goes. */
    private static final class Connector extends ServerConnector {
        private final Connections connections;

        Connector(Server server, Connections connections, ConnectionFactory... protocols) {
            super(server, 0, 1, protocols); // the thread that waits for requests takes connections, too
            this.connections = connections;
        }

        @Override
        protected void onEndPointOpened(EndPoint endPoint) {
            super.onEndPointOpened(endPoint);
            String from = endPoint.getRemoteSocketAddress() instanceof InetSocketAddress a
                    ? Limits.address(a.getAddress())
                    : "";
            connections.opened(endPoint, from, endPoint::close);
        }

        @Override
        protected void onEndPointClosed(EndPoint endPoint) {
            connections.closed(endPoint);
            super.onEndPointClosed(endPoint);
        }
    }

    /**
     * Listens from now on.
     *
     * @throws BindException when the address is in use, or not of this host
     * @throws IOException when TLS cannot be spoken with these files
     */
    public static Listener start(Settings settings, Parts parts) throws IOException {
        var listener = new Listener(settings, parts);
        try {
            listener.server.start();
            listener.port = listener.connector.getLocalPort();
            return listener;
        } catch (Exception e) { // as Jetty declares it
            listener.stop();
            throw bound(e);
        }
    }

    /** Why a certificate and its key cannot be used; null: they can, or there are to be none. */
    public static @Nullable String unreadable(ApiSpec.@Nullable Tls tls) {
        if (tls == null) {
            return null;
        }
        try {
            TlsFiles.read(tls);
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static IOException bound(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof BindException bind) {
                return bind;
            }
        }
        return e instanceof IOException io
                ? io
                : e instanceof UncheckedIOException u && u.getCause() != null ? u.getCause() : new IOException(e);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** To be called every second or two: hangs up on who takes too long. */
    public void sweep() {
        connections.sweep();
    }

    /** Reads TLS files that have changed. @return what came of it, for people; null: nothing has changed */
    public @Nullable String reloadTls() {
        return tls == null ? null : tls.reload();
    }

    /** Until when the certificate holds; null without TLS. */
    public @Nullable Instant certificateUntil() {
        return tls == null ? null : tls.now.until();
    }

    /** Why the certificate is an older one than its files; null: it is not. */
    public @Nullable String tlsTrouble() {
        return tls == null ? null : tls.trouble;
    }

    /** Connections at present. */
    public int connections() {
        return connections.size();
    }

    /** Takes no more connections; what is being answered goes on. */
    public void mute() {
        connector.close();
    }

    /** Ends streams, gives other answers a few seconds, and hangs up. */
    @Override
    public void close() {
        mute();
        answering.end(PATIENCE_MILLIS);
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) { // as Jetty declares it; it is of no use any more in any case
            answering.warn("the listener did not end well: " + e);
        }
    }
}
