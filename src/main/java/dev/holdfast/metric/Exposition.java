package dev.holdfast.metric;

import dev.holdfast.metric.Family.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A sheet as Prometheus reads it: its text format 0.0.4, and OpenMetrics 1.0. Written by hand and piece by piece, since
 * the client library makes several objects of each point and holds them all, ten megabytes of a thousand processes; a test
 * compares what both write.
 */
final class Exposition {
    private static final String TOTAL = "_total";
    private static final String INFO = "_info";
    private static final int PIECE = 16 << 10;
    /** What is whole and smaller is written with all its digits and nothing else. */
    private static final double EXACT = 1e15;

    private final OutputStream to;
    private final Format format;
    private final byte[] piece = new byte[PIECE];
    private int length;

    /** How it is written. */
    enum Format {
        TEXT("text/plain; version=0.0.4; charset=utf-8"),
        OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

        private final String type;

        Format(String type) {
            this.type = type;
        }

        String type() {
            return type;
        }
    }

    private Exposition(OutputStream to, Format format) {
        this.to = to;
        this.format = format;
    }

    static void write(Sheet sheet, Format format, OutputStream to) throws IOException {
        var e = new Exposition(to, format);
        for (var of : sheet.all().entrySet()) {
            e.family(of.getKey(), of.getValue());
        }
        if (format == Format.OPEN_METRICS) {
            e.ascii("# EOF\n");
        }
        e.flush();
    }

    private void family(Family f, Points points) throws IOException {
        boolean open = format == Format.OPEN_METRICS;
        String name = f.written();
        boolean info = name.endsWith(INFO);
        String stem = !open ? name : info ? cut(name, INFO) : f.kind() == Kind.COUNTER ? cut(name, TOTAL) : name;
        String kind = info
                ? open ? "info" : "gauge"
                : switch (f.kind()) {
                    case COUNTER -> "counter";
                    case GAUGE -> "gauge";
                    case HISTOGRAM -> "histogram";
                };
        if (!open) {
            help(stem, f);
        }
        ascii("# TYPE ");
        ascii(stem);
        ascii(" ");
        ascii(kind);
        ascii("\n");
        if (open) {
            help(stem, f);
        }
        int[] order = IntStream.range(0, f.labels().size())
                .boxed()
                .sorted(Comparator.comparing(f.labels()::get))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i = 0; i < points.size(); i++) {
            if (f.kind() == Kind.HISTOGRAM) {
                histogram(f, order, points.labels(i), points.filled(i));
            } else {
                ascii(name);
                labels(f, order, points.labels(i), "");
                value(points.value(i));
            }
        }
    }

    private static String cut(String name, String end) {
        return name.substring(0, name.length() - end.length());
    }

    private void help(String name, Family f) throws IOException {
        ascii("# HELP ");
        ascii(name);
        ascii(" ");
        escaped(f.help(), format == Format.OPEN_METRICS);
        ascii("\n");
    }

    private void histogram(Family f, int[] order, List<String> labels, Buckets.Filled of) throws IOException {
        long count = 0;
        for (int i = 0; i < of.counts().size(); i++) {
            count += of.counts().get(i);
            ascii(f.written());
            ascii("_bucket");
            labels(
                    f,
                    order,
                    labels,
                    i < of.bounds().size() ? Double.toString(of.bounds().get(i)) : "+Inf");
            value((double) count);
        }
        ascii(f.written());
        ascii("_count");
        labels(f, order, labels, "");
        value((double) count);
        ascii(f.written());
        ascii("_sum");
        labels(f, order, labels, "");
        value(of.sum());
    }

    /** @param within the bucket's bound; empty: it is none */
    private void labels(Family f, int[] order, List<String> values, String within) throws IOException {
        if (order.length == 0 && within.isEmpty()) {
            return;
        }
        String before = "{";
        for (int i : order) {
            ascii(before);
            ascii(f.labels().get(i));
            ascii("=\"");
            escaped(values.get(i), true);
            ascii("\"");
            before = ",";
        }
        if (!within.isEmpty()) {
            ascii(before);
            ascii("le=\"");
            ascii(within);
            ascii("\"");
        }
        ascii("}");
    }

    /** Ends the line. */
    private void value(double v) throws IOException {
        ascii(" ");
        if (v == Math.rint(v) && Math.abs(v) < EXACT) {
            digits((long) v);
        } else if (Double.isInfinite(v)) {
            ascii(v > 0 ? "+Inf" : "-Inf");
        } else {
            ascii(Double.toString(v)); // NaN as they want it, too
        }
        ascii("\n");
    }

    private void digits(long whole) throws IOException {
        if (whole < 0) {
            ascii("-");
        }
        long left = Math.abs(whole);
        long unit = 1;
        while (left / unit >= 10) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            octet('0' + (int) (left / unit % 10));
        }
    }

    private void escaped(String text, boolean quotes) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                int end = Character.isHighSurrogate(c) && i + 1 < text.length() ? i + 2 : i + 1;
                for (byte b : text.substring(i, end).getBytes(StandardCharsets.UTF_8)) {
                    octet(b);
                }
                i = end - 1;
            } else if (c == '\n') {
                ascii("\\n");
            } else if (c == '\\' || (c == '"' && quotes)) {
                octet('\\');
                octet(c);
            } else {
                octet(c);
            }
        }
    }

    private void ascii(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            octet(text.charAt(i));
        }
    }

    private void octet(int b) throws IOException {
        if (length == PIECE) {
            flush();
        }
        piece[length++] = (byte) b;
    }

    private void flush() throws IOException {
        to.write(piece, 0, length);
        length = 0;
    }
}
