package dev.holdfast.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A webhook that takes everything and counts it. Thread-safe. */
final class Letterbox implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger letters = new AtomicInteger();

    Letterbox() throws IOException {
        Thread.ofPlatform().daemon().name("letterbox").start(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    take(client);
                } catch (IOException gone) {
                    // The sender sends it again.
                }
            }
        });
    }

    private void take(Socket client) throws IOException {
        client.setSoTimeout(5000);
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        for (int i = 0; i < length; i++) {
            if (in.read() < 0) {
                return;
            }
        }
        letters.incrementAndGet();
        client.getOutputStream()
                .write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    int port() {
        return server.getLocalPort();
    }

    int letters() {
        return letters.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
