package dev.holdfast.dashboard;

import dev.holdfast.api.Caller;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.HttpRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The least of a web server on loopback, a thread a connection: it can be taken away and come back at the same port,
 * which no real one does on request.
 */
final class TinyWeb implements AutoCloseable {
    private final HttpHandler open;
    private final HttpHandler guarded;
    private final Function<String, @Nullable Caller> callers;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final ReentrantReadWriteLock silence = new ReentrantReadWriteLock();
    private final int port;
    private final java.util.concurrent.atomic.AtomicInteger streams = new java.util.concurrent.atomic.AtomicInteger();
    private volatile ServerSocket server;

    /**
     * @param open answers all that is not below {@code /api/}, anybody
     * @param guarded the rest, whoever has a token
     * @param callers by token
     */
    TinyWeb(HttpHandler open, HttpHandler guarded, Function<String, @Nullable Caller> callers) throws IOException {
        this.open = open;
        this.guarded = guarded;
        this.callers = callers;
        this.server = listen(0);
        this.port = server.getLocalPort();
    }

    String address() {
        return "http://127.0.0.1:" + port + "/";
    }

    private ServerSocket listen(int where) throws IOException {
        var listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), where));
        Thread.ofVirtual().start(() -> accept(listening));
        return listening;
    }

    /** Nobody answers, and whoever is connected is hung up on. */
    void goes() throws IOException {
        server.close();
        for (Socket s : connections) {
            s.close();
        }
    }

    /** While it is held, nobody is answered, nor hung up on. */
    Lock silence() {
        return silence.writeLock();
    }

    /** How many are followed; one that is hung up on is noticed within some seconds. */
    int streams() {
        return streams.get();
    }

    void comesBack() throws IOException {
        server = listen(port);
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                connections.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            while (one(in, socket.getOutputStream())) {
                // the next one of this connection
            }
        } catch (IOException | InterruptedException hungUp) {
            // the browser's affair, or the test's
        } finally {
            connections.remove(socket);
        }
    }

    private boolean one(InputStream in, OutputStream out) throws IOException, InterruptedException {
        String[] first = line(in).split(" ", 3);
        if (first.length < 3) {
            return false;
        }
        Map<String, String> headers = new HashMap<>();
        for (String h = line(in); !h.isEmpty(); h = line(in)) {
            int colon = h.indexOf(':');
            headers.put(
                    h.substring(0, colon).toLowerCase(Locale.ROOT),
                    h.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        HttpAnswer answer;
        silence.readLock().lock();
        try {
            answer = answer(new HttpRequest(first[0], first[1], headers, body, 0));
        } finally {
            silence.readLock().unlock();
        }
        return switch (answer) {
            case HttpAnswer.Whole whole -> {
                head(out, answer, whole.status() == 304 ? "" : "Content-Length: " + whole.body().length + "\r\n");
                out.write(whole.body());
                out.flush();
                yield true;
            }
            case HttpAnswer.Flow flow -> {
                head(out, answer, "Connection: close\r\n");
                flow.body().into(out);
                out.flush();
                yield false;
            }
            case HttpAnswer.Stream stream -> {
                head(out, answer, "Connection: close\r\n");
                streams.incrementAndGet();
                try (HttpAnswer.Source source = stream.source()) {
                    for (byte[] part = source.next(Duration.ofSeconds(1));
                            part != null;
                            part = source.next(Duration.ofSeconds(1))) {
                        out.write(part.length == 0 ? ": \n\n".getBytes(StandardCharsets.UTF_8) : part);
                        out.flush();
                    }
                } finally {
                    streams.decrementAndGet();
                }
                yield false;
            }
        };
    }

    private HttpAnswer answer(HttpRequest request) {
        var anybody = new Caller("anybody", "127.0.0.1", Set.of());
        if (!request.path().startsWith("/api/")) {
            return open.answer(request, anybody);
        }
        String said = request.header("authorization");
        Caller caller = said == null ? null : callers.apply(said.replaceFirst("^Bearer ", ""));
        return caller == null
                ? HttpAnswer.Whole.of(
                        401,
                        "application/problem+json",
                        "{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"this needs a token\"}")
                : guarded.answer(request, caller);
    }

    private static void head(OutputStream out, HttpAnswer answer, String more) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + answer.status() + " x\r\n");
        answer.headers().forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
        out.write((head + more + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        goes();
    }
}
