package dev.holdfast.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows from answers, without clock or network. */
class PaceTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static Answer answer(int status, @Nullable String retryAfter, byte... body) {
        return Answer.of("box:4318", status, retryAfter, body, true, NOW);
    }

    @Test
    void pausesGrowAndStayBounded() {
        Pace p = Pace.USUAL;
        assertThat(p.after(1, null, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(p.after(4, null, 0)).isEqualTo(Duration.ofSeconds(8));
        assertThat(p.after(4, null, 1)).isEqualTo(Duration.ofSeconds(6));
        assertThat(p.after(1_000_000, null, 0)).isEqualTo(Duration.ofMinutes(1));
        assertThat(p.after(1, Duration.ZERO, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(p.after(1, Duration.ofSeconds(90), 1)).isEqualTo(Duration.ofSeconds(90));
        assertThat(p.after(1, Duration.ofDays(365), 0)).isEqualTo(Pace.MOST_ASKED);
    }

    @Test
    void aRetryAfterIsSecondsOrADate() {
        assertThat(Answer.after("120", NOW)).isEqualTo(Duration.ofMinutes(2));
        assertThat(Answer.after("Fri, 02 Jan 2026 03:05:05 GMT", NOW)).isEqualTo(Duration.ofMinutes(1));
        assertThat(Answer.after("Fri, 02 Jan 2026 03:00:00 GMT", NOW)).isEqualTo(Duration.ZERO);
        for (String nonsense : List.of("", "-1", "soon", "1.5", "99999999999999")) {
            assertThat(Answer.after(nonsense, NOW)).isNull();
        }
        assertThat(Answer.after(null, NOW)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void someErrorsPass(int status) {
        assertThat(answer(status, "7"))
                .isEqualTo(new Answer.Later("box:4318 answers " + status, Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404, 413, 500, 501})
    void othersDoNot(int status) {
        assertThat(answer(status, "7")).isEqualTo(new Answer.Refused("box:4318 answers " + status));
    }

    @Test
    void anAnswerThatIsNonsenseIsTakenAsTaken() {
        assertThat(answer(200, null)).isEqualTo(new Answer.Taken(0, ""));
        assertThat(answer(200, null, (byte) 0x0a, (byte) 0x7f, (byte) 1)).isEqualTo(new Answer.Taken(0, ""));
        assertThat(answer(200, null, (byte) -1, (byte) -1)).isEqualTo(new Answer.Taken(0, ""));
        var random = new java.util.Random(1);
        for (int i = 0; i < 20_000; i++) {
            var body = new byte[random.nextInt(24)];
            random.nextBytes(body);
            assertThat(answer(200, null, body)).isInstanceOf(Answer.Taken.class);
        }
    }

    @Test
    void aLaneSaysWhatChanges() {
        var lane = new Lane(Pace.USUAL);
        var at = new MonoTime(5);
        lane.begin(at);
        var away = new Answer.Later("away", null);
        assertThat(lane.went(away, 3, at, 0)).isEqualTo(new Lane.Word.Trouble("away"));
        assertThat(lane.went(away, 3, at, 0)).isEqualTo(new Lane.Word.Nothing());
        assertThat(lane.due()).isEqualTo(at.plus(Duration.ofSeconds(2)));
        assertThat(lane.trouble()).isEqualTo("away");
        assertThat(lane.went(new Answer.Taken(0, ""), 3, at, 0)).isEqualTo(new Lane.Word.Again());
        assertThat(lane.went(new Answer.Refused("no"), 3, at, 0)).isEqualTo(new Lane.Word.Given("no"));
        assertThat(lane.counts()).isEqualTo(new Lane.Counts(false, 1, 3, 3));
    }

    @Test
    void whatWasPushedOutWhileItWasSentIsNotTakenTwice() {
        var queue = new SpanQueue();
        for (int i = 0; i < SpanQueue.MOST; i++) {
            queue.add(span(i));
        }
        SpanQueue.Batch sent = queue.batch();
        for (int i = 0; i < 100; i++) {
            queue.add(span(SpanQueue.MOST + i));
        }
        queue.done(sent);
        assertThat(queue.size()).isEqualTo(SpanQueue.MOST - SpanQueue.BATCH + 100);
        assertThat(queue.batch().spans().getFirst().name()).isEqualTo("n" + SpanQueue.BATCH);
        assertThat(queue.dropped()).isEqualTo(100);
    }

    private static Span span(int n) {
        return new Span(
                TraceContext.ofRun("r" + n, 1),
                null,
                "n" + n,
                Span.Kind.INTERNAL,
                NOW,
                NOW,
                Span.Status.OK,
                "",
                new TreeMap<>());
    }
}
