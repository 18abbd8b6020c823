package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.Severity;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is told again, and when. */
class CooldownTest extends AlertsScript {
    @Test
    void whatComesTogetherIsOneLetter() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofSeconds(5));
        raise(critical("b"));
        assertThat(sent).isEmpty();
        pass(Duration.ofSeconds(5));
        assertThat(sent).hasSize(1);
        assertThat(items()).containsExactly("RAISED b", "RAISED a");
    }

    @Test
    void whatIsSaidAgainAndHasNotChangedIsNotToldAgain() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 5_000; i++) {
            raise(warning("a"));
            pass(Duration.ofSeconds(5));
        }
        assertThat(items()).containsExactly("RAISED a");
    }

    @Test
    void whatGetsWorseIsToldWithinTheCooldownAndWhatGetsBetterAfterIt() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofMinutes(1));
        raise(critical("a"));
        pass(Duration.ofMinutes(1));
        assertThat(items()).containsExactly("RAISED a", "CHANGED a");
        raise(warning("a"));
        pass(Duration.ofMinutes(10));
        assertThat(sent).hasSize(2);
        pass(Duration.ofMinutes(10));
        assertThat(items()).containsExactly("RAISED a", "CHANGED a", "CHANGED a");
    }

    @Test
    void whatComesAndGoesIsCountedAndToldAfterTheCooldown() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 8; i++) {
            raise(warning("a"));
            pass(Duration.ofSeconds(30));
            clear("a");
            pass(Duration.ofSeconds(30));
        }
        pass(Duration.ofHours(1));
        assertThat(items()).containsExactly("RAISED a", "CLEARED a", "PASSED a");
        assertThat(sent.getLast().items().getFirst().untold()).isEqualTo(7);
    }

    @Test
    void anEventThatRepeatsIsToldOnceInACooldownWithItsNumber() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 60; i++) {
            raise(Occasion.event("e", Severity.WARNING, "it happened"));
            pass(Duration.ofSeconds(30));
        }
        pass(Duration.ofHours(1));
        assertThat(sent).hasSize(3);
        assertThat(sent.stream().mapToInt(l -> l.items().getFirst().untold()).sum())
                .isEqualTo(60);
    }

    @Test
    void aStormIsCountedNotKept() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 5_000; i++) {
            raise(warning("guard/x/" + i));
        }
        pass(Duration.ofHours(5));
        assertThat(kept.matters.size()).isLessThanOrEqualTo(Alerts.MOST + 1);
        assertThat(sent.stream()
                        .flatMap(l -> l.items().stream())
                        .mapToInt(Item::untold)
                        .sum())
                .isEqualTo(5_000);
    }

    @Test
    void whatBecameWorseThanTheLetterThatWasGivenUpIsToldAnew() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Refused("554 no"));
        raise(warning("a"));
        pass(Duration.ofMinutes(5));
        raise(critical("a"));
        while (said.stream().noneMatch(w -> w.contains("given up"))) {
            pass(Duration.ofSeconds(10));
        }
        answers.clear();
        sent.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).containsExactly("RAISED a");
    }
}
