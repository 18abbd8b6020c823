package dev.holdfast.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronExpressionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/15 * * * *      | 2026-01-01T00:00 | 2026-01-01T00:15",
                "0 2 * * *         | 2026-01-01T02:00 | 2026-01-02T02:00",
                "0 4 * * 0         | 2026-01-01T00:00 | 2026-01-04T04:00",
                "0 4 * * 7         | 2026-01-01T00:00 | 2026-01-04T04:00",
                "0 4 * * sun       | 2026-01-01T00:00 | 2026-01-04T04:00",
                "0 4 * * SAT-SUN   | 2026-01-03T04:00 | 2026-01-04T04:00",
                "5-59/15 3 * * *   | 2026-01-01T03:05 | 2026-01-01T03:20",
                "0 0 29 2 *        | 2026-01-01T00:00 | 2028-02-29T00:00",
                "0 0 29 2 *        | 2097-01-01T00:00 | 2104-02-29T00:00",
                "0 0 L * *         | 2026-02-01T00:00 | 2026-02-28T00:00",
                "0 0 L-2 * *       | 2026-02-01T00:00 | 2026-02-26T00:00",
                "0 0 LW * *        | 2026-01-01T00:00 | 2026-01-30T00:00",
                "0 0 15W 8 *       | 2026-01-01T00:00 | 2026-08-14T00:00",
                "0 0 1W 8 *        | 2026-01-01T00:00 | 2026-08-03T00:00",
                "0 0 31W 5 *       | 2026-01-01T00:00 | 2026-05-29T00:00",
                "0 0 * * FRIL      | 2026-01-01T00:00 | 2026-01-30T00:00",
                "0 0 * * 5L        | 2026-01-01T00:00 | 2026-01-30T00:00",
                "0 0 * * MON#2     | 2026-01-01T00:00 | 2026-01-12T00:00",
                "0 0 * * 4#5       | 2026-02-01T00:00 | 2026-04-30T00:00",
                "30 0 0 1 1 *      | 2026-01-01T00:00 | 2026-01-01T00:00:30",
                "*/20 * * * * *    | 2026-01-01T00:00:40 | 2026-01-01T00:01",
                "@hourly           | 2026-01-01T00:00 | 2026-01-01T01:00",
                "@daily            | 2026-01-01T00:00 | 2026-01-02T00:00",
                "@midnight         | 2026-01-01T00:00 | 2026-01-02T00:00",
                "@weekly           | 2026-01-01T00:00 | 2026-01-04T00:00",
                "@monthly          | 2026-01-01T00:00 | 2026-02-01T00:00",
                "@yearly           | 2026-01-01T00:00 | 2027-01-01T00:00",
                "@annually         | 2026-01-01T00:00 | 2027-01-01T00:00",
            })
    void isDue(String expression, String after, String due) {
        assertThat(CronExpression.parse(expression).next(utc(after), ZoneOffset.UTC))
                .isEqualTo(utc(due));
    }

    /** crontab(5): with two restricted day fields either is enough, unless one of them begins with a star. */
    @Test
    void takesEitherDayFieldUnlessOneBeginsWithAStar() {
        assertThat(days("0 4 1,15 * FRI")).containsExactly(2, 9, 15, 16, 23, 30);
        assertThat(days("0 4 1,15 * *")).containsExactly(15);
        assertThat(days("0 4 * * FRI")).containsExactly(2, 9, 16, 23, 30);
        assertThat(days("0 4 */2 * FRI")).containsExactly(9, 23);
        assertThat(days("0 4 10-16 * */4")).containsExactly(11, 15);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "60 * * * *      | 1  | 60 where a minute, 0 to 59 is expected",
                "* 24 * * *      | 3  | 24 where a hour, 0 to 23",
                "0 0 0 * *       | 5  | a day of month, 1 to 31",
                "0 0 * foo *     | 7  | \"foo\" is no month; a month, 1 to 12 or JAN to DEC",
                "0 0 * * MON-XYZ | 13 | \"xyz\" is no day of week",
                "*/0 * * * *     | 3  | 0 where a step, 1 to 60",
                "*/61 * * * *    | 3  | a step, 1 to 60",
                "5/15 * * * *    | 2  | a step needs a range, such as 5-59/15",
                "0 22-2 * * *    | 6  | runs backwards; write 22-23,0-2",
                "0 0 ? * *       | 5  | ? is Quartz's; write *",
                "0 0 * * L       | 9  | write such as FRIL or 5L",
                "L 0 * * *       | 1  | L counts in the days only",
                "0 0 * * 5#6     | 11 | which of the month it is, 1 to 5",
                "0 0 5L * *      | 6  | \"l\" is not expected",
                "0 0 * *         | 8  | five fields are expected",
                "0 0 * * * * *   | 13 | there are 7",
                "1, * * * *      | 3  | the end where a minute",
                "@fortnightly    | 1  | is none of @hourly",
                "@every 5m       | 1  | write every: 90s",
                "0 0 31 2,4 *    | 1  | no such day ever comes",
                "0 0 99999999999 * * | 5 | a day of month",
            })
    void refusesWithThePlaceInsideTheExpression(String expression, int position, String message) {
        assertThatThrownBy(() -> CronExpression.parse(expression))
                .isInstanceOfSatisfying(
                        CronSyntaxException.class, e -> assertThat(e.position()).isEqualTo(position))
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin,       2026-03-29T00:00, 2026-03-29T01:00:00Z, 30 2 * * *",
        "America/New_York,    2026-03-08T00:00, 2026-03-08T07:00:00Z, 30 2 * * *",
        "Australia/Lord_Howe, 2026-10-04T00:00, 2026-10-03T15:30:00Z, 15 2 * * *",
        "Africa/Casablanca,   2026-03-22T00:00, 2026-03-22T02:00:00Z, 30 2 * * *",
        "Pacific/Apia,        2011-12-29T12:00, 2011-12-30T10:00:00Z, 0 12 * * *",
    })
    void runsOnceRightAfterTheGapWhatTheGapSkips(String zone, String from, Instant due, String expression) {
        ZoneId z = ZoneId.of(zone);
        List<Instant> two = list(expression, z, from, 2);
        assertThat(two.getFirst()).isEqualTo(due);
        assertThat(Duration.between(two.get(0), two.get(1))).isLessThan(Duration.ofHours(25));
    }

    @Test
    void joinsEverythingAGapSkipsAndWhatIsDueAtItsEnd() {
        assertThat(list("0,10,50 2,3 * * *", ZoneId.of("Europe/Berlin"), "2026-03-29T00:00", 3))
                .containsExactly(
                        Instant.parse("2026-03-29T01:00:00Z"),
                        Instant.parse("2026-03-29T01:10:00Z"),
                        Instant.parse("2026-03-29T01:50:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin,       2026-10-25T00:00, 2026-10-25T00:30:00Z, 30 2 * * *",
        "America/New_York,    2026-11-01T00:00, 2026-11-01T05:30:00Z, 30 1 * * *",
        "Australia/Lord_Howe, 2026-04-05T00:00, 2026-04-04T14:45:00Z, 45 1 * * *",
        "Africa/Casablanca,   2026-02-15T00:00, 2026-02-15T01:30:00Z, 30 2 * * *",
    })
    void runsOnceInTheFirstPassWhatIsRepeated(String zone, String from, Instant due, String expression) {
        List<Instant> two = list(expression, ZoneId.of(zone), from, 2);
        assertThat(two.getFirst()).isEqualTo(due);
        assertThat(Duration.between(two.get(0), two.get(1))).isGreaterThan(Duration.ofHours(24));
    }

    /** As Vixie cron treats a minute or hour that begins with a star. */
    @Test
    void followsTheClockThroughGapAndRepetitionWhenAFieldOfTheTimeBeginsWithAStar() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        assertThat(list("*/30 * * * *", berlin, "2026-03-29T01:30", 2))
                .containsExactly(Instant.parse("2026-03-29T01:00:00Z"), Instant.parse("2026-03-29T01:30:00Z"));
        assertThat(list("15 * * * *", berlin, "2026-10-25T01:30", 3))
                .containsExactly(
                        Instant.parse("2026-10-25T00:15:00Z"),
                        Instant.parse("2026-10-25T01:15:00Z"),
                        Instant.parse("2026-10-25T02:15:00Z"));
        assertThat(list("*/30 2 * * *", berlin, "2026-03-29T00:00", 1))
                .as("the hour that does not exist is left out")
                .containsExactly(Instant.parse("2026-03-30T00:00:00Z"));
        ZoneId lordHowe = ZoneId.of("Australia/Lord_Howe");
        assertThat(list("0 * * * *", lordHowe, "2026-10-04T01:00", 2))
                .as("half an hour's gap from 02:00 to 02:30: 02:00 does not exist")
                .containsExactly(Instant.parse("2026-10-03T16:00:00Z"), Instant.parse("2026-10-03T17:00:00Z"));
    }

    @Test
    void findsTheNextInAFarYearWithoutWalkingThere() {
        CronExpression rare = CronExpression.parse("59 59 23 29 2 *");
        ZoneId casablanca = ZoneId.of("Africa/Casablanca");
        Instant due = Instant.parse("2026-01-01T00:00:00Z");
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(rare.next(due, casablanca)).isAfter(due);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("a walk by minutes would take a million steps for each")
                .isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void namesTheLastDueTimesOfALongWhile() {
        Timing often = new Timing.Cron(CronExpression.parse("* * * * * *"), ZoneOffset.UTC);
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(often.last(now.minus(Duration.ofDays(3000)), now, 3))
                .containsExactly(now.minusSeconds(2), now.minusSeconds(1), now);
        Timing yearly = new Timing.Cron(CronExpression.parse("@yearly"), ZoneOffset.UTC);
        assertThat(yearly.last(Instant.parse("2019-06-01T00:00:00Z"), now, 3))
                .containsExactly(Instant.parse("2024-01-01T00:00:00Z"), Instant.parse("2025-01-01T00:00:00Z"), now);
        assertThat(yearly.last(now, now.plusSeconds(5), 3)).isEmpty();
    }

    @Test
    void followsElapsedTimeByIntervals() {
        Timing every = new Timing.Every(Duration.ofSeconds(90));
        Instant one = Objects.requireNonNull(every.next(Instant.parse("2026-03-29T00:59:59Z")));
        Instant two = Objects.requireNonNull(every.next(one));
        assertThat(Duration.between(one, two)).hasSeconds(90);
        assertThat(every.next(two.minusNanos(1))).isEqualTo(two);
        assertThatThrownBy(() -> new Timing.Every(Duration.ofMillis(1500))).hasMessageContaining("whole seconds");
    }

    private static List<Integer> days(String expression) {
        return list(expression, ZoneOffset.UTC, "2026-01-01T04:00", 6).stream()
                .map(i -> i.atZone(ZoneOffset.UTC))
                .filter(t -> t.getMonthValue() == 1)
                .map(java.time.ZonedDateTime::getDayOfMonth)
                .toList();
    }

    private static List<Instant> list(String expression, ZoneId zone, String from, int n) {
        CronExpression e = CronExpression.parse(expression);
        var all = new ArrayList<Instant>();
        Instant at = LocalDateTime.parse(from).atZone(zone).toInstant();
        for (int i = 0; i < n; i++) {
            at = Objects.requireNonNull(e.next(at, zone));
            all.add(at);
        }
        return all;
    }

    private static Instant utc(String local) {
        return LocalDateTime.parse(local).toInstant(ZoneOffset.UTC);
    }
}
