package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.config.ReportSpec;
import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.Timing;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports and clocks that are wrong. */
class ReportDeskTest {
    private static final Instant SENT = Instant.parse("2026-08-03T08:00:00Z"); // a Monday
    private static final SortedMap<String, ReportSpec> DAILY = new TreeMap<>(java.util.Map.of(
            "daily",
            new ReportSpec(
                    "daily",
                    new Timing.Cron(CronExpression.parse("0 8 * * *"), ZoneOffset.UTC),
                    List.of("ops"),
                    null)));

    @TempDir
    private Path state;

    private final AtomicInteger made = new AtomicInteger();
    private Console console;
    private ReportDesk desk;

    @BeforeEach
    void begin() throws IOException {
        console = new Console(new ByteArrayOutputStream(), false, false, List.of());
        desk = new ReportDesk(
                state,
                _ -> {
                    made.incrementAndGet();
                    throw new Refused(503, new Failure("in a test", List.of()));
                },
                _ -> CompletableFuture.completedFuture(false),
                _ -> {},
                console);
        Files.writeString(state.resolve("reports"), SENT.toEpochMilli() + " daily\n");
    }

    @AfterEach
    void end() {
        console.close();
    }

    private static Now at(Instant wall, Duration up) {
        return new Now(wall, new MonoTime(0).plus(up));
    }

    private long kept() throws IOException {
        return Long.parseLong(Files.readString(state.resolve("reports")).split(" ", -1)[0]);
    }

    @Test
    void aClockThatIsInThePastAtBootSendsNothingTwice() throws IOException {
        Instant wrong = Instant.parse("2020-01-01T00:00:00Z");
        desk.configure(DAILY, at(wrong, Duration.ZERO));
        desk.tick(at(wrong.plusSeconds(20), Duration.ofSeconds(20)));
        desk.tick(at(SENT.plusSeconds(600), Duration.ofSeconds(40))); // it was set
        desk.tick(at(SENT.plusSeconds(7200), Duration.ofHours(2)));
        assertThat(made).hasValue(0);
        assertThat(kept()).isEqualTo(SENT.toEpochMilli());
        desk.tick(at(SENT.plus(Duration.ofDays(1)).plusSeconds(1), Duration.ofHours(24)));
        await().atMost(Duration.ofSeconds(60)).until(() -> made.get() == 1);
    }

    @Test
    void aLastTimeThatStaysInTheFutureSilencesNothing() throws IOException {
        Instant now = Instant.parse("2026-05-04T09:00:00Z"); // what was kept was said by a clock months ahead
        desk.configure(DAILY, at(now, Duration.ZERO));
        desk.tick(at(now.plusSeconds(20), Duration.ofSeconds(20)));
        assertThat(kept()).as("the clock may yet be set").isEqualTo(SENT.toEpochMilli());
        Instant later = now.plus(Duration.ofMinutes(31));
        desk.tick(at(later, Duration.ofMinutes(31)));
        assertThat(kept()).isEqualTo(later.toEpochMilli());
        desk.tick(at(now.plus(Duration.ofHours(23)).plusSeconds(1), Duration.ofHours(23)));
        await().atMost(Duration.ofSeconds(60)).until(() -> made.get() == 1);
    }
}
