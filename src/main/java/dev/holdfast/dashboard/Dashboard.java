package dev.holdfast.dashboard;

import dev.holdfast.api.Caller;
import dev.holdfast.api.Failure;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.api.ProblemDetails;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves the dashboard's own files, and nothing else: what they show they ask the API for, with the token of whoever looks.
 * So anybody may have them. A file is read when it is first asked for and kept as it is sent, compressed: all of them are
 * some 60 KiB.
 */
public final class Dashboard implements HttpHandler {
    /** All there is: a module's resources cannot be listed, and what is not named here cannot be asked for. */
    static final List<String> FILES = List.of(
            "index.html",
            "style.css",
            "theme.js",
            "icon.svg",
            "app.js",
            "api.js",
            "live.js",
            "format.js",
            "ui.js",
            "dialog.js",
            "chart.js",
            "log.js",
            "pages/overview.js",
            "pages/processes.js",
            "pages/process.js",
            "pages/schedules.js",
            "pages/schedule.js",
            "pages/timeline.js",
            "pages/queues.js",
            "pages/jobs.js",
            "pages/findings.js",
            "pages/report.js",
            "pages/guard.js",
            "pages/alerts.js",
            "pages/events.js",
            "vendor/htm-3.1.1.js",
            "vendor/htm-LICENSE",
            "vendor/preact-LICENSE",
            "vendor/uplot-1.6.32.js",
            "vendor/uplot-1.6.32.css",
            "vendor/uplot-LICENSE");

    /**
     * Nothing from elsewhere, nothing inline, no frame around it, and (Trusted Types) no text that is made into markup at
     * all: what programs print stays text whatever the pages' code does.
     */
    private static final String POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    /** @param packed by gzip */
    @SuppressWarnings("ArrayRecordComponent") // bytes to be sent, compared by nobody
    private record Page(String type, String tag, byte[] packed) {}

    @Override
    public HttpAnswer answer(HttpRequest request, Caller caller) {
        String path = request.path();
        String name = path.equals("/") ? "index.html" : path.startsWith("/") ? path.substring(1) : path;
        if (!FILES.contains(name) || path.equals("/index.html")) {
            return ProblemDetails.answer(404, "there is nothing at " + path);
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return ProblemDetails.answer(
                    405, new Failure("this can only be read", List.of()), Map.of("Allow", "GET, HEAD"));
        }
        return answer(request, name, pages.computeIfAbsent(name, Dashboard::read));
    }

    private static HttpAnswer answer(HttpRequest request, String name, Page page) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", page.type);
        headers.put("ETag", page.tag);
        headers.put("Vary", "Accept-Encoding");
        // A vendored file's name has its version, so it never changes; of all others the browser asks whether they
        // have.
        headers.put("Cache-Control", vendored(name) ? "public, max-age=31536000, immutable" : "no-cache");
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        if (known(request.header("if-none-match"), page.tag)) {
            return new HttpAnswer.Whole(304, headers, new byte[0], () -> {});
        }
        if (takesGzip(request.header("accept-encoding"))) {
            headers.put("Content-Encoding", "gzip");
            return new HttpAnswer.Whole(200, headers, page.packed, () -> {});
        }
        return new HttpAnswer.Whole(200, headers, unpacked(page.packed), () -> {});
    }

    private static boolean vendored(String name) {
        return name.startsWith("vendor/") && !name.endsWith("LICENSE");
    }

    /** RFC 9110, 13.1.2: weak comparison, so that a proxy's {@code W/} is no difference. */
    private static boolean known(@Nullable String tags, String tag) {
        return tags != null && (tags.strip().equals("*") || tags.contains(tag));
    }

    /** RFC 9110, 12.5.3, as far as anybody sends it: named, and not with {@code q=0}. */
    private static boolean takesGzip(@Nullable String accepted) {
        if (accepted == null) {
            return false;
        }
        for (String one : List.of(accepted.toLowerCase(Locale.ROOT).split(",", -1))) {
            String plain = one.replace(" ", "");
            if (plain.equals("gzip") || (plain.startsWith("gzip;q=") && !plain.matches("gzip;q=0(\\.0*)?"))) {
                return true;
            }
        }
        return false;
    }

    private static Page read(String name) {
        try (InputStream in = Dashboard.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the dashboard's file " + name + " is missing from this build");
            }
            byte[] bytes = in.readAllBytes();
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write(bytes);
            }
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Page(type(name), '"' + HexFormat.of().formatHex(hash, 0, 12) + '"', packed.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    private static byte[] unpacked(byte[] packed) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> "text/plain; charset=utf-8";
        };
    }
}
