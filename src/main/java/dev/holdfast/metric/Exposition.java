package dev.holdfast.metric;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A sheet as the client library of Prometheus writes it. Loaded with the first scrape. */
final class Exposition {
    private static final String TOTAL = "_total";
    private static final String INFO = "_info";

    private Exposition() {}

    /** How it is written. */
    enum Format {
        TEXT(PrometheusTextFormatWriter.CONTENT_TYPE),
        OPEN_METRICS(OpenMetricsTextFormatWriter.CONTENT_TYPE);

        private final String type;

        Format(String type) {
            this.type = type;
        }

        String type() {
            return type;
        }
    }

    static void write(Sheet sheet, Format format, OutputStream to) throws IOException {
        ExpositionFormatWriter writer = switch (format) {
            case TEXT -> PrometheusTextFormatWriter.create();
            case OPEN_METRICS -> OpenMetricsTextFormatWriter.create();
        };
        MultiCollector collector = () -> snapshots(sheet);
        writer.write(to, collector.collect(), EscapingScheme.UNDERSCORE_ESCAPING);
    }

    private static MetricSnapshots snapshots(Sheet sheet) {
        var all = new ArrayList<MetricSnapshot>();
        sheet.all().forEach((family, points) -> all.add(snapshot(family, points)));
        return new MetricSnapshots(all);
    }

    private static MetricSnapshot snapshot(Family family, Map<List<String>, Object> points) {
        String name = family.written();
        if (name.endsWith(INFO)) {
            var meta = new MetricMetadata(cut(name, INFO), family.help());
            return new InfoSnapshot(
                    meta, each(family, points, (labels, _) -> new InfoSnapshot.InfoDataPointSnapshot(labels)));
        }
        return switch (family.kind()) {
            case COUNTER ->
                new CounterSnapshot(
                        new MetricMetadata(cut(name, TOTAL), family.help()),
                        each(family, points, (labels, v) -> new CounterDataPointSnapshot((Double) v, labels, null, 0)));
            case GAUGE ->
                new GaugeSnapshot(
                        new MetricMetadata(name, family.help()),
                        each(family, points, (labels, v) -> new GaugeDataPointSnapshot((Double) v, labels, null)));
            case HISTOGRAM ->
                new HistogramSnapshot(
                        new MetricMetadata(name, family.help()),
                        each(family, points, (labels, v) -> histogram((Buckets.Filled) v, labels)));
        };
    }

    private static String cut(String name, String end) {
        return name.substring(0, name.length() - end.length());
    }

    private static <T> List<T> each(
            Family family, Map<List<String>, Object> points, BiFunction<Labels, Object, T> point) {
        var all = new ArrayList<T>(points.size());
        points.forEach((values, v) -> all.add(point.apply(Labels.of(family.labels(), values), v)));
        return all;
    }

    private static HistogramDataPointSnapshot histogram(Buckets.Filled f, Labels labels) {
        var bounds = new ArrayList<>(f.bounds());
        bounds.add(Double.POSITIVE_INFINITY);
        return new HistogramDataPointSnapshot(ClassicHistogramBuckets.of(bounds, f.counts()), f.sum(), labels, null, 0);
    }
}
