package dev.holdfast.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An answer of HTTP/1.1 (RFC 9112) as it comes: strict, and bounded in head and body. One thread's. */
final class HttpText {
    private static final int MOST_HEAD = 16 << 10;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-5]\\d\\d)( [^\\r\\n]*)?");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");

    private final ByteArrayOutputStream come = new ByteArrayOutputStream();
    private @Nullable Head head;

    private record Head(int status, @Nullable String retryAfter, int end, int length) {}

    static byte[] request(Transport.Ask ask) {
        byte[] body = ask.body() == null ? new byte[0] : ask.body().getBytes(StandardCharsets.UTF_8);
        String head = ask.method() + " " + ask.path() + " HTTP/1.1\r\nHost: holdfast\r\nAccept: application/json\r\n"
                + (ask.body() == null
                        ? ""
                        : "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n")
                + "Connection: close\r\n\r\n";
        var all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        return all.toByteArray();
    }

    /**
     * @param bytes that came
     * @return the answer, once it is whole; else null
     * @throws IOException when it is none, or too long
     */
    Transport.@Nullable Answer more(byte[] bytes, int length) throws IOException {
        int seen = Math.max(0, come.size() - 3);
        come.write(bytes, 0, length);
        byte[] all = head == null || come.size() >= head.end + head.length ? come.toByteArray() : null;
        if (head == null && all != null) {
            int end = end(all, seen);
            if (end < 0 ? all.length > MOST_HEAD : end > MOST_HEAD) {
                throw new IOException("the answer's head is longer than " + MOST_HEAD + " bytes");
            }
            head = end < 0 ? null : parsed(new String(all, 0, end - 4, StandardCharsets.ISO_8859_1), end);
        }
        Head known = head;
        if (known == null || all == null || all.length < known.end + known.length) {
            return null;
        }
        return new Transport.Answer(
                known.status,
                Transport.later(known.retryAfter),
                new String(all, known.end, known.length, StandardCharsets.UTF_8));
    }

    private static int end(byte[] all, int from) {
        for (int i = from; i + 3 < all.length; i++) {
            if (all[i] == '\r' && all[i + 1] == '\n' && all[i + 2] == '\r' && all[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private static Head parsed(String text, int end) throws IOException {
        String[] lines = text.split("\r\n", -1);
        var status = STATUS.matcher(lines[0]);
        if (!status.matches()) {
            throw new IOException(
                    "this is no answer of HTTP/1.1: " + lines[0].substring(0, Math.min(60, lines[0].length())));
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            var header = HEADER.matcher(lines[i]);
            if (!header.matches() || lines[i].indexOf('\n') >= 0) {
                throw new IOException("the answer's header " + i + " is none");
            }
            String before = headers.put(header.group(1).toLowerCase(Locale.ROOT), header.group(2));
            if (before != null && header.group(1).equalsIgnoreCase("Content-Length")) {
                throw new IOException("the answer has two lengths");
            }
        }
        if (headers.containsKey("transfer-encoding")) {
            throw new IOException("the answer comes in pieces, which was not asked for");
        }
        String length = headers.getOrDefault("content-length", "");
        if (!length.matches("\\d{1,8}") || Integer.parseInt(length) > Transport.MOST_BODY) {
            throw new IOException("the answer's length is not one of at most " + Transport.MOST_BODY + ": " + length);
        }
        return new Head(Integer.parseInt(status.group(1)), headers.get("retry-after"), end, Integer.parseInt(length));
    }
}
