package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HoldfastTest {
    private static final String ACCEPTED =
            "{\"status\":201,\"id\":\"a\",\"state\":\"queued\",\"error\":\"\",\"problems\":[]}";

    private final Daemon daemon = new Daemon();
    private final Holdfast holdfast = new Holdfast(daemon);

    @Test
    void aSubmissionWhoseAnswerIsLostIsMadeAgainUnderTheSameId() throws Exception {
        daemon.hangsUp("queues/q/jobs")
                .says("queues/q/jobs", 503, "{\"detail\":\"not now\"}")
                .says("queues/q/jobs", 201, ACCEPTED);
        assertThat(holdfast.submit("q", Submission.of(Map.of("n", "1")))).isEqualTo(JobStatus.State.QUEUED);
        assertThat(daemon.bodies("queues/q/jobs")).hasSize(3);
        assertThat(daemon.bodies("queues/q/jobs").stream().distinct())
                .singleElement()
                .satisfies(body -> assertThat(Json.fields(body).text("id")).hasSize(36));
    }

    @Test
    void aRefusalThatStaysIsNotTriedAgain() {
        daemon.says(
                "queues/q/jobs",
                422,
                "{\"detail\":\"the payload\",\"problems\":[],\"fields\":[{\"field\":\"n\",\"problem\":\"is no number\"}]}");
        assertThatThrownBy(() -> holdfast.submit("q", Submission.of(Map.of())))
                .isInstanceOfSatisfying(Refused.class, r -> {
                    assertThat(r.status()).isEqualTo(422);
                    assertThat(r.fields()).isEqualTo(Map.of("n", "is no number"));
                    assertThat(r.later()).isFalse();
                });
        assertThat(daemon.asked()).hasSize(1);
    }

    @Test
    void itEndsWhenItsTimeIsOver() {
        daemon.hangsUp("queues/q/jobs");
        assertThatThrownBy(() -> holdfast.submit("q", Submission.of(Map.of()), Duration.ofMillis(300)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a test");
        assertThat(daemon.asked().size()).isBetween(2, 5);
    }

    @Test
    void saysAllOfASubmission() throws Exception {
        daemon.says("queues/a%20b%2Fc/jobs", 200, ACCEPTED.replace("queued", "succeeded"));
        var job = Submission.of(Map.of("n", "1"))
                .withId("x")
                .withDelay(Duration.ofMillis(1500))
                .withPriority(-5);
        assertThat(holdfast.submit("a b/c", job)).isEqualTo(JobStatus.State.SUCCEEDED);
        assertThat(daemon.bodies("queues/a%20b%2Fc/jobs"))
                .containsExactly("{\"payload\":{\"n\":\"1\"},\"id\":\"x\",\"delay\":\"1500ms\",\"priority\":-5}");
    }

    @Test
    void toWaitLessThanASecondIsToAskTwice() throws Exception {
        daemon.says(
                "jobs/x",
                200,
                "{\"id\":\"x\",\"queue\":\"q\",\"state\":\"running\",\"payload\":{},\"priority\":0,"
                        + "\"submitted\":\"then\",\"attempt\":1,\"detail\":\"\",\"attempts\":[]}");
        assertThat(holdfast.await("x", Duration.ofMillis(300)).over()).isFalse();
        assertThat(daemon.asked()).hasSize(2);
    }

    @Test
    void readsAJob() throws Exception {
        daemon.says("jobs/x", 200, """
                {"id":"x","queue":"q","state":"failed","payload":{},"priority":0,"submitted":"then","attempt":2,
                 "failureClass":"network","detail":"gone","progress":12.5,"later":{"unknown":[1]},
                 "attempts":[{"number":1,"host":"worker w","failureClass":"lost","detail":""},
                             {"number":2,"host":"worker v","failureClass":"network","detail":"gone","output":"end"}]}
                """);
        JobStatus job = holdfast.job("x");
        assertThat(job.over()).isTrue();
        assertThat(job.failure()).isEqualTo("network");
        assertThat(job.progress()).isEqualTo(12.5);
        assertThat(job.attempts()).extracting(JobStatus.Attempt::host).containsExactly("worker w", "worker v");
    }

    @Test
    void anAnswerThatIsNoneIsToldAsThat() {
        daemon.says("jobs/x", 200, "[1]").says("jobs/y", 500, "<html>");
        assertThatThrownBy(() -> holdfast.job("x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not understood");
        assertThatThrownBy(() -> holdfast.job("y")).isInstanceOf(Refused.class).hasMessageContaining("<html>");
    }

    @Test
    void noTokenGoesOverANetworkInPlainText() {
        assertThatThrownBy(() -> Holdfast.at(URI.create("http://example.org:9180"), "hft_x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https");
        assertThatThrownBy(() -> Holdfast.at(URI.create("ftp://localhost"), "hft_x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Holdfast.at(URI.create("https://u:p@localhost"), "hft_x"))
                .isInstanceOf(IllegalArgumentException.class);
        for (String below : new String[] {"https://h/holdfast", "https://h/?a", "https://h#a"}) {
            assertThatThrownBy(() -> Holdfast.at(URI.create(below), "hft_x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("below its host");
        }
        assertThat(Holdfast.at(URI.create("https://h:9180/"), "hft_x")).isNotNull();
        assertThat(Holdfast.at(URI.create("http://127.0.0.1:1"), "hft_x")).isNotNull();
    }
}
