package dev.holdfast.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server on loopback that serves files as the first part of their path says: {@code mute} (nothing, the first two
 * times it is asked), {@code slow} (a byte now and then, as often), {@code reset} (in mid-body, many times), {@code huge},
 * {@code named} (by a hostile Content-Disposition), {@code away} (elsewhere, to a file of the host). What is posted to it is
 * kept.
 */
final class HostileServer implements AutoCloseable {
    private static final String NAME = "../../../../named $(touch named) \\\"-q\\\".mp4";
    /** A download asks twice: what it is, and for it. */
    private static final int FIRST_DOWNLOAD = 2;
    /** yt-dlp gives up after a dozen; the next attempt is through them before it does. */
    private static final int RESETS = 19;

    private final ServerSocket listening;
    /** Bound, so that nobody else listens there, and closed. */
    private final Socket nobody = new Socket();

    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final List<String> posted = new CopyOnWriteArrayList<>();

    HostileServer() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("hostile-server").start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** An address at which connections are refused. */
    String nobody() {
        return "127.0.0.1:" + nobody.getLocalPort();
    }

    /** Path and body of each. */
    List<String> posted() {
        return List.copyOf(posted);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket s = listening.accept();
                Thread.ofPlatform().daemon().start(() -> serve(s));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String request = in.readLine();
            if (request == null) {
                return;
            }
            int length = 0;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            String path = request.replaceFirst("^\\S+ (\\S+) .*", "$1");
            OutputStream out = socket.getOutputStream();
            if (request.startsWith("POST ")) {
                var body = new StringBuilder();
                for (int i = 0; i < length; i++) {
                    body.append((char) in.read());
                }
                posted.add(path + " " + body);
                head(out, 0, "");
            } else {
                answer(socket, out, path);
            }
        } catch (IOException gone) {
            return; // as a client does that is killed
        }
    }

    private void answer(Socket socket, OutputStream out, String path) throws IOException {
        int times = asked.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
        byte[] some = new byte[64 << 10];
        switch (path.replaceFirst("^/([a-z]*).*", "$1")) {
            case "mute" -> {
                if (times <= FIRST_DOWNLOAD) {
                    untilItGoes(socket);
                } else {
                    head(out, some.length, "");
                    out.write(some);
                }
            }
            case "slow" -> {
                head(out, times <= FIRST_DOWNLOAD ? 1_000_000 : 1000, "");
                for (int i = 0; i < 1000; i++) {
                    out.write('x');
                    out.flush();
                    if (times <= FIRST_DOWNLOAD) {
                        pause(socket);
                    }
                }
            }
            case "reset" -> {
                head(out, times <= RESETS ? 1_000_000 : some.length, "");
                out.write(some);
                out.flush();
                if (times <= RESETS) {
                    pause(socket); // else what was sent would be thrown away with the connection
                    socket.setSoLinger(true, 0);
                }
            }
            case "huge" -> {
                head(out, 4_000_000_000L, "");
                while (true) {
                    out.write(some);
                }
            }
            case "named" -> {
                head(out, some.length, "Content-Disposition: attachment; filename=\"" + NAME + "\"\r\n");
                out.write(some);
            }
            case "away" ->
                out.write(
                        "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
            default -> {
                head(out, some.length, "");
                out.write(some);
            }
        }
        out.flush();
    }

    private static void head(OutputStream out, long length, String more) throws IOException {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\nContent-Length: " + length
                + "\r\n" + more + "\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** A tenth of a second, or until the client is gone. */
    private static void pause(Socket socket) throws IOException {
        socket.setSoTimeout(100);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("gone");
            }
        } catch (java.net.SocketTimeoutException stillThere) {
            return;
        }
    }

    private static void untilItGoes(Socket socket) throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    @Override
    public void close() {
        try {
            listening.close();
            nobody.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
