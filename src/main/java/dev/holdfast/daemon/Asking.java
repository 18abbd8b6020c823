package dev.holdfast.daemon;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.holdfast.config.ProbeSpec.Check;
import dev.holdfast.loop.Loop;
import dev.holdfast.probe.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/** Asks what a probe asks, once. Blocks its thread; whoever waits bounds the whole, here each step is bounded. */
final class Asking {
    private static final int MOST_BODY = 256 << 10;
    private static final double NANOS = 1e9;
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(?:\\.\\d+)?");

    private Asking() {}

    static Sample tcp(Check.Tcp check, Duration timeout) {
        long begun = System.nanoTime();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(check.host(), check.port()), millis(timeout));
            return new Sample(
                    true, "connected to " + check.host() + ":" + check.port(), Map.of("latency", since(begun)));
        } catch (IOException e) {
            return Sample.down(check.host() + ":" + check.port() + ": " + e.getMessage());
        }
    }

    static Sample redis(Check.Redis check, Duration timeout) {
        long begun = System.nanoTime();
        try (RedisTalk talk = RedisTalk.open(check, millis(timeout))) {
            talk.ping();
            var values = new HashMap<String, Double>();
            values.put("latency", since(begun));
            String list = check.list();
            if (list == null) {
                return new Sample(true, "it answers PING", values);
            }
            long length = talk.length(list);
            values.put("length", (double) length);
            return new Sample(true, list + " has " + length, values);
        } catch (IOException e) {
            return Sample.down(check.host() + ":" + check.port() + ": " + e.getMessage());
        }
    }

    static Sample file(Check.File check, Instant now) {
        String path = check.path();
        try {
            BasicFileAttributes a = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
            double age = Duration.between(a.lastModifiedTime().toInstant(), now).toNanos() / NANOS;
            return new Sample(
                    true,
                    "it is there",
                    a.isRegularFile()
                            ? Map.of("age", Math.max(0, age), "size", (double) a.size())
                            : Map.of("age", Math.max(0, age)));
        } catch (NoSuchFileException e) {
            return Sample.down(path + " is not there");
        } catch (IOException | java.nio.file.InvalidPathException e) { // the latter: a letter that the locale has not
            return Sample.down(path + ": " + e.getMessage());
        }
    }

    /** @param numbered whether somebody wants the number */
    static Sample exec(Check.Exec check, Errands.Ended ended, Duration took, boolean numbered) {
        Integer exit = ended.exit();
        String line =
                ended.lastLines().isEmpty() ? "" : ": " + ended.lastLines().getLast();
        if (exit == null || !check.exitCodes().contains(exit)) {
            return Sample.down(ended.words() + line);
        }
        var values = new HashMap<String, Double>();
        values.put("latency", took.toNanos() / NANOS);
        Optional<Double> number = number(check.value(), ended.output());
        if (number.isEmpty() && numbered) {
            return Sample.down("there is no number in its output" + line);
        }
        number.ifPresent(n -> values.put("value", n));
        return new Sample(true, ended.words() + line, values);
    }

    private static Optional<Double> number(@Nullable String pattern, String output) {
        Matcher m = (pattern == null ? NUMBER : Pattern.compile(pattern)).matcher(output);
        if (!m.find()) {
            return Optional.empty();
        }
        String text = pattern == null ? m.group() : m.group(1);
        try {
            double n = Double.parseDouble(String.valueOf(text).strip());
            return Double.isFinite(n) ? Optional.of(n) : Optional.empty();
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** Redirects are answers, not followed. */
    static Sample http(Check.Http check, Duration timeout) {
        var values = new HashMap<String, Double>();
        Certificates certificates = null;
        HttpURLConnection connection = null;
        long begun = System.nanoTime();
        try {
            connection = (HttpURLConnection) check.url().toURL().openConnection();
            if (connection instanceof HttpsURLConnection secure) {
                certificates = Certificates.of(check.ca(), check.verify());
                certificates.into(secure);
            }
            connection.setConnectTimeout(millis(timeout));
            connection.setReadTimeout(millis(timeout));
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setRequestProperty("User-Agent", "holdfast-probe");
            connection.setRequestProperty("Connection", "close");
            check.headers().forEach(connection::setRequestProperty);
            return answer(check, connection, begun, values, certificates);
        } catch (SocketTimeoutException e) { // the same words, whoever notices first
            validity(certificates, values);
            return new Sample(false, "no answer within " + timeout.toMillis() + " ms", values);
        } catch (IOException | GeneralSecurityException e) {
            validity(certificates, values);
            Throwable cause = e.getCause() instanceof GeneralSecurityException ? e.getCause() : e;
            return new Sample(false, check.words() + ": " + cause.getMessage(), values);
        } finally {
            if (connection != null) {
                connection.disconnect();
            }
        }
    }

    private static Sample answer(
            Check.Http check,
            HttpURLConnection connection,
            long begun,
            Map<String, Double> values,
            @Nullable Certificates certificates)
            throws IOException {
        int status = connection.getResponseCode();
        validity(certificates, values);
        Integer expected = check.expectStatus();
        boolean up = expected != null ? status == expected : status >= 200 && status < 400;
        String detail = "status " + status;
        String pattern = check.body();
        if (pattern != null && up) {
            up = Pattern.compile(pattern).matcher(body(connection)).find();
            detail += up ? "" : ", and the answer has nothing that matches " + pattern;
        }
        if (up) {
            values.put("latency", since(begun));
        } else if (expected != null && status != expected) {
            detail += ", not " + expected;
        }
        return new Sample(up, detail, values);
    }

    private static String body(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return in == null ? "" : new String(in.readNBytes(MOST_BODY), StandardCharsets.UTF_8);
        }
    }

    private static void validity(@Nullable Certificates certificates, Map<String, Double> values) {
        Instant until = certificates == null ? null : certificates.until();
        if (until != null) {
            values.put("certificate", (double)
                    Duration.between(Loop.now().wall(), until).toSeconds());
        }
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / NANOS;
    }

    private static int millis(Duration timeout) {
        return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }
}
