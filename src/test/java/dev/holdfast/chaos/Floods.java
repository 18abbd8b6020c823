package dev.holdfast.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Too much of something at once. */
final class Floods {
    private static final int CONNECTIONS = 80;
    private static final int QUESTIONS = 60;
    private static final int FILES = 3000;

    private Floods() {}

    /** Connections that say nothing, or nonsense, on both listeners; closed with the answer. */
    static List<AutoCloseable> connections(Grounds grounds, Random random) {
        var open = new ArrayList<AutoCloseable>();
        for (int i = 0; i < CONNECTIONS; i++) {
            byte[] nonsense = new byte[random.nextInt(1, 4000)];
            random.nextBytes(nonsense);
            byte[] said = switch (random.nextInt(4)) {
                case 0 -> nonsense;
                case 1 -> "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nX: ".getBytes(StandardCharsets.US_ASCII);
                case 2 ->
                    "POST /api/v1/queues/good/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII);
                default -> new byte[0];
            };
            try {
                if (i % 2 == 0) {
                    var socket = new Socket(InetAddress.getLoopbackAddress(), grounds.apiPort());
                    open.add(socket);
                    socket.getOutputStream().write(said);
                } else {
                    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                    open.add(channel);
                    channel.connect(UnixDomainSocketAddress.of(grounds.home().resolve("run/holdfast.sock")));
                    channel.write(ByteBuffer.wrap(said));
                }
            } catch (IOException refused) {
                // That is an answer, too.
            }
        }
        return open;
    }

    /** As fast as one can ask, with a token and without. */
    static String questions(Api known, Api unknown) {
        int answered = 0;
        int refused = 0;
        int failed = 0;
        for (int i = 0; i < QUESTIONS; i++) {
            try {
                int status =
                        (i % 3 == 0 ? unknown : known).get("/api/v1/status").status();
                if (status == 200) {
                    answered++;
                } else {
                    refused++;
                }
            } catch (IOException e) {
                failed++;
            }
        }
        return answered + " answered, " + refused + " refused, " + failed + " without an answer";
    }

    static void files(Path dir, long draw) throws IOException {
        for (int i = 0; i < FILES; i++) {
            Files.writeString(dir.resolve("flood-" + Long.toHexString(draw) + "-" + i), "x");
        }
    }

    static void close(List<AutoCloseable> all) {
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception gone) {
                // Then it is closed.
            }
        }
    }
}
