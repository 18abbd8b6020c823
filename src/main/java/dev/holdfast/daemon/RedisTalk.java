package dev.holdfast.daemon;

import dev.holdfast.config.ProbeSpec.Check;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A few commands to a Redis, in its own protocol (RESP2, redis.io/docs/reference/protocol-spec). One thread's. */
final class RedisTalk implements AutoCloseable {
    private static final int LONGEST = 4096;

    private final Socket socket;
    private final InputStream in;

    private RedisTalk(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects, with name and database. */
    static RedisTalk open(Check.Redis check, int timeoutMillis) throws IOException {
        var socket = new Socket();
        try {
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(check.host(), check.port()), timeoutMillis);
            var talk = new RedisTalk(socket);
            String password = check.password();
            String user = check.user();
            if (password != null && user != null) {
                talk.ask("AUTH", user, password);
            } else if (password != null) {
                talk.ask("AUTH", password);
            }
            if (check.database() != 0) {
                talk.ask("SELECT", Integer.toString(check.database()));
            }
            return talk;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** @throws IOException when it does not answer, or is not ready to */
    void ping() throws IOException {
        String answer = ask("PING");
        if (!answer.equals("PONG")) {
            throw new IOException("to PING it says " + printable(answer));
        }
    }

    /** Of a list; 0: there is none. */
    long length(String key) throws IOException {
        String answer = ask("LLEN", key);
        try {
            return Long.parseLong(answer);
        } catch (NumberFormatException e) {
            throw new IOException("to LLEN it says " + printable(answer), e);
        }
    }

    /** @return a simple answer, without its mark */
    private String ask(String... words) throws IOException {
        var request = new ByteArrayOutputStream();
        write(request, "*" + words.length);
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            write(request, "$" + bytes.length);
            request.writeBytes(bytes);
            write(request, "");
        }
        socket.getOutputStream().write(request.toByteArray());
        String line = line();
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '-' -> throw new IOException(words[0] + " is refused: " + printable(refusal(words[0], line)));
            default -> throw new IOException("that is no Redis: it says " + printable(line));
        };
    }

    /** A server that knows no AUTH quotes what it was told, which is the password. */
    private static String refusal(String command, String line) {
        String words = line.substring(1);
        int space = words.indexOf(' ');
        return command.equals("AUTH") && space > 0 ? words.substring(0, space) : words;
    }

    private static void write(ByteArrayOutputStream to, String line) {
        to.writeBytes((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("it hung up");
            }
            if (line.length() >= LONGEST) {
                throw new IOException("that is no Redis: its line does not end");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static String printable(String text) {
        String safe = text.replaceAll("[^\\x20-\\x7e]", "?");
        return safe.length() <= 100 ? safe : safe.substring(0, 100);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
