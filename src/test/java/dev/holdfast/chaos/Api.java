package dev.holdfast.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The API over TCP, as somebody elsewhere asks it. Thread-safe.
 *
 * @param patience without a byte of the answer
 */
record Api(int port, String token, Duration patience) {
    /** What was answered. */
    record Answer(int status, String text) {}

    Answer get(String path) throws IOException {
        return exchange(path, null);
    }

    Answer post(String path, String body) throws IOException {
        return exchange(path, body);
    }

    private Answer exchange(String path, @Nullable String body) throws IOException {
        var asked = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        asked.setConnectTimeout((int) patience.toMillis());
        asked.setReadTimeout((int) patience.toMillis());
        asked.setRequestProperty("Authorization", "Bearer " + token);
        if (body != null) {
            asked.setDoOutput(true);
            asked.setRequestProperty("Content-Type", "application/json");
            try (OutputStream out = asked.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = asked.getResponseCode();
        try (InputStream in = status < 400 ? asked.getInputStream() : asked.getErrorStream()) {
            return new Answer(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
