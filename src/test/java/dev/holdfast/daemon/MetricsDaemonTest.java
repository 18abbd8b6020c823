package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.testbed.Ports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsDaemonTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final String YAML = """
        version: 1
        processes:
          web:
            command: [sleep, "1000"]
            replicas: 2
            restart: { delay: 50ms }
            resources: { limits: { memory: 64Mi, cpu: "0.5" } }
          busy:
            command: [sh, -c, 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; exec sleep 1000']
          checked:
            command: [sleep, "1000"]
            health: { exec: { command: ["true"] }, period: 1s, breaker: { max_failures: 3, reset_timeout: 10s } }
        schedules:
          tick: { every: 1s, command: ["true"] }
        queues:
          mail: { command: ["true"] }
        """;

    @TempDir
    Path dir;

    private static String scrape(DaemonUnderTest daemon) {
        try {
            return new Client(daemon.home().resolve("run/holdfast.sock")).raw("/metrics");
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(daemon.daemonOutput(), e);
        }
    }

    /** By name and labels. */
    private static Map<String, Double> figures(DaemonUnderTest daemon) {
        return scrape(daemon)
                .lines()
                .filter(l -> !l.startsWith("#"))
                .collect(Collectors.toMap(
                        l -> l.substring(0, l.lastIndexOf(' ')),
                        l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)),
                        (a, _) -> a,
                        TreeMap::new));
    }

    private static boolean installed(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(d -> Files.isExecutable(Path.of(d, program)));
    }

    @Test
    void tellsWhatProcessesDoAndKeepsItsCountersAcrossDaemons() {
        try (var daemon = DaemonUnderTest.up(dir, YAML)) {
            daemon.awaitState("web/0", "up");
            daemon.awaitState("checked", "up");
            int pid = daemon.pidOf("web/0");
            DaemonUnderTest.runPlain(List.of("kill", "-9", Integer.toString(pid)));
            daemon.awaitAnother("web/0", pid);
            String web = "{process=\"web\",replica=\"0\"";
            await().atMost(DEADLINE).untilAsserted(() -> {
                Map<String, Double> now = figures(daemon);
                assertThat(now.get("holdfast_process_restarts_total" + web + "}"))
                        .isEqualTo(1);
                assertThat(now.get("holdfast_process_cpu_seconds_total{process=\"busy\",replica=\"0\"}"))
                        .isPositive();
                assertThat(now.get("holdfast_schedule_runs_total{result=\"success\",schedule=\"tick\"}"))
                        .isPositive();
                assertThat(now.get(
                                "holdfast_process_checks_total{process=\"checked\",replica=\"0\",result=\"success\"}"))
                        .isPositive();
                assertThat(now.get("holdfast_process_memory_bytes" + web + ",type=\"pss\"}"))
                        .isPositive();
                assertThat(now).containsEntry("holdfast_log_lines_total{process=\"busy\"}", 1.0);
            });
            Map<String, Double> before = figures(daemon);
            assertThat(before)
                    .containsEntry("holdfast_process_up" + web + "}", 1.0)
                    .containsEntry("holdfast_process_last_exit_code" + web + "}", 137.0)
                    .containsEntry("holdfast_process_oom_kills_total" + web + "}", 0.0)
                    .containsEntry("holdfast_process_threads" + web + "}", 1.0)
                    .containsEntry("holdfast_resource_limit_memory_bytes{process=\"web\"}", 64.0 * (1 << 20))
                    .containsEntry("holdfast_resource_limit_cpu_cores{process=\"web\"}", 0.5)
                    .containsEntry("holdfast_circuit_breaker_state{name=\"checked/0\"}", 0.0)
                    .containsEntry("holdfast_queue_jobs{queue=\"mail\",state=\"waiting\"}", 0.0)
                    .containsEntry("holdfast_queue_store_up", 1.0)
                    .containsEntry("holdfast_metrics_omitted_series", 0.0);
            assertThat(before.get("holdfast_process_memory_bytes" + web + ",type=\"rss\"}"))
                    .isBetween(100_000.0, 1e8);
            assertThat(before.get("holdfast_process_fds_open" + web + "}")).isBetween(3.0, 20.0);
            assertThat(before.get("holdfast_process_start_time_seconds" + web + "}"))
                    .isCloseTo(System.currentTimeMillis() / 1e3, org.assertj.core.data.Offset.offset(300.0));

            daemon.kill9();
            daemon.upAgain();
            Map<String, Double> after = figures(daemon);
            for (String kept : List.of(
                    "holdfast_process_restarts_total",
                    "holdfast_process_cpu_seconds_total",
                    "holdfast_process_oom_kills_total",
                    "holdfast_process_io_read_bytes_total",
                    "holdfast_schedule_runs_total",
                    "holdfast_queue_attempts_total")) {
                before.forEach((series, value) -> {
                    if (series.startsWith(kept)) {
                        assertThat(after.get(series)).as(series).isGreaterThanOrEqualTo(value);
                    }
                });
            }
        }
    }

    private static HistoryReport history(DaemonUnderTest daemon, String query) throws Exception {
        return new Client(daemon.home().resolve("run/holdfast.sock"))
                .get("/api/v1/history?" + query, HistoryReport.class);
    }

    @Test
    void keepsAHistoryThatTheNextDaemonGoesOnWith() throws Exception {
        try (var daemon = DaemonUnderTest.up(dir, YAML)) {
            await().atMost(DEADLINE).ignoreExceptions().untilAsserted(() -> {
                HistoryReport memory = history(daemon, "of=process:web/1&metric=memory&span=1h");
                assertThat(memory.limit()).isEqualTo(64.0 * (1 << 20));
                assertThat(memory.unit()).isEqualTo("bytes");
                assertThat(memory.stepSeconds()).isEqualTo(5);
                assertThat(memory.values())
                        .hasSize(720)
                        .filteredOn(v -> v != null)
                        .isNotEmpty();
                assertThat(history(daemon, "of=host&metric=cpu").values())
                        .filteredOn(v -> v != null)
                        .isNotEmpty();
            });
            long known = samples(daemon);
            daemon.kill9();
            daemon.upAgain();
            await().atMost(DEADLINE).until(() -> samples(daemon) > known);
            assertThat(history(daemon, "of=process:checked&metric=restarts").of())
                    .isEqualTo("process:checked/0");
            for (String wrong :
                    List.of("of=process:nobody/0&metric=cpu", "of=host&metric=heat", "of=host", "metric=cpu")) {
                assertThatThrownBy(() -> history(daemon, wrong)).isInstanceOf(ControlPort.Refused.class);
            }
        }
    }

    private static long samples(DaemonUnderTest daemon) throws Exception {
        return history(daemon, "of=process:web/1&metric=memory&span=1h").values().stream()
                .filter(v -> v != null)
                .count();
    }

    @Test
    void isSoundToPromtool() throws IOException, InterruptedException {
        assumeTrue(installed("promtool"), "promtool is not installed");
        try (var daemon = DaemonUnderTest.up(dir, YAML)) {
            Path file = Files.writeString(dir.resolve("metrics.txt"), scrape(daemon));
            Path said = dir.resolve("said");
            Process p = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectInput(file.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(said)).isEmpty();
            assertThat(p.exitValue()).isZero();
        }
    }

    @Test
    void isScrapedByARealPrometheus() throws IOException, InterruptedException {
        assumeTrue(installed("prometheus"), "prometheus is not installed");
        int listening = Ports.free();
        int port = Ports.free();
        String listen = "global: { metrics: { listen: '127.0.0.1:" + listening + "' } }\n";
        try (var daemon = DaemonUnderTest.up(dir, listen + YAML)) {
            daemon.awaitState("web/1", "up");
            Path config = Files.writeString(
                    dir.resolve("prometheus.yml"),
                    "global: { scrape_interval: 1s }\nscrape_configs:\n- job_name: holdfast\n"
                            + "  static_configs: [ { targets: ['127.0.0.1:" + listening + "'] } ]\n");
            Process prometheus = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + dir.resolve("tsdb"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("prometheus.log").toFile())
                    .start();
            try {
                await().atMost(DEADLINE).ignoreExceptions().untilAsserted(() -> {
                    assertThat(query(port, "up{job=\"holdfast\"}")).contains("\"1\"]");
                    assertThat(query(port, "sum(holdfast_process_up{process=\"web\"})"))
                            .contains("\"2\"]");
                    assertThat(query(port, "holdfast_build_info")).contains("\"version\":\"");
                    assertThat(query(
                                    port,
                                    "sum(holdfast_process_memory_bytes{type=\"rss\"}) by (process)"
                                            + " / on(process) holdfast_resource_limit_memory_bytes"))
                            .contains("\"process\":\"web\"");
                });
            } finally {
                prometheus.destroy();
                if (!prometheus.waitFor(20, TimeUnit.SECONDS)) {
                    prometheus.destroyForcibly().waitFor();
                }
            }
        }
    }

    @Test
    void servesThemOnAListenerOfTheirOwnThatAReloadMovesAndCloses() throws IOException {
        int port = Ports.free();
        int other = Ports.free();
        String listen = "global: { metrics: { listen: '127.0.0.1:%d', path: /figures } }\n";
        try (var daemon = DaemonUnderTest.up(dir, listen.formatted(port) + YAML)) {
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .until(() -> fetch(port, "/figures").contains("holdfast_process_up"));
            assertThatThrownBy(() -> fetch(port, "/metrics")).isInstanceOf(java.io.FileNotFoundException.class);
            assertThatThrownBy(() -> fetch(port, "/api/v1/status")).isInstanceOf(java.io.FileNotFoundException.class);

            DaemonUnderTest.write(dir.resolve("holdfast.yaml"), listen.formatted(other) + YAML);
            assertThat(daemon.cli("reload").exit()).isZero();
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .until(() -> fetch(other, "/figures").contains("holdfast_process_up"));
            assertThatThrownBy(() -> fetch(port, "/figures")).isInstanceOf(java.net.ConnectException.class);

            DaemonUnderTest.write(dir.resolve("holdfast.yaml"), YAML);
            assertThat(daemon.cli("reload").exit()).isZero();
            await().atMost(DEADLINE)
                    .until(() -> daemon.daemonOutput().contains("no longer served at http://127.0.0.1:" + other));
            assertThatThrownBy(() -> fetch(other, "/figures")).isInstanceOf(java.net.ConnectException.class);
        }
    }

    @Test
    @SuppressWarnings("try") // the port is to be free before the block ends
    void saysThatItsPortIsTakenAndOpensItLater() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            try (var daemon =
                    DaemonUnderTest.up(dir, "global: { metrics: { listen: '127.0.0.1:" + port + "' } }\n" + YAML)) {
                await().atMost(DEADLINE).until(() -> daemon.cli("doctor").out().contains("metrics cannot be served"));
                taken.close();
                await().atMost(DEADLINE)
                        .ignoreExceptions()
                        .until(() -> fetch(port, "/metrics").contains("holdfast_build_info"));
            }
        }
    }

    private static String fetch(int port, String path) throws IOException {
        var url = URI.create("http://127.0.0.1:" + port + path).toURL();
        try (InputStream in = url.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String query(int port, String query) throws IOException {
        var url = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                        + URLEncoder.encode(query, StandardCharsets.UTF_8))
                .toURL();
        try (InputStream in = url.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
