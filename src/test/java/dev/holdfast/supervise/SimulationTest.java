package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole lives of a supervised host on a virtual clock; a seed decides everything, so a failing one replays exactly. */
class SimulationTest {
    private static final long SEEDS = 10_000;

    @Test
    void holdsItsInvariantsWhateverTheKernelDoes() {
        Long only = Long.getLong("holdfast.seed");
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        seeds.forEach(seed -> {
            try {
                new Simulation(seed, Simulation.Fault.NONE).run();
            } catch (Throwable e) {
                fail("seed " + seed + " (replay with -Dholdfast.seed=" + seed + ")", e);
            }
        });
    }

    @Test
    void noticesAKernelThatIsTwiceAskedToStartTheSame() {
        assertThat(violationsOf(Simulation.Fault.LAUNCH_TWICE)).isPositive();
    }

    @Test
    void noticesAStopThatIsNeverCarriedOut() {
        assertThat(violationsOf(Simulation.Fault.LOSE_KILLS)).isPositive();
    }

    @Test
    void noticesAKernelThatLosesTheAnswerToTheNewsOfAStart() {
        assertThat(violationsOf(Simulation.Fault.DEAF_WHILE_TELLING)).isPositive();
    }

    private static long violationsOf(Simulation.Fault fault) {
        return LongStream.range(0, 50)
                .filter(seed -> {
                    try {
                        new Simulation(seed, fault).run();
                        return false;
                    } catch (AssertionError caught) {
                        return true;
                    }
                })
                .count();
    }
}
