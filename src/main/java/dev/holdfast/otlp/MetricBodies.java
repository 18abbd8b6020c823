package dev.holdfast.otlp;

import dev.holdfast.metric.Buckets;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Points;
import dev.holdfast.metric.Sheet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A sheet as ExportMetricsServiceRequests (opentelemetry/proto/metrics/v1/metrics.proto): one after the other as they are
 * asked for, {@value #MOST} data points in each, so that thousands of processes neither weigh on the heap nor pass what a
 * collector takes at once. Names are those of {@code /metrics}, so that rules and dashboards hold for both.
 */
final class MetricBodies implements Iterator<MetricBodies.Body> {
    static final int MOST = 5000;

    private static final int NAME = 1;
    private static final int DESCRIPTION = 2;
    private static final int UNIT = 3;
    private static final int GAUGE = 5;
    private static final int SUM = 7;
    private static final int HISTOGRAM = 9;
    private static final int POINTS = 1;
    private static final int TEMPORALITY = 2;
    private static final int CUMULATIVE = 2;
    private static final int MONOTONIC = 3;
    private static final int START = 2;
    private static final int TIME = 3;
    private static final int AS_DOUBLE = 4;
    private static final int ATTRIBUTES = 7;
    private static final int COUNT = 4;
    private static final int TOTAL = 5;
    private static final int COUNTS = 6;
    private static final int BOUNDS = 7;
    private static final int HISTOGRAM_ATTRIBUTES = 9;

    /** @param points data points in it */
    @SuppressWarnings("ArrayRecordComponent") // sent, compared by nobody
    record Body(byte[] bytes, int points) {}

    /** Some of a family: from one, to before another. */
    private record Part(Family family, Points points, int from, int to) {}

    private final Origin origin;
    private final Epochs epochs;
    private final Instant at;
    private final List<List<Part>> parts;
    private int next;

    MetricBodies(Sheet sheet, Origin origin, Epochs epochs, Instant at) {
        this.origin = origin;
        this.epochs = epochs;
        this.at = at;
        this.parts = parts(sheet);
    }

    private static List<List<Part>> parts(Sheet sheet) {
        var all = new ArrayList<List<Part>>();
        var part = new ArrayList<Part>();
        int room = MOST;
        for (var e : sheet.all().entrySet()) {
            Points points = e.getValue();
            for (int from = 0; from < points.size(); ) {
                int to = Math.min(points.size(), from + room);
                part.add(new Part(e.getKey(), points, from, to));
                room -= to - from;
                from = to;
                if (room == 0) {
                    all.add(part);
                    part = new ArrayList<>();
                    room = MOST;
                }
            }
        }
        if (!part.isEmpty()) {
            all.add(part);
        }
        return all;
    }

    @Override
    public boolean hasNext() {
        return next < parts.size();
    }

    @Override
    public Body next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Part> part = parts.get(next++);
        Protobuf scope = origin.scope();
        int points = 0;
        for (Part p : part) {
            scope.message(2, metric(p));
            points += p.to - p.from;
        }
        return new Body(new Protobuf().message(1, origin.around(scope)).toBytes(), points);
    }

    private Protobuf metric(Part p) {
        Family f = p.family;
        var data = new Protobuf();
        for (int i = p.from; i < p.to; i++) {
            data.message(POINTS, point(f, p.points, i));
        }
        switch (f.kind()) {
            case GAUGE -> {}
            case COUNTER -> data.number(TEMPORALITY, CUMULATIVE).number(MONOTONIC, 1);
            case HISTOGRAM -> data.number(TEMPORALITY, CUMULATIVE);
        }
        int kind = switch (f.kind()) {
            case GAUGE -> GAUGE;
            case COUNTER -> SUM;
            case HISTOGRAM -> HISTOGRAM;
        };
        return new Protobuf()
                .text(NAME, f.written())
                .text(DESCRIPTION, f.help())
                .text(UNIT, unit(f))
                .message(kind, data);
    }

    private Protobuf point(Family f, Points points, int i) {
        List<String> labels = points.labels(i);
        var of = new Protobuf();
        if (f.kind() != Family.Kind.GAUGE) {
            of.fixed(START, SpanBody.nanos(earlier(epochs.of(f))));
        }
        of.fixed(TIME, SpanBody.nanos(at));
        if (f.kind() == Family.Kind.HISTOGRAM) {
            Buckets.Filled b = points.filled(i);
            long count = b.counts().stream().mapToLong(Long::longValue).sum();
            of.oneOfFixed(COUNT, count)
                    .oneOfDouble(TOTAL, b.sum())
                    .packedFixed(COUNTS, b.counts())
                    .packedDoubles(BOUNDS, b.bounds());
            attributes(of, HISTOGRAM_ATTRIBUTES, f, labels);
        } else {
            of.oneOfDouble(AS_DOUBLE, points.value(i));
            attributes(of, ATTRIBUTES, f, labels);
        }
        return of;
    }

    /** A clock that was set back would have counters begin in the future. */
    private Instant earlier(Instant start) {
        return start.isBefore(at) ? start : at;
    }

    private static void attributes(Protobuf to, int field, Family f, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            Origin.attribute(to, field, f.labels().get(i), values.get(i));
        }
    }

    /**
     * As UCUM has it (unitsofmeasure.org), where names say the same: who turns it into Prometheus' form adds no suffix
     * then. Of flags and ratios none, since of a gauge with unit 1 the name would end in {@code _ratio} there.
     */
    static String unit(Family f) {
        return switch (f.unit()) {
            case "bytes" -> "By";
            case "seconds", "seconds since 1970" -> "s";
            default -> f.unit().matches("[a-z]+") ? "{" + f.unit() + "}" : "";
        };
    }
}
