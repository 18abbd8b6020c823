package dev.holdfast.metric;

import dev.holdfast.api.Caller;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.api.Scope;
import dev.holdfast.metric.Exposition.Format;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers scrapes: in OpenMetrics 1.0 to who prefers it by Accept, in the text format 0.0.4 of Prometheus to all others;
 * compressed to who takes gzip. Who asks within a second of another gets the same figures, so that a flood of scrapes
 * looks at the processes once a second. Thread-safe.
 */
public final class Metrics implements HttpHandler {
    private static final Duration SHARED = Duration.ofSeconds(1);
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final Sheet.Source figures;
    private final Supplier<MonoTime> clock;
    private MonoTime gathered = new MonoTime(0);
    private @Nullable Sheet last;

    /** @param figures gathers them; called by one thread at a time */
    public Metrics(Sheet.Source figures, Supplier<MonoTime> clock) {
        this.figures = figures;
        this.clock = clock;
    }

    @Override
    public HttpAnswer answer(HttpRequest request, Caller caller) {
        if (!caller.may(Scope.READ)) {
            return problem(403, "Forbidden", "metrics want the scope read", Map.of());
        }
        if (!request.method().equals("GET")) {
            return problem(405, "Method Not Allowed", "metrics are only read", Map.of("Allow", "GET"));
        }
        Format format = format(request.header("accept"));
        boolean packed = takesGzip(request.header("accept-encoding"));
        var headers = new HashMap<String, String>();
        headers.put("Content-Type", format.type());
        headers.put("Vary", "Accept, Accept-Encoding");
        if (packed) {
            headers.put("Content-Encoding", "gzip");
        }
        Sheet sheet = sheet();
        return new HttpAnswer.Flow(200, headers, to -> write(sheet, format, packed, to));
    }

    private static HttpAnswer problem(int status, String title, String detail, Map<String, String> more) {
        var headers = new HashMap<>(more);
        headers.put("Content-Type", "application/problem+json");
        String body = "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + ",\"detail\":\""
                + detail + "\"}";
        return new HttpAnswer.Whole(status, headers, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), () -> {});
    }

    /** The figures as they are, or were within the last second. */
    public synchronized Sheet sheet() {
        MonoTime now = clock.get();
        Sheet sheet = last;
        if (sheet == null || now.since(gathered).compareTo(SHARED) >= 0) {
            var fresh = new Sheet();
            fresh.gather(figures);
            fresh.put(Family.OMITTED, fresh.omitted());
            fresh.put(Family.SCRAPE_SECONDS, clock.get().since(now).toNanos() / 1e9);
            gathered = now;
            sheet = fresh;
            last = fresh;
        }
        return sheet;
    }

    private static void write(Sheet sheet, Format format, boolean packed, OutputStream to) throws IOException {
        if (packed) {
            try (var small = new Quick(to)) {
                Exposition.write(sheet, format, small);
            }
        } else {
            Exposition.write(sheet, format, to);
        }
    }

    /** Gives up what nobody gets any more; of many processes it is some megabytes. */
    public synchronized void tidy() {
        if (clock.get().since(gathered).compareTo(SHARED) >= 0) {
            last = null;
        }
    }

    /** As little processor time as there is: figures repeat themselves, so much is gained at once. */
    private static final class Quick extends GZIPOutputStream {
        Quick(OutputStream to) throws IOException {
            super(to, 8 << 10);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    static Format format(@Nullable String accept) {
        double open = quality(accept, OPEN_METRICS);
        double text = Math.max(quality(accept, "text/plain"), quality(accept, "text/*"));
        return open > 0 && open >= text ? Format.OPEN_METRICS : Format.TEXT;
    }

    static boolean takesGzip(@Nullable String accepted) {
        return quality(accepted, "gzip") > 0;
    }

    /** The best that is said of {@code what} (RFC 9110, 12.4.2); 0: nothing. */
    private static double quality(@Nullable String list, String what) {
        double best = 0;
        for (String item :
                list == null ? new String[0] : list.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = item.split(";", -1);
            if (parts[0].strip().equals(what)) {
                double q = 1;
                for (String p : parts) {
                    String parameter = p.strip();
                    if (parameter.matches("q=[01](\\.\\d{0,3})?")) {
                        q = Double.parseDouble(parameter.substring(2));
                    }
                }
                best = Math.max(best, q);
            }
        }
        return best;
    }
}
