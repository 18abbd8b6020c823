package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.holdfast.api.Client;
import dev.holdfast.api.JobStanding;
import dev.holdfast.api.Take;
import dev.holdfast.api.Taken;
import dev.holdfast.api.WorkerWord;
import dev.holdfast.otlp.Told;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real daemon tells a real collector, which reads it by OpenTelemetry's own definitions. */
class OtlpDaemonTest {
    private static final String SECRET = "s3cret-of-the-collector";
    private static final String YAML = """
        version: 1
        env_file: [secrets.env]
        global:
          otlp:
            endpoint: %s
            interval: 1s
            headers: { Authorization: "Bearer ${OTLP_TOKEN}" }
            resource: { deployment.environment.name: test }
        processes:
          web: { command: [sleep, "1000"] }
        schedules:
          flaky:
            cron: "@yearly"
            retry: { max_attempts: 2, backoff: { initial: 50ms, max: 50ms } }
            command: [sh, -c, 'echo "$$HOLDFAST_ATTEMPT $$TRACEPARENT"; [ "$$HOLDFAST_ATTEMPT" = 2 ] || exit 3']
          own:
            cron: "@yearly"
            env: { set: { TRACEPARENT: mine } }
            command: [sh, -c, 'echo "own $$TRACEPARENT"']
        queues:
          remote: { pull: { lease: 1m }, retry: { max_attempts: 2, backoff: { initial: 50ms, max: 50ms }, when: [ { class: network } ] } }
          mail:
            retry: { max_attempts: 2, backoff: { initial: 50ms, max: 50ms }, when: [ { class: process } ] }
            command: [sh, -c, 'echo "$$HOLDFAST_ATTEMPT $$TRACEPARENT"; exit 5']
        """;

    @TempDir
    Path dir;

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(50));
    }

    private DaemonUnderTest up(String url) throws Exception {
        Path secrets = Files.writeString(dir.resolve("secrets.env"), "OTLP_TOKEN=" + SECRET + "\n");
        Files.setPosixFilePermissions(secrets, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        return DaemonUnderTest.up(dir, YAML.formatted(url));
    }

    private static List<Span> of(Told collector, String name) {
        return collector.spans().stream()
                .filter(s -> s.getName().equals(name))
                .sorted(Comparator.comparing(
                        s -> Told.words(s.getAttributesList()).get("holdfast.attempt")))
                .toList();
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static String parent(Span s) {
        return "00-" + hex(s.getTraceId()) + "-" + hex(s.getSpanId()) + "-01";
    }

    @Test
    void tellsMetricsAndTheTracesOfRunsAndJobs() throws Exception {
        try (var collector = new Told();
                var daemon = up(collector.url())) {
            assertThat(daemon.cli("cron", "run", "flaky", "--wait").exit()).isZero();
            assertThat(daemon.cli("cron", "run", "own", "--wait").exit()).isZero();
            assertThat(daemon.cli("jobs", "submit", "mail", "--id", "j1", "--wait")
                            .exit())
                    .isEqualTo(1);
            soon().until(() -> of(collector, "schedule flaky").size() == 2
                    && of(collector, "job mail").size() == 1);

            List<Span> runs = of(collector, "schedule flaky");
            Span first = runs.getFirst();
            Span second = runs.get(1);
            assertThat(first.getParentSpanId().isEmpty()).isTrue();
            assertThat(first.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
            assertThat(Told.words(first.getAttributesList()))
                    .containsEntry("error.type", "exit")
                    .containsEntry("process.exit.code", "3")
                    .containsEntry("holdfast.cause", "by_hand")
                    .containsKey("holdfast.cpu.seconds");
            assertThat(first.getEndTimeUnixNano()).isGreaterThan(first.getStartTimeUnixNano());
            assertThat(second.getTraceId()).isEqualTo(first.getTraceId());
            assertThat(second.getParentSpanId()).isEqualTo(first.getSpanId());
            assertThat(second.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_OK);
            assertThat(second.getStartTimeUnixNano()).isGreaterThan(first.getStartTimeUnixNano());
            // What the program was told is the span that is its own.
            soon().untilAsserted(() ->
                    assertThat(daemon.logged("flaky.0.log")).contains("1 " + parent(first), "2 " + parent(second)));
            soon().untilAsserted(() -> assertThat(daemon.logged("own.0.log")).contains("own mine"));

            Span job = of(collector, "job mail").getFirst();
            List<Span> attempts = of(collector, "attempt mail");
            assertThat(job.getKind()).isEqualTo(SpanKind.SPAN_KIND_CONSUMER);
            assertThat(job.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
            assertThat(attempts).hasSize(2).allSatisfy(a -> {
                assertThat(a.getTraceId()).isEqualTo(job.getTraceId());
                assertThat(a.getParentSpanId()).isEqualTo(job.getSpanId());
                assertThat(a.getStartTimeUnixNano()).isGreaterThanOrEqualTo(job.getStartTimeUnixNano());
                assertThat(a.getEndTimeUnixNano()).isLessThanOrEqualTo(job.getEndTimeUnixNano());
                assertThat(Told.words(a.getAttributesList()))
                        .containsEntry("holdfast.queue", "mail")
                        .containsEntry("holdfast.job.id", "j1")
                        .containsEntry("error.type", "process")
                        .containsEntry("process.exit.code", "5");
            });
            soon().untilAsserted(() -> assertThat(daemon.logged("mail.0.log"))
                    .contains("1 " + parent(attempts.getFirst()), "2 " + parent(attempts.get(1))));

            soon().until(() ->
                    collector.metrics().stream().anyMatch(m -> m.getName().equals("holdfast_queue_attempts_total")));
            Metric ups = collector.metrics().stream()
                    .filter(m -> m.getName().equals("holdfast_process_up"))
                    .findFirst()
                    .orElseThrow();
            assertThat(ups.getGauge().getDataPointsList())
                    .extracting(p -> Told.words(p.getAttributesList()))
                    .containsExactly(Map.of("process", "web", "replica", "0"));
            assertThat(collector.metrics())
                    .filteredOn(m -> m.getName().equals("holdfast_queue_attempts_total"))
                    .allSatisfy(m -> assertThat(m.getSum().getIsMonotonic()).isTrue())
                    .flatExtracting(m -> m.getSum().getDataPointsList())
                    .extracting(NumberDataPoint::getStartTimeUnixNano)
                    .allSatisfy(start -> assertThat(start).isPositive());
            assertThat(collector.resource())
                    .containsEntry("service.name", "holdfast")
                    .containsEntry("deployment.environment.name", "test")
                    .containsKeys("service.version", "host.name");
            assertThat(collector.requests())
                    .isNotEmpty()
                    .allSatisfy(r -> assertThat(r.headers()).containsEntry("Authorization", "Bearer " + SECRET));
        }
    }

    @Test
    void tellsOfJobsThatWorkersTookAndTellsWorkersOfTheirSpan() throws Exception {
        try (var collector = new Told();
                var daemon = up(collector.url())) {
            var client = new Client(daemon.home().resolve("run/holdfast.sock"));
            assertThat(daemon.cli("jobs", "submit", "remote", "--id", "r1").exit())
                    .isZero();
            Taken.Job first = taken(client);
            client.post(
                    "/api/v1/jobs/r1/fail",
                    new WorkerWord(first.token(), null, "network", "no route", null),
                    JobStanding.class);
            Taken.Job second = taken(client);
            client.post(
                    "/api/v1/jobs/r1/complete",
                    new WorkerWord(second.token(), null, null, null, "done"),
                    JobStanding.class);
            soon().until(() -> of(collector, "job remote").size() == 1);
            List<Span> attempts = of(collector, "attempt remote");
            Span job = of(collector, "job remote").getFirst();
            assertThat(job.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_OK);
            assertThat(attempts)
                    .extracting(OtlpDaemonTest::parent)
                    .containsExactly(first.traceparent(), second.traceparent());
            assertThat(attempts).allSatisfy(a -> {
                assertThat(a.getTraceId()).isEqualTo(job.getTraceId());
                assertThat(a.getParentSpanId()).isEqualTo(job.getSpanId());
                assertThat(a.getStartTimeUnixNano()).isLessThan(a.getEndTimeUnixNano());
            });
            assertThat(Told.words(attempts.getFirst().getAttributesList())).containsEntry("error.type", "network");
        }
    }

    private static Taken.Job taken(Client client) throws Exception {
        Taken taken = client.post("/api/v1/queues/remote/take", new Take("w", 30, 1), Taken.class);
        return taken.jobs().getFirst();
    }

    @Test
    void aCollectorThatRefusesIsSaidOnceAndAReloadFindsAnother() throws Exception {
        try (var refusing = new Told();
                var collector = new Told();
                var daemon = up(refusing.url())) {
            refusing.say(401, null);
            int port = refusing.port();
            assertThat(daemon.cli("cron", "run", "own", "--wait").exit()).isZero();
            soon().untilAsserted(() -> assertThat(daemon.cli("doctor").out())
                    .contains("OpenTelemetry metrics", "127.0.0.1:" + port + " answers 401"));
            var client = new Client(daemon.home().resolve("run/holdfast.sock"));
            soon().untilAsserted(() -> assertThat(client.raw("/metrics")) // of a second at most
                    .contains(
                            "holdfast_otlp_up{signal=\"metrics\"} 0",
                            "holdfast_degraded_guarantee{guarantee=\"OpenTelemetry metrics\"} 1"));
            String metrics = client.raw("/metrics");

            DaemonUnderTest.write(dir.resolve("holdfast.yaml"), YAML.formatted(collector.url()));
            var reload = daemon.cli("reload");
            assertThat(reload.exit()).isZero();
            assertThat(daemon.cli("cron", "run", "flaky", "--wait").exit()).isZero();
            soon().until(() -> !collector.metrics().isEmpty()
                    && of(collector, "schedule flaky").size() == 2);
            soon().untilAsserted(() -> assertThat(daemon.cli("doctor").out()).doesNotContain("OpenTelemetry"));
            assertThat(daemon.daemonOutput().split("OpenTelemetry: metrics", -1))
                    .hasSize(2);

            String all = metrics
                    + reload
                    + daemon.cli("status", "--json")
                    + daemon.cli("doctor", "--json")
                    + daemon.cli("plan")
                    + daemon.cli("why", "flaky")
                    + daemon.daemonOutput();
            assertThat(all).doesNotContain(SECRET);
            try (Stream<Path> kept = Files.walk(dir)) {
                assertThat(kept.filter(Files::isRegularFile)
                                .filter(f -> !f.endsWith("secrets.env"))
                                .filter(f -> DaemonUnderTest.read(f).contains(SECRET)))
                        .isEmpty();
            }
        }
    }
}
