package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Caller;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.api.Scope;
import dev.holdfast.unit.MonoTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Caller READER = new Caller("reader", "test", Set.of(Scope.READ));

    private MonoTime now = new MonoTime(1_000_000_000_000L);
    private int looks;
    private final Metrics metrics = new Metrics(
            sheet -> {
                looks++;
                sheet.put(Family.PROCESS_UP, true, "web", "0");
                sheet.put(Family.PROCESS_RESTARTS, 3, "a \"name\"\nof two lines \\", "0");
                sheet.put(Family.LOOP_LAG, new Buckets.Filled(List.of(0.002, 0.005), List.of(0L, 1L, 1L), 100.003));
            },
            () -> now);

    private HttpAnswer.Whole ask(String method, Map<String, String> headers, Caller caller) {
        return whole(metrics.answer(new HttpRequest(method, "/metrics", headers, "", 0), caller));
    }

    private static HttpAnswer.Whole whole(HttpAnswer answer) {
        try {
            return answer instanceof HttpAnswer.Flow flow ? flow.whole() : (HttpAnswer.Whole) answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(HttpAnswer.Whole answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void writesTheTextFormatUnlessAskedOtherwise() {
        HttpAnswer.Whole answer = ask("GET", Map.of(), READER);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(text(answer))
                .contains("# TYPE holdfast_process_up gauge\nholdfast_process_up{process=\"web\",replica=\"0\"} 1")
                .contains("# TYPE holdfast_process_restarts_total counter\n")
                .contains("{process=\"a \\\"name\\\"\\nof two lines \\\\\",replica=\"0\"} 3")
                .contains("holdfast_loop_lag_seconds_bucket{le=\"0.002\"} 0\n")
                .contains("holdfast_loop_lag_seconds_bucket{le=\"0.005\"} 1\n")
                .contains("holdfast_loop_lag_seconds_bucket{le=\"+Inf\"} 2\n")
                .doesNotContain("# EOF");
    }

    @Test
    void writesOpenMetricsToWhoPrefersIt() {
        String prometheus =
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        HttpAnswer.Whole answer = ask("GET", Map.of("accept", prometheus), READER);
        assertThat(answer.headers().get("Content-Type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(text(answer))
                .contains("# TYPE holdfast_process_restarts counter\n")
                .endsWith("# EOF\n");
        assertThat(ask("GET", Map.of("accept", "text/plain, application/openmetrics-text;q=0.5"), READER)
                        .headers()
                        .get("Content-Type"))
                .startsWith("text/plain");
        assertThat(ask("GET", Map.of("accept", "application/openmetrics-text;q=0"), READER)
                        .headers()
                        .get("Content-Type"))
                .startsWith("text/plain");
    }

    @Test
    void compressesForWhoTakesIt() throws IOException {
        HttpAnswer.Whole answer = ask("GET", Map.of("accept-encoding", "br, gzip"), READER);
        assertThat(answer.headers()).containsEntry("Content-Encoding", "gzip");
        try (var in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("holdfast_process_up");
        }
        assertThat(ask("GET", Map.of("accept-encoding", "gzip;q=0"), READER).headers())
                .doesNotContainKey("Content-Encoding");
    }

    @Test
    void looksOnceASecondWhoeverAsks() {
        ask("GET", Map.of(), READER);
        now = now.plus(Duration.ofMillis(900));
        metrics.tidy();
        System.gc(); // what is shared does not depend on what else the JVM does
        ask("GET", Map.of(), READER);
        assertThat(looks).isEqualTo(1);
        now = now.plus(Duration.ofMillis(200));
        ask("GET", Map.of(), READER);
        assertThat(looks).isEqualTo(2);
        now = now.plus(Duration.ofSeconds(1));
        metrics.tidy();
        ask("GET", Map.of(), READER);
        assertThat(looks).isEqualTo(3);
    }

    @Test
    void isOnlyReadAndOnlyByWhoMay() {
        HttpAnswer.Whole post = ask("POST", Map.of(), READER);
        assertThat(post.status()).isEqualTo(405);
        assertThat(post.headers()).containsEntry("Allow", "GET");
        HttpAnswer.Whole submitter = ask("GET", Map.of(), new Caller("s", "test", Set.of(Scope.SUBMIT)));
        assertThat(submitter.status()).isEqualTo(403);
        assertThat(submitter.headers()).containsEntry("Content-Type", "application/problem+json");
        assertThat(looks).isZero();
    }

    @Test
    void leavesOutWhatIsTooMuchAndSaysSo() {
        var many = new Metrics(
                sheet -> {
                    for (int i = 0; i < Sheet.MOST + 7; i++) {
                        sheet.put(Family.LIMIT_PIDS, i, "p" + i);
                    }
                },
                () -> now);
        HttpAnswer.Whole answer = whole(many.answer(new HttpRequest("GET", "/metrics", Map.of(), "", 0), READER));
        assertThat(text(answer)).contains("holdfast_metrics_omitted_series 7\n");
        assertThat(text(answer).lines().filter(l -> l.startsWith("holdfast_resource_limit_pids{")))
                .hasSize(Sheet.MOST);
    }

    @Test
    void aSourceThatFailsCostsItsOwnFiguresOnly() {
        var sheet = new Sheet();
        sheet.gather(_ -> {
            throw new IllegalStateException("broken");
        });
        sheet.gather(s -> s.put(Family.HOST_CORES, 2));
        assertThat(sheet.troubles()).singleElement().asString().contains("broken");
        assertThat(sheet.all()).containsOnlyKeys(Family.HOST_CORES);
    }
}
