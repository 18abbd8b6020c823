package dev.holdfast.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The arithmetic against one that looks at every minute; a seed decides each triple, so a failing one replays. */
class OracleTest {
    private static final int TRIPLES = 100_000;

    /** Whose offsets are whole minutes from 1995 on; all kinds of changes are among them. */
    private static final List<ZoneId> ZONES = List.of(
                    "UTC",
                    "Europe/Berlin",
                    "America/New_York",
                    "Australia/Lord_Howe",
                    "Africa/Casablanca",
                    "Pacific/Apia",
                    "America/St_Johns",
                    "America/Sao_Paulo",
                    "Asia/Kathmandu",
                    "Asia/Tehran",
                    "Antarctica/Troll",
                    "Pacific/Chatham")
            .stream()
            .map(ZoneId::of)
            .toList();

    @Test
    void agreesWithOneThatLooksAtEveryMinute() {
        Long only = Long.getLong("holdfast.seed");
        LongStream seeds = only == null ? LongStream.range(0, TRIPLES) : LongStream.of(only);
        long due = seeds.parallel().filter(OracleTest::agree).count();
        assertThat(due).as("triples with a due time within reach").isGreaterThan(only == null ? TRIPLES * 9 / 10 : 0);
    }

    /** Whether there was a due time to agree on; every second triple begins within two days of a change of offset. */
    private static boolean agree(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
        Instant after = Instant.ofEpochSecond(random.nextLong(
                Instant.parse("1995-01-01T00:00:00Z").getEpochSecond(),
                Instant.parse("2045-01-01T00:00:00Z").getEpochSecond()));
        var change = zone.getRules().nextTransition(after);
        if (random.nextBoolean() && change != null) {
            after = change.getInstant().plusSeconds(random.nextLong(-172_800, 7_200));
        }
        var expressions = new RandomExpressions(random);
        String expression = expressions.any();
        CronExpression parsed = parsed(expression);
        while (parsed == null) {
            expression = expressions.any();
            parsed = parsed(expression);
        }
        Instant limit = after.plus(Duration.ofDays(400));
        Instant expected = new SlowOracle(expression, zone).next(after, limit);
        Instant got = parsed.next(after, zone);
        if (got != null && !got.isBefore(limit)) {
            got = null;
        }
        if (expected == null ? got != null : !expected.equals(got)) {
            fail("\"" + expression + "\" in " + zone + " after " + after + ": " + got + ", the oracle says " + expected
                    + " (replay with -Dholdfast.seed=" + seed + ")");
        }
        return expected != null;
    }

    /** Null for a day that never comes, the one thing a random expression may be refused for. */
    private static @Nullable CronExpression parsed(String expression) {
        try {
            return CronExpression.parse(expression);
        } catch (CronSyntaxException e) {
            assertThat(e).as(expression).hasMessageContaining("no such day ever comes");
            return null;
        }
    }
}
