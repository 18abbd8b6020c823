package dev.holdfast.daemon;

import dev.holdfast.linux.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Heartbeats and webhooks: asked once each, answers not awaited by anybody, so many at once. Thread-safe. */
final class Outbound {
    private static final int AT_ONCE = 64;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Consumer<String> say;

    /** @param say gets what could not be told, on any thread */
    Outbound(Consumer<String> say) {
        this.say = say;
    }

    /** @param json null: a GET; else a POST of it */
    void tell(URI url, @Nullable String json) {
        if (!free.tryAcquire()) {
            say.accept(url.getHost() + " is not told: " + AT_ONCE + " others are still being told");
            return;
        }
        try {
            Threads.start(Thread.ofVirtual().name("outbound").unstarted(() -> attempt(url, json)));
        } catch (IOException noMoreThreads) {
            free.release();
            say.accept(url.getHost() + " is not told: " + noMoreThreads.getMessage());
        }
    }

    private void attempt(URI url, @Nullable String json) {
        try {
            send(url, json);
        } catch (IOException | RuntimeException e) {
            say.accept(url.getHost() + " could not be told: " + e.getMessage());
        } finally {
            free.release();
        }
    }

    /** @throws IOException when it was not told, in words */
    static void send(URI url, @Nullable String json) throws IOException {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        if (json != null) {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            try (OutputStream out = connection.getOutputStream()) {
                out.write(json.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : InputStream.nullInputStream()) {
            in.skip(4096);
        }
        connection.disconnect();
        if (status >= 400) {
            throw new IOException("it answers " + status);
        }
    }
}
