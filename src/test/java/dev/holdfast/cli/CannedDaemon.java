package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers on a real Unix socket what it was told to, and remembers what it was asked. */
final class CannedDaemon implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Path socket;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean stays;

    /** @param dir as for {@code --dir} */
    CannedDaemon(Path dir) throws IOException {
        socket = Files.createDirectories(dir.resolve("run")).resolve("holdfast.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    /** @param request such as {@code GET /api/v1/status} */
    CannedDaemon answers(String request, String json) {
        return answers(request, 200, json);
    }

    CannedDaemon answers(String request, int status, String json) {
        answers.put(request, status + " x\r\n\r\n" + json);
        return this;
    }

    /** Answers on after it was asked to go down. */
    void staysUp() {
        stays = true;
    }

    /** Each as {@code GET /path}, {@code GET /path after ID} or {@code POST /path body}. */
    List<String> asked() {
        return asked;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept()) {
                answer(channel);
            } catch (IOException closed) {
                // the test has ended, or the client hung up
            }
        }
    }

    private void answer(SocketChannel channel) throws IOException {
        InputStream in = Channels.newInputStream(channel);
        OutputStream out = Channels.newOutputStream(channel);
        String request = line(in).replace(" HTTP/1.1", "");
        if (request.isEmpty()) {
            return; // only looked whether somebody is there
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.startsWith("Content-Length: ")) {
                length = Integer.parseInt(header.substring(16));
            }
            if (header.startsWith("Last-Event-ID: ")) {
                request += " after " + header.substring(15);
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        asked.add((request + " " + body).strip());
        String answer = answers.getOrDefault(request, "599 x\r\n\r\n{\"detail\":\"not canned: " + request + "\"}");
        if (request.endsWith("/down") && !stays) {
            close();
        }
        out.write(("HTTP/1.1 " + answer).getBytes(StandardCharsets.UTF_8));
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
        server.close();
        Files.deleteIfExists(socket);
    }
}
