package dev.holdfast.daemon;

import dev.holdfast.config.HealthSpec.Check;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks one TCP port or one URL once. Blocks its (virtual) thread for at most the timeout. */
final class NetworkProbe {
    /**
     * @param healthy whether the answer was the wanted one
     * @param detail one line for people: what was seen
     */
    record Answer(boolean healthy, String detail) {}

    private NetworkProbe() {}

    static Answer tcp(Check.Tcp check, Duration timeout) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(check.host(), check.port()), millis(timeout));
            return new Answer(true, "connected to " + check.host() + ":" + check.port());
        } catch (IOException e) {
            return new Answer(false, check.host() + ":" + check.port() + ": " + e.getMessage());
        }
    }

    /** The status line decides; the body is not read. Redirects are answers, not followed. */
    static Answer http(Check.Http check, Duration timeout) throws InterruptedException {
        // HttpURLConnection bounds each read, not the whole answer: a server that drips bytes must not hold us.
        Callable<Answer> ask = () -> askOnce(check, timeout);
        var answer = new FutureTask<>(ask);
        Thread asking = Thread.ofVirtual().name("http probe").start(answer);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            asking.interrupt();
            return new Answer(false, check.url() + ": no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Answer(false, check.url() + ": " + e.getCause());
        }
    }

    private static Answer askOnce(Check.Http check, Duration timeout) {
        HttpURLConnection connection = null;
        try {
            connection = (HttpURLConnection) check.url().toURL().openConnection();
            connection.setConnectTimeout(millis(timeout));
            connection.setReadTimeout(millis(timeout));
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setRequestProperty("User-Agent", "holdfast-health");
            connection.setRequestProperty("Connection", "close");
            int status = connection.getResponseCode();
            Integer expected = check.expectStatus();
            boolean healthy = expected != null ? status == expected : status >= 200 && status < 400;
            return new Answer(healthy, check.url() + ": status " + status);
        } catch (IOException e) {
            return new Answer(false, check.url() + ": " + e.getMessage());
        } finally {
            if (connection != null) {
                connection.disconnect();
            }
        }
    }

    private static int millis(Duration timeout) {
        return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }
}
