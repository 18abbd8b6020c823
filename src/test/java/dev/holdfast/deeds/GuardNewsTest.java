package dev.holdfast.deeds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.guard.Suspect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuardNewsTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final GuardNews news = new GuardNews();

    private void tell(int minute, Kind kind, String rule, String deed) {
        var who = new Suspect(new ProcessRef(7, 1), 1, 'R', "php", "www", "", "", 97, 1, 60);
        news.tell(new Finding(
                NOON.plus(Duration.ofMinutes(minute)),
                kind,
                rule,
                who,
                "cpu > 80%: 97%",
                deed,
                List.of(),
                false,
                List.of()));
    }

    private List<String> at(int minute) {
        return news.items(NOON.plus(Duration.ofMinutes(minute))).stream()
                .map(i -> i.name() + " " + i.level() + ", " + i.value())
                .toList();
    }

    @Test
    void whatWasEndedIsSaidForAnHourAndIsWell() {
        tell(0, Kind.FIRED, "runaway", "kill with TERM");
        tell(0, Kind.ENDED, "runaway", "ended");
        tell(1, Kind.FIRED, "runaway", "kill with TERM");
        assertThat(at(2)).containsExactly("runaway ok, fired 2 times in the last hour");
        assertThat(news.items(NOON.plusSeconds(120)).getFirst().detail())
                .isEqualTo("pid 7 php: cpu > 80%: 97%: kill with TERM");
        assertThat(at(60)).hasSize(1);
        assertThat(at(62)).isEmpty();
    }

    @Test
    void anAlertWarnsAsLongAsItHolds() {
        tell(0, Kind.FIRED, "alone", "alert");
        assertThat(at(300)).containsExactly("alone warning, has not fired in the last hour");
        tell(301, Kind.CLEARED, "alone", "no longer");
        assertThat(at(302)).isEmpty();
    }

    @Test
    void whatCouldNotBeEndedIsCriticalUntilItHasGone() {
        tell(0, Kind.FIRED, "stuck", "kill with TERM");
        tell(1, Kind.STAYS, "stuck", "it outlives SIGKILL");
        assertThat(at(2)).containsExactly("stuck critical, fired once in the last hour");
        assertThat(at(90)).hasSize(1);
        tell(91, Kind.ENDED, "stuck", "ended at last");
        assertThat(at(92)).isEmpty();
        tell(100, Kind.REFUSED, "stuck", "the kernel refuses");
        assertThat(at(101)).containsExactly("stuck critical, has not fired in the last hour");
        assertThat(at(161)).isEmpty();
    }

    @Test
    void whatIsHeldBackOrSparedWarns() {
        tell(0, Kind.FIRED, "many", "kill with TERM");
        tell(0, Kind.HELD_BACK, "many", "held back: at most 1 per 1h");
        assertThat(at(1)).containsExactly("many warning, fired once in the last hour");
    }

    @Test
    void aRuleThatIsGoneIsForgotten() {
        tell(0, Kind.FIRED, "old", "alert");
        tell(0, Kind.FIRED, "new", "alert");
        news.only(Set.of("new"));
        assertThat(news.items(NOON)).extracting(Item::name).containsExactly("new");
    }
}
