package dev.holdfast.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.holdfast.metric.Buckets;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is sent, as OpenTelemetry's own definitions read it. */
class BodiesTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.000000006Z");
    private static final Epochs EPOCHS =
            new Epochs(AT.minusSeconds(10), AT.minusSeconds(1000), AT.minusSeconds(100_000));
    private static final Origin ORIGIN = Origin.of("1.2", "box", Map.of("service.name", "hold", "zone", "ä"));

    private static List<ExportMetricsServiceRequest> read(Sheet sheet) throws InvalidProtocolBufferException {
        var all = new ArrayList<ExportMetricsServiceRequest>();
        var bodies = new MetricBodies(sheet, ORIGIN, EPOCHS, AT);
        while (bodies.hasNext()) {
            all.add(ExportMetricsServiceRequest.parseFrom(bodies.next().bytes()));
        }
        return all;
    }

    private static Map<String, Metric> byName(List<ExportMetricsServiceRequest> requests) {
        var all = new TreeMap<String, Metric>();
        requests.stream()
                .flatMap(r -> r.getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream())
                .forEach(m -> all.put(m.getName(), m));
        return all;
    }

    private static Metric of(Map<String, Metric> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    private static long nanos(Duration before) {
        Instant at = AT.minus(before);
        return at.getEpochSecond() * 1_000_000_000 + at.getNano();
    }

    @Test
    void figuresAreTheSameAsThoseOfScrapes() throws Exception {
        var sheet = new Sheet();
        sheet.put(Family.PROCESS_UP, true, "web", "0");
        sheet.put(Family.PROCESS_UP, false, "web", "1");
        sheet.put(Family.PROCESS_RESTARTS, 3, "web", "0");
        sheet.put(Family.HOST_CPU, 0.5, "busy");
        sheet.put(Family.DAEMON_MEMORY, 1L << 40, "rss");
        sheet.put(Family.DAEMON_CPU, -0.0);
        var buckets = Buckets.ofJobs();
        buckets.add(0.05);
        buckets.add(0.1);
        buckets.add(1e9);
        buckets.into(sheet, Family.QUEUE_DURATION, "mail");
        List<ExportMetricsServiceRequest> requests = read(sheet);
        assertThat(requests).hasSize(1);
        var resource = requests.getFirst().getResourceMetrics(0);
        assertThat(Told.words(resource.getResource().getAttributesList()))
                .containsOnly(
                        Map.entry("service.name", "hold"),
                        Map.entry("service.version", "1.2"),
                        Map.entry("host.name", "box"),
                        Map.entry("zone", "ä"));
        assertThat(resource.getScopeMetrics(0).getScope().getName()).isEqualTo("holdfast");
        assertThat(resource.getScopeMetrics(0).getScope().getVersion()).isEqualTo("1.2");
        Map<String, Metric> all = byName(requests);

        Metric up = of(all, "holdfast_process_up");
        assertThat(up.getUnit()).isEmpty();
        assertThat(up.getDescription()).isEqualTo(Family.PROCESS_UP.help());
        assertThat(up.getGauge().getDataPointsList())
                .extracting(p -> Told.words(p.getAttributesList()), NumberDataPoint::getAsDouble)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Map.of("process", "web", "replica", "0"), 1.0),
                        org.assertj.core.groups.Tuple.tuple(Map.of("process", "web", "replica", "1"), 0.0));
        NumberDataPoint zero = up.getGauge().getDataPoints(1);
        assertThat(zero.getValueCase()).isEqualTo(NumberDataPoint.ValueCase.AS_DOUBLE); // 0 is said, not left out
        assertThat(zero.getTimeUnixNano()).isEqualTo(nanos(Duration.ZERO));

        var restarts = of(all, "holdfast_process_restarts_total").getSum();
        assertThat(restarts.getIsMonotonic()).isTrue();
        assertThat(restarts.getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        assertThat(restarts.getDataPoints(0).getAsDouble()).isEqualTo(3);
        assertThat(restarts.getDataPoints(0).getStartTimeUnixNano()).isEqualTo(nanos(Duration.ofSeconds(1000)));
        assertThat(of(all, "holdfast_host_cpu_seconds_total")
                        .getSum()
                        .getDataPoints(0)
                        .getStartTimeUnixNano())
                .isEqualTo(nanos(Duration.ofSeconds(100_000)));
        assertThat(of(all, "holdfast_host_cpu_seconds_total").getUnit()).isEqualTo("s");
        assertThat(of(all, "holdfast_daemon_memory_bytes").getUnit()).isEqualTo("By");
        assertThat(of(all, "holdfast_daemon_memory_bytes")
                        .getGauge()
                        .getDataPoints(0)
                        .getAsDouble())
                .isEqualTo(1L << 40);

        var durations = of(all, "holdfast_queue_attempt_duration_seconds").getHistogram();
        HistogramDataPoint h = durations.getDataPoints(0);
        assertThat(durations.getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        assertThat(h.getCount()).isEqualTo(3);
        assertThat(h.getSum()).isEqualTo(1e9 + 0.15);
        assertThat(h.getExplicitBoundsList()).startsWith(0.1, 0.5).hasSize(11);
        assertThat(h.getBucketCountsList()).containsExactly(2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L);
        assertThat(Told.words(h.getAttributesList())).isEqualTo(Map.of("queue", "mail"));
        assertThat(h.getStartTimeUnixNano()).isEqualTo(nanos(Duration.ofSeconds(10)));
        requests.forEach(r -> assertThat(r.getUnknownFields().asMap()).isEmpty());
    }

    @Test
    void manySeriesGoInSeveralRequestsAndNoneIsLost() throws Exception {
        var sheet = new Sheet();
        for (int i = 0; i < 12_001; i++) {
            sheet.put(Family.PROCESS_THREADS, i, "p" + i, "0");
        }
        sheet.put(Family.DAEMON_THREADS, 7);
        List<ExportMetricsServiceRequest> requests = read(sheet);
        assertThat(requests).hasSize(3);
        var values = requests.stream()
                .flatMap(r -> r.getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream())
                .filter(m -> m.getName().equals("holdfast_process_threads"))
                .flatMap(m -> m.getGauge().getDataPointsList().stream())
                .map(NumberDataPoint::getAsDouble)
                .toList();
        assertThat(values).hasSize(12_001).startsWith(0.0, 1.0).endsWith(12_000.0);
        assertThat(byName(requests)).containsKey("holdfast_daemon_threads");
    }

    @Test
    void nothingIsSaidOfAnEmptySheet() throws Exception {
        assertThat(read(new Sheet())).isEmpty();
    }

    /** A unit of 1 would rename a gauge on its way to Prometheus. */
    @Test
    void unitsAreThoseThatNamesSay() {
        for (Family f : Family.values()) {
            String unit = MetricBodies.unit(f);
            if (unit.equals("s")) {
                assertThat(f.written()).containsPattern("_seconds(_total)?$");
            } else if (unit.equals("By")) {
                assertThat(f.written()).containsPattern("_bytes(_total)?$");
            } else {
                assertThat(unit).matches("|\\{[a-z]+}");
            }
        }
    }

    @Test
    void countersCountSinceWhatTheirHelpSays() {
        for (Family f : Family.values()) {
            if (f.kind() != Family.Kind.GAUGE) {
                assertThat(f.since())
                        .as(f.written())
                        .isEqualTo(
                                f.help().contains("Kept across daemons.")
                                        ? Family.Since.KEPT
                                        : f.help().contains("since the boot")
                                                ? Family.Since.BOOT
                                                : Family.Since.DAEMON);
            }
        }
    }

    @Test
    void spansAreWhatTheyWereMadeOf() throws Exception {
        var about = new TreeMap<String, Object>(Map.of("word", "ü", "count", -1L, "zero", 0L, "share", 0.25));
        TraceContext root = TraceContext.ofJob("mail", "7", AT);
        TraceContext attempt = TraceContext.ofAttempt("mail", "7", AT, 1, 9);
        var spans = List.of(
                new Span(
                        attempt,
                        root.span(),
                        "attempt mail",
                        Span.Kind.INTERNAL,
                        AT,
                        AT.plusSeconds(2),
                        Span.Status.ERROR,
                        "exited with 3",
                        about),
                new Span(
                        root,
                        null,
                        "job mail",
                        Span.Kind.CONSUMER,
                        AT,
                        AT.minusSeconds(5), // a clock that was set back
                        Span.Status.OK,
                        "fine",
                        new TreeMap<>()));
        var read = ExportTraceServiceRequest.parseFrom(SpanBody.of(spans, ORIGIN));
        assertThat(read.getUnknownFields().asMap()).isEmpty();
        var told = read.getResourceSpans(0).getScopeSpans(0).getSpansList();
        var first = told.getFirst();
        assertThat(HexFormat.of().formatHex(first.getTraceId().toByteArray())).isEqualTo(root.trace());
        assertThat(HexFormat.of().formatHex(first.getSpanId().toByteArray())).isEqualTo(attempt.span());
        assertThat(HexFormat.of().formatHex(first.getParentSpanId().toByteArray()))
                .isEqualTo(root.span());
        assertThat(first.getName()).isEqualTo("attempt mail");
        assertThat(first.getKind()).isEqualTo(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL);
        assertThat(first.getEndTimeUnixNano() - first.getStartTimeUnixNano()).isEqualTo(2_000_000_000L);
        assertThat(first.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(first.getStatus().getMessage()).isEqualTo("exited with 3");
        assertThat(first.getFlags()).isEqualTo(0x101);
        assertThat(Told.words(first.getAttributesList()))
                .containsOnly(
                        Map.entry("word", "ü"),
                        Map.entry("count", "-1"),
                        Map.entry("zero", "0"),
                        Map.entry("share", "0.25"));
        var second = told.get(1);
        assertThat(second.getParentSpanId().isEmpty()).isTrue();
        assertThat(second.getKind()).isEqualTo(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CONSUMER);
        assertThat(second.getEndTimeUnixNano()).isEqualTo(second.getStartTimeUnixNano());
        assertThat(second.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_OK);
        assertThat(second.getStatus().getMessage()).isEmpty();
    }

    @Test
    void attemptsShareATraceAndNothingElseDoes() {
        assertThat(TraceContext.ofRun("r", 1)).isEqualTo(TraceContext.ofRun("r", 1));
        assertThat(TraceContext.ofRun("r", 2).trace())
                .isEqualTo(TraceContext.ofRun("r", 1).trace());
        assertThat(TraceContext.ofAttempt("q", "1", AT, 2, 8).trace())
                .isEqualTo(TraceContext.ofJob("q", "1", AT.plusNanos(999_000)).trace());
        assertThat(Stream.of(
                                TraceContext.ofRun("r", 1),
                                TraceContext.ofRun("r", 2),
                                TraceContext.ofJob("q", "1", AT),
                                TraceContext.ofAttempt("q", "1", AT, 1, 1),
                                TraceContext.ofAttempt("q", "1", AT, 1, 2),
                                TraceContext.ofAttempt("q", "1", AT, 2, 1))
                        .map(TraceContext::span))
                .doesNotHaveDuplicates();
        assertThat(Stream.of(
                                TraceContext.ofRun("1", 1),
                                TraceContext.ofJob("q", "1", AT),
                                TraceContext.ofJob("q", "2", AT),
                                TraceContext.ofJob("p", "1", AT),
                                TraceContext.ofJob("q", "1", AT.plusMillis(1)))
                        .map(TraceContext::trace))
                .doesNotHaveDuplicates();
        assertThat(TraceContext.ofRun("r", 1).traceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    }
}
