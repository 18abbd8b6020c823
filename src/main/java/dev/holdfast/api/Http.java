package dev.holdfast.api;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** As much of HTTP/1.1 (RFC 9112) as a local client needs, bounded. */
final class Http {
    private static final int MAX_HEAD = 16 << 10;
    private static final int MAX_BODY = 1 << 20;
    /** The JDK keeps for each thread native memory of as much as it ever sent at once. */
    private static final int PIECE = 16 << 10;

    private Http() {}

    /** A request, and whether the client wants no other answer on this connection. */
    record Asked(HttpRequest request, boolean last) {}

    /**
     * So much more of a body is to be kept.
     *
     * @param length of all of it
     * @param first none of it is kept yet
     */
    record More(int length, int bytes, boolean first) {}

    /** Has room for a request's body, or not: for what is announced and does not come no room is held. */
    interface Room {
        /** @throws Bad when it may not be sent, or there is too much for now */
        void take(More more) throws Bad;
    }

    /** What a connection brings, as it is read. */
    static InputStream requests(SocketChannel connection) {
        return new BufferedInputStream(Channels.newInputStream(connection));
    }

    /** @param mostMillis as of {@link HttpRequest} */
    static Asked read(InputStream in, long mostMillis, Room room) throws IOException {
        int[] left = {MAX_HEAD};
        String[] request = line(in, left).split(" ", -1);
        if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
            throw new Bad(400, "this is no HTTP request");
        }
        var headers = new HashMap<String, String>();
        for (String header = line(in, left); !header.isEmpty(); header = line(in, left)) {
            int end = header.indexOf(':');
            if (end <= 0) {
                throw new Bad(400, "a header has a name, and a colon behind it");
            }
            headers.merge(
                    header.substring(0, end).strip().toLowerCase(Locale.ROOT),
                    header.substring(end + 1).strip(),
                    (one, other) -> one + ", " + other);
        }
        if (headers.containsKey("transfer-encoding")) {
            throw new Bad(411, "send Content-Length, not chunks");
        }
        int length = length(headers.getOrDefault("content-length", "0"));
        // Who asks by hand reads to the end.
        boolean last = !"keep-alive".equalsIgnoreCase(headers.get("connection"));
        String text = length == 0 ? "" : new String(body(in, length, room), StandardCharsets.UTF_8);
        return new Asked(new HttpRequest(request[0], request[1], headers, text, mostMillis), last);
    }

    /** Grows as it comes. */
    private static byte[] body(InputStream in, int length, Room room) throws IOException {
        byte[] body = {};
        for (int there = 0; there < length; ) {
            int size = Math.min(length, Math.max(PIECE, 2 * there));
            room.take(new More(length, size - there, there == 0));
            body = Arrays.copyOf(body, size);
            there += in.readNBytes(body, there, size - there);
            if (there < size) {
                throw new EOFException("the request ends early");
            }
        }
        return body;
    }

    /** Closed with something unread, a Unix socket resets the other side before it has read our answer. */
    static void hearOut(SocketChannel connection) throws IOException {
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

    /** @param body null: it comes by and by, and the connection's end is its own */
    static void write(SocketChannel connection, HttpAnswer answer, byte @Nullable [] body, boolean last)
            throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + answer.status() + " " + reason(answer.status()) + "\r\n");
        answer.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        if (body != null && answer.status() != 304) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("Connection: ").append(last ? "close" : "keep-alive").append("\r\n\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.UTF_8);
        int beside = body == null ? 0 : Math.min(body.length, PIECE); // most answers are sent at once
        ByteBuffer out = ByteBuffer.allocate(first.length + beside).put(first);
        if (body == null) {
            write(connection, out.flip());
        } else {
            write(connection, out.put(body, 0, beside).flip());
            write(connection, ByteBuffer.wrap(body, beside, body.length - beside));
        }
    }

    static void write(SocketChannel connection, ByteBuffer out) throws IOException {
        for (int end = out.limit(); out.position() < end; ) {
            out.limit(Math.min(end, out.position() + PIECE));
            while (out.hasRemaining()) {
                connection.write(out);
            }
            out.limit(end);
        }
    }

    /** Of a status (RFC 9110, 15). */
    static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 304 -> "Not Modified";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 411 -> "Length Required";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
