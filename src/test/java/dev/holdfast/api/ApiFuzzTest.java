package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is asked is answered, and nothing of it is a bug. {@code -Dholdfast.fuzz=1000000} asks longer. */
class ApiFuzzTest {
    private static final int REQUESTS = Integer.getInteger("holdfast.fuzz", 20_000);
    private static final long SLOW_NANOS = Duration.ofSeconds(10).toNanos();

    static String document() throws Exception {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Timeout(1800)
    void noRequestIsABugOrGoesUnanswered() throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        var bugs = new ArrayList<String>();
        var api = new Api(new MadeUp(seed, false).port(), bugs::add);
        var fuzz = new Fuzz(document(), seed, path -> !path.equals("/openapi.json"));
        var caller = new Caller("ann", "socket", Scope.ADMIN.all());
        var statuses = new TreeMap<Integer, Integer>();
        for (int i = 0; i < REQUESTS; i++) {
            HttpRequest request = fuzz.next(20);
            long began = System.nanoTime();
            HttpAnswer answer = api.answer(request, caller);
            if (answer instanceof HttpAnswer.Stream stream) {
                try (HttpAnswer.Source source = stream.source()) {
                    assertThat(source.next(Duration.ofMillis(1))).isNotNull();
                }
            }
            statuses.merge(answer.status(), 1, Integer::sum);
            if (answer.status() >= 500 || !bugs.isEmpty() || System.nanoTime() - began > SLOW_NANOS) {
                throw new AssertionError(
                        "seed " + seed + ", request " + i + ": " + request + " was answered " + answer + " " + bugs);
            }
        }
        // it is not the same door each time
        assertThat(statuses.keySet()).containsAll(List.of(200, 201, 400, 404, 405));
        assertThat(statuses.getOrDefault(200, 0)).as("%s", statuses).isGreaterThan(REQUESTS / 5);
    }
}
