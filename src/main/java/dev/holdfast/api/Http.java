package dev.holdfast.api;

import io.avaje.jsonb.Jsonb;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** As much of HTTP/1.1 (RFC 9112) as a local client needs: one request a connection, bounded. */
final class Http {
    private static final Jsonb JSON = Jsonb.builder().build();
    private static final int MAX_HEAD = 16 << 10;
    private static final int MAX_BODY = 1 << 20;

    private Http() {}

    /** A request that is none. */
    static final class Bad extends IOException {
        private static final long serialVersionUID = 1L;

        final int status;

        Bad(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    /** Answers one request. */
    @FunctionalInterface
    interface Answerer {
        Object answer(String method, String target, String body) throws ControlPort.Refused, Bad;
    }

    static void serve(SocketChannel connection, Answerer answerer) throws IOException {
        int status = 200;
        Object answer;
        try {
            InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
            int[] left = {MAX_HEAD};
            String[] request = line(in, left).split(" ", -1);
            if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
                throw new Bad(400, "this is no HTTP request");
            }
            int length = 0;
            for (String header = line(in, left); !header.isEmpty(); header = line(in, left)) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = length(lower.substring("content-length:".length()).strip());
                } else if (lower.startsWith("transfer-encoding:")) {
                    throw new Bad(411, "send Content-Length, not chunks");
                }
            }
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("the request ends early");
            }
            answer = answerer.answer(request[0], request[1], new String(body, StandardCharsets.UTF_8));
        } catch (Bad e) {
            status = e.status;
            answer = new Failure(String.valueOf(e.getMessage()), List.of());
        } catch (ControlPort.Refused e) {
            status = e.status();
            answer = e.failure();
        }
        write(connection, status, JSON.toJson(answer));
        if (status >= 400) {
            hearOut(connection);
        }
    }

    /** Closed with something unread, a Unix socket resets the other side before it has read our answer. */
    private static void hearOut(SocketChannel connection) throws IOException {
        connection.shutdownOutput();
        ByteBuffer unread = ByteBuffer.allocate(MAX_HEAD);
        for (int heard = 0; heard < 2 * MAX_BODY; ) {
            int n = connection.read(unread.clear());
            if (n < 0) {
                return;
            }
            heard += n;
        }
    }

    private static int length(String text) throws Bad {
        if (!text.matches("\\d{1,9}")) {
            throw new Bad(400, "Content-Length is no number");
        }
        int length = Integer.parseInt(text);
        if (length > MAX_BODY) {
            throw new Bad(413, "a request has at most 1 MiB");
        }
        return length;
    }

    private static String line(InputStream in, int[] left) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the request ends early");
            }
            if (--left[0] <= 0) {
                throw new Bad(431, "a request's head has at most 16 KiB");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void write(SocketChannel connection, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " " + reason(status)
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                + "\r\nConnection: close\r\n\r\n";
        ByteBuffer out = ByteBuffer.allocate(head.length() + body.length);
        out.put(head.getBytes(StandardCharsets.US_ASCII)).put(body).flip();
        while (out.hasRemaining()) {
            connection.write(out);
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 411 -> "Length Required";
            case 413 -> "Content Too Large";
            case 422 -> "Unprocessable Content";
            case 431 -> "Request Header Fields Too Large";
            default -> "Error";
        };
    }
}
