package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metric.Exposition.Format;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written by hand says what the client library of Prometheus writes of the same figures. */
class ExpositionTest {
    private static final double[] VALUES = {
        0,
        1,
        -1,
        7,
        0.1,
        -0.25,
        1e-9,
        4711.5,
        1e6,
        12_345_678,
        6.7108864E7,
        1e14,
        999_999_999_999_999.0,
        1e15,
        1e300,
        1L << 53,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        Double.MAX_VALUE
    };
    private static final String[] NAMES = {
        "web",
        "",
        "a b",
        "with \"quotes\"",
        "back\\slash",
        "two\nlines",
        "Grüße",
        "日本",
        "\uD83D\uDE80 up",
        "x=\"1\",y",
        "{}"
    };

    private static Sheet everything() {
        var random = new Random(11);
        var sheet = new Sheet();
        for (Family f : Family.values()) {
            for (int i = 0; i < (f.labels().isEmpty() ? 1 : 30); i++) {
                String[] labels = new String[f.labels().size()];
                for (int l = 0; l < labels.length; l++) {
                    labels[l] = NAMES[random.nextInt(NAMES.length)] + (l == 0 ? i : "");
                }
                if (f.kind() == Family.Kind.HISTOGRAM) {
                    sheet.put(
                            f,
                            new Buckets.Filled(
                                    List.of(0.002, 1.0, 86_400.0),
                                    List.of((long) i, 0L, 3L, 1L << 40),
                                    random.nextDouble() * 1e4),
                            labels);
                } else if (f.written().endsWith("_info")) {
                    sheet.put(f, 1, labels);
                } else {
                    double v = VALUES[random.nextInt(VALUES.length)];
                    sheet.put(f, f.kind() == Family.Kind.COUNTER ? Math.abs(Double.isNaN(v) ? 3 : v) : v, labels);
                }
            }
        }
        return sheet;
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void saysWhatTheClientLibrarySays(Format format) throws IOException {
        Sheet sheet = everything();
        var ours = new ByteArrayOutputStream();
        Exposition.write(sheet, format, ours);
        var theirs = new ByteArrayOutputStream();
        var writer = format == Format.TEXT ? PrometheusTextFormatWriter.create() : OpenMetricsTextFormatWriter.create();
        writer.write(theirs, snapshots(sheet), EscapingScheme.UNDERSCORE_ESCAPING);
        String text = ours.toString(StandardCharsets.UTF_8);
        assertThat(said(text)).isEqualTo(said(theirs.toString(StandardCharsets.UTF_8)));
        assertThat(text.endsWith("\n# EOF\n")).isEqualTo(format == Format.OPEN_METRICS);
        assertThat(format.type()).isEqualTo(writer.getContentType());
        assertThat(text.length()).as("more than one piece").isGreaterThan(100_000);
    }

    /** By what stands before its value: the value. What is said of a metric, whole. */
    private static Map<String, String> said(String text) {
        return text.lines()
                .collect(Collectors.toMap(
                        line -> line.startsWith("#") ? line : line.substring(0, line.lastIndexOf(' ')),
                        line -> line.startsWith("#") ? "" : number(line.substring(line.lastIndexOf(' ') + 1))));
    }

    private static String number(String written) {
        return switch (written) {
            case "+Inf", "-Inf", "NaN" -> written;
            default -> Double.toString(Double.parseDouble(written) + 0.0);
        };
    }

    private static MetricSnapshots snapshots(Sheet sheet) {
        var all = new ArrayList<MetricSnapshot>();
        sheet.all().forEach((f, points) -> all.add(snapshot(f, points)));
        return new MetricSnapshots(all);
    }

    private static MetricSnapshot snapshot(Family f, Points points) {
        String name = f.written();
        if (name.endsWith("_info")) {
            return new InfoSnapshot(
                    new MetricMetadata(name.replaceFirst("_info$", ""), f.help()),
                    each(f, points, (labels, _) -> new InfoDataPointSnapshot(labels)));
        }
        return switch (f.kind()) {
            case COUNTER ->
                new CounterSnapshot(
                        new MetricMetadata(name.replaceFirst("_total$", ""), f.help()),
                        each(f, points, (l, i) -> new CounterDataPointSnapshot(points.value(i), l, null, 0)));
            case GAUGE ->
                new GaugeSnapshot(
                        new MetricMetadata(name, f.help()),
                        each(f, points, (l, i) -> new GaugeDataPointSnapshot(points.value(i), l, null)));
            case HISTOGRAM ->
                new HistogramSnapshot(new MetricMetadata(name, f.help()), each(f, points, (l, i) -> {
                    Buckets.Filled b = points.filled(i);
                    var bounds = new ArrayList<>(b.bounds());
                    bounds.add(Double.POSITIVE_INFINITY);
                    return new HistogramDataPointSnapshot(
                            ClassicHistogramBuckets.of(bounds, b.counts()), b.sum(), l, null, 0);
                }));
        };
    }

    private static <T> List<T> each(Family f, Points points, BiFunction<Labels, Integer, T> point) {
        var all = new ArrayList<T>();
        for (int i = 0; i < points.size(); i++) {
            all.add(point.apply(Labels.of(f.labels(), points.labels(i)), i));
        }
        return all;
    }
}
