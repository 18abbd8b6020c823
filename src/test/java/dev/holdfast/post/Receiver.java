package dev.holdfast.post;

import java.io.BufferedInputStream;
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
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes POSTs on a loopback port, one a connection, and answers each with the status that a test wants. */
public final class Receiver implements AutoCloseable {
    /** What was taken: with any status. */
    public record Got(int answered, Map<String, String> headers, String body) {}

    private final ServerSocket socket;
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    public Receiver() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** From now on; 0: it hangs up without a word. */
    public void answer(int s) {
        status = s;
    }

    public List<Got> got() {
        return got;
    }

    private void serve() {
        while (true) {
            try (Socket s = socket.accept()) {
                one(s);
            } catch (IOException e) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    private void one(Socket s) throws IOException {
        var in = new BufferedInputStream(s.getInputStream());
        if (line(in).isEmpty()) {
            return;
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        int answer = status;
        got.add(new Got(answer, headers, body));
        if (answer != 0) {
            String text = answer == 204 ? "" : "go\r\naway";
            s.getOutputStream()
                    .write(("HTTP/1.1 " + answer + " x\r\nContent-Length: " + text.length()
                                    + "\r\nConnection: close\r\n\r\n" + text)
                            .getBytes(StandardCharsets.US_ASCII));
        }
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

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
