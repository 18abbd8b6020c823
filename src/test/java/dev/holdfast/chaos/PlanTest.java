package dev.holdfast.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aSeedIsAPlan() {
        assertThat(Plan.of(7, HOUR, Set.of())).isEqualTo(Plan.of(7, HOUR, Set.of()));
        assertThat(Plan.of(7, HOUR, Set.of()).strikes())
                .isNotEqualTo(Plan.of(8, HOUR, Set.of()).strikes());
    }

    @Test
    void aLongerOneBeginsAsTheShorter() {
        var hour = Plan.of(7, HOUR, Set.of()).strikes();
        var minute = Plan.of(7, Duration.ofMinutes(1), Set.of()).strikes();
        assertThat(hour.subList(0, minute.size())).isEqualTo(minute);
    }

    @Test
    void everyFaultComesWithinOneAndAHalfMinutesOfAnySeed() {
        for (long seed = 0; seed < 200; seed++) {
            assertThat(Plan.of(seed, Duration.ofSeconds(90), Set.of()).strikes().stream()
                            .map(Plan.Strike::fault)
                            .collect(Collectors.toSet()))
                    .isEqualTo(EnumSet.allOf(Fault.class));
        }
    }

    @Test
    void withoutOneTheOthersStayAtTheirTimes() {
        var all = Plan.of(7, HOUR, Set.of()).strikes();
        assertThat(Plan.of(7, HOUR, Set.of(Fault.CLOCK)).strikes())
                .isEqualTo(all.stream().filter(s -> s.fault() != Fault.CLOCK).toList());
    }

    @Test
    void nothingOverlapsAndOnlyWhatMayHasADeadDaemonInIt() {
        Duration end = Duration.ZERO;
        for (Plan.Strike s : Plan.of(7, HOUR, Set.of()).strikes()) {
            assertThat(s.at()).isGreaterThan(end);
            assertThat(!s.meanwhile() || s.fault().outlivesDaemons()).isTrue();
            end = s.at().plus(s.lasting());
        }
    }
}
