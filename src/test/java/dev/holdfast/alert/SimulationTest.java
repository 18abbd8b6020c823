package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * What is told, to whom, how often, whatever dies, is away, is set or is configured anew meanwhile; see {@link World} and
 * {@link Servers} for the faults and the invariants. {@code -Dholdfast.seed=N} replays one, {@code -Dholdfast.seeds=N} plays
 * more.
 */
class SimulationTest {
    private static final int SEEDS = 1_500;

    @Test
    void tellsEachAlertOnceWhateverHappens() {
        Long one = Long.getLong("holdfast.seed");
        int seeds = Integer.getInteger("holdfast.seeds", SEEDS);
        long first = one == null ? 0 : one;
        long delivered = 0;
        long deaths = 0;
        long overtaken = 0;
        long givenUp = 0;
        for (long seed = first; seed < (one == null ? seeds : one + 1); seed++) {
            var world = new World(seed);
            try {
                world.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
            delivered += world.servers.delivered;
            overtaken += world.servers.overtaken;
            deaths += world.deaths;
            givenUp += world.givenUp;
        }
        if (one == null) { // else the faults would not be what is tested
            assertThat(delivered).isGreaterThan(seeds * 5L);
            assertThat(deaths).isGreaterThan(seeds);
            assertThat(givenUp).isPositive();
            assertThat(overtaken).isGreaterThan(seeds);
        }
    }
}
