package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.unit.Severity;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Quiet hours, escalation and silence. */
class QuietTest extends AlertsScript {
    @Test
    void inQuietHoursOnlyWhatIsCriticalIsToldAndTheRestAfterwards() {
        with(channel(
                "ops",
                Severity.WARNING,
                new AlertSpec.QuietSpec(
                        LocalTime.of(11, 0),
                        LocalTime.of(14, 0),
                        ZoneOffset.UTC,
                        EnumSet.allOf(DayOfWeek.class),
                        true)));
        raise(warning("a"));
        raise(critical("b"));
        raise(warning("c"));
        clear("c");
        pass(Duration.ofMinutes(119));
        assertThat(items()).containsExactly("RAISED b");
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactlyInAnyOrder("RAISED b", "RAISED a", "PASSED c");
    }

    @Test
    void quietHoursFollowAWallClockThatIsSet() {
        with(channel(
                "ops",
                Severity.WARNING,
                new AlertSpec.QuietSpec(
                        LocalTime.of(11, 0),
                        LocalTime.of(23, 0),
                        ZoneOffset.UTC,
                        EnumSet.allOf(DayOfWeek.class),
                        true)));
        raise(warning("a"));
        pass(Duration.ofMinutes(5));
        wallOffset += Duration.ofHours(12).toMillis();
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactly("RAISED a");
    }

    @Test
    void whatIsCriticalForSoLongIsToldToOthersUnlessSomebodySilencedIt() {
        var steps = List.of(new AlertSpec.StepSpec(Duration.ofMinutes(30), Severity.CRITICAL, List.of("boss")));
        tell(new Stimulus.Configure(
                spec(steps, channel("ops", Severity.WARNING, null), channel("boss", Severity.WARNING, null))));
        raise(warning("w"));
        raise(critical("c"));
        raise(critical("known"));
        raise(critical("short"));
        pass(Duration.ofMinutes(5));
        tell(new Stimulus.Hush("known", Duration.ofHours(9), "", "me"));
        clear("short");
        pass(Duration.ofHours(1));
        assertThat(sent.stream().filter(l -> l.channel().equals("boss")).flatMap(l -> l.items().stream()))
                .extracting(i -> i.occasion().key())
                .containsExactly("c");
    }

    @Test
    void aStepThatDoesNotApplyKeepsNoLaterOneBack() {
        var steps = List.of(
                new AlertSpec.StepSpec(Duration.ofMinutes(10), Severity.CRITICAL, List.of("phone")),
                new AlertSpec.StepSpec(Duration.ofHours(1), Severity.WARNING, List.of("boss")));
        tell(new Stimulus.Configure(spec(
                steps,
                channel("ops", Severity.WARNING, null),
                channel("boss", Severity.WARNING, null),
                channel("phone", Severity.WARNING, null))));
        raise(warning("a"));
        pass(Duration.ofHours(2));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops", "boss");
    }

    @Test
    void whoWasToldByAnEscalationIsNotToldAtOnceTheNextTime() {
        var steps = List.of(new AlertSpec.StepSpec(Duration.ofMinutes(30), Severity.CRITICAL, List.of("phone")));
        tell(new Stimulus.Configure(
                spec(steps, channel("ops", Severity.WARNING, null), channel("phone", Severity.WARNING, null))));
        raise(critical("a"));
        pass(Duration.ofHours(1));
        clear("a");
        pass(Duration.ofHours(1));
        sent.clear();
        raise(critical("a"));
        pass(Duration.ofMinutes(20));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops");
        pass(Duration.ofMinutes(20));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops", "phone");
    }

    @Test
    void whatIsSilencedIsToldWhenTheSilenceEndsIfItStillLasts() {
        with(channel("ops", Severity.WARNING, null));
        tell(new Stimulus.Hush("a*", Duration.ofHours(1), "", "me"));
        raise(warning("a1"));
        raise(warning("a2"));
        raise(Occasion.event("a3", Severity.CRITICAL, "once"));
        pass(Duration.ofMinutes(59));
        clear("a2");
        assertThat(sent).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactly("RAISED a1");
    }

    @Test
    void whoWasToldOfItHearsThatItIsOverThoughSilenced() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofMinutes(1));
        tell(new Stimulus.Hush("a", Duration.ofHours(1), "", "me"));
        clear("a");
        pass(Duration.ofMinutes(1));
        assertThat(items()).containsExactly("RAISED a", "CLEARED a");
    }
}
