package dev.holdfast.api;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks the daemon, one connection a request. Thread-safe. */
public final class Client {
    private static final Jsonb JSON = Jsonb.builder().build();

    private final Path socket;

    public Client(Path socket) {
        this.socket = socket;
    }

    /** Nobody answers on the socket. */
    public static final class NoDaemon extends IOException {
        private static final long serialVersionUID = 1L;

        NoDaemon(Path socket, IOException cause) {
            super(
                    "no daemon answers at " + socket + " (" + cause.getMessage() + "); holdfast up FILE starts one",
                    cause);
        }
    }

    /**
     * @param type of the answer's JSON
     * @throws ControlPort.Refused when the daemon says no
     * @throws IOException when it cannot be asked
     */
    public <T> T get(String path, Class<T> type) throws IOException, ControlPort.Refused {
        return read(exchange("GET", path, ""), type);
    }

    /**
     * As {@link #get}.
     *
     * @param body one of those that are written as JSON
     */
    public <T> T post(String path, Object body, Class<T> type) throws IOException, ControlPort.Refused {
        return read(exchange("POST", path, JSON.toJson(body)), type);
    }

    /** As {@link #get}, with JSON that is written already. */
    public <T> T postText(String path, String json, Class<T> type) throws IOException, ControlPort.Refused {
        return read(exchange("POST", path, json), type);
    }

    /** The answer's JSON as it came. */
    public String raw(String path) throws IOException, ControlPort.Refused {
        return exchange("GET", path, "");
    }

    /** What {@link #raw} gave, as a value. */
    public static <T> T read(String json, Class<T> type) throws IOException {
        try {
            return JSON.type(type).fromJson(json);
        } catch (JsonException | IllegalStateException e) {
            throw new IOException("the daemon's answer is not understood: " + e.getMessage(), e);
        }
    }

    /** A value as the daemon would have answered it. */
    public static String write(Object value) {
        return JSON.toJson(value);
    }

    /**
     * What is told as it comes.
     *
     * @param path of events or of a log
     * @param after the id behind which it begins; null: from now on
     */
    public Events follow(String path, @Nullable String after) throws IOException, ControlPort.Refused {
        SocketChannel channel = connect();
        try {
            String headers =
                    "Accept: text/event-stream\r\n" + (after == null ? "" : "Last-Event-ID: " + after + "\r\n");
            return new Events(channel, answer(channel, "GET", path, headers, ""));
        } catch (IOException | ControlPort.Refused | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Server-sent events. Not thread-safe; whoever is interrupted in it gets an IOException, and it is closed. */
    public static final class Events implements AutoCloseable {
        private final SocketChannel channel;
        private final InputStream in;

        private Events(SocketChannel channel, InputStream in) {
            this.channel = channel;
            this.in = in;
        }

        /**
         * Waits for the next one.
         *
         * @throws IOException when the daemon has hung up
         */
        public Follow.Item next() throws IOException {
            String id = "";
            String event = "";
            while (true) {
                String line = line(in);
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    byte[] data = line.substring(6).getBytes(StandardCharsets.ISO_8859_1); // a character is a byte here
                    return new Follow.Item(id, event, new String(data, StandardCharsets.UTF_8));
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private String exchange(String method, String path, String body) throws IOException, ControlPort.Refused {
        try (SocketChannel channel = connect()) {
            InputStream in = answer(channel, method, path, "", body);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What follows the answer's headers. */
    private static InputStream answer(SocketChannel channel, String method, String path, String headers, String body)
            throws IOException, ControlPort.Refused {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: holdfast\r\nContent-Type: application/json\r\n"
                + headers + "Content-Length: " + content.length + "\r\nConnection: close\r\n\r\n";
        OutputStream out = Channels.newOutputStream(channel);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(content);
        out.flush();
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        String status = first(in);
        int code = status.matches("HTTP/1\\.1 \\d{3} .*") ? Integer.parseInt(status.substring(9, 12)) : 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {}
        if (code / 100 == 2) {
            return in;
        }
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        if (code == 0 || answer.isEmpty()) {
            throw new IOException("the daemon's answer is not understood: " + status);
        }
        throw new ControlPort.Refused(code, read(answer, ProblemDetails.class).failure());
    }

    private SocketChannel connect() throws IOException {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            if ("Permission denied".equals(e.getMessage())) { // java.net has no exception of its own for EACCES here
                throw new IOException(
                        "permission denied at " + socket
                                + ": only root, the daemon's own user and members of global.api.groups may ask it",
                        e);
            }
            throw new NoDaemon(socket, e);
        }
    }

    private static String first(InputStream in) throws IOException {
        try {
            return line(in);
        } catch (EOFException | SocketException e) {
            throw new IOException(
                    "the daemon hung up before it answered; whether it did anything, holdfast status shows", e);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the daemon hung up");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
