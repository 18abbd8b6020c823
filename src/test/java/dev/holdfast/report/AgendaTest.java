package dev.holdfast.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ReportSpec;
import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.Timing;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgendaTest {
    private static final Instant MONDAY = Instant.parse("2026-08-03T06:00:00Z"); // 8:00 in Berlin

    private static ReportSpec spec(String cron, @Nullable Duration span) {
        return new ReportSpec(
                "weekly",
                new Timing.Cron(CronExpression.parse(cron), ZoneId.of("Europe/Berlin")),
                List.of("ops"),
                span);
    }

    private static List<Agenda.Due> due(ReportSpec s, Instant last, Instant now) {
        return Agenda.due(List.of(s), Map.of("weekly", last), now);
    }

    @Test
    void itIsDueAtItsTimesInItsZone() {
        ReportSpec s = spec("0 8 * * 1", null);
        assertThat(due(s, MONDAY.minusSeconds(100), MONDAY.minusSeconds(1))).isEmpty();
        Agenda.Due due = due(s, MONDAY.minusSeconds(100), MONDAY.plusSeconds(3)).getFirst();
        assertThat(due.due()).isEqualTo(MONDAY);
        assertThat(due.from()).isEqualTo(MONDAY.plusSeconds(3).minus(Duration.ofDays(7)));
        assertThat(due(s, MONDAY, MONDAY.plusSeconds(60))).as("once").isEmpty();
        assertThat(Agenda.next(List.of(s), MONDAY)).isEqualTo(MONDAY.plus(Duration.ofDays(7)));
    }

    @Test
    void whatWasMissedForWeeksIsSentOnce() {
        List<Agenda.Due> due = due(spec("0 8 * * 1", null), MONDAY, MONDAY.plus(Duration.ofDays(25)));
        assertThat(due).hasSize(1);
        assertThat(due.getFirst().due()).isEqualTo(MONDAY.plus(Duration.ofDays(21)));
    }

    @Test
    void aClockThatWasSetBackSendsNothingTwice() {
        assertThat(due(spec("* * * * *", null), MONDAY, MONDAY.minus(Duration.ofDays(2))))
                .isEmpty();
    }

    @Test
    void whatWasDueInTheFutureIsSeen() {
        assertThat(Agenda.ahead(Map.of("a", MONDAY.plusSeconds(299), "b", MONDAY.plusSeconds(301)), MONDAY))
                .containsExactly("b");
    }

    @Test
    void theSpanIsFromOneDueTimeToTheNextWithinBounds() {
        assertThat(Agenda.span(spec("0 8 * * *", null), MONDAY)).isEqualTo(Duration.ofDays(1));
        assertThat(Agenda.span(spec("* * * * *", null), MONDAY)).isEqualTo(Duration.ofHours(1));
        assertThat(Agenda.span(spec("0 8 3 8 *", null), MONDAY)).isEqualTo(Duration.ofDays(30));
        assertThat(Agenda.span(spec("0 8 * * 1", Duration.ofDays(2)), MONDAY)).isEqualTo(Duration.ofDays(2));
    }
}
