package dev.holdfast.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which fault comes when: a function of the seed alone. In each round every fault comes once, in another order.
 *
 * @param strikes by their time
 */
record Plan(long seed, List<Strike> strikes) {
    private static final int LEAST_PAUSE_MILLIS = 300;
    private static final int MOST_PAUSE_MILLIS = 2200;
    private static final int LEAST_MILLIS = 300;

    /**
     * One fault.
     *
     * @param at since the beginning
     * @param lasting how long; zero: it is over at once
     * @param meanwhile whether the daemon is killed in the midst of it
     * @param draw what chance decides within it: whom it hits, how many
     */
    record Strike(Duration at, Fault fault, Duration lasting, boolean meanwhile, long draw) {}

    /**
     * @param length after which no fault begins
     * @param without faults that cannot be had here
     */
    static Plan of(long seed, Duration length, Set<Fault> without) {
        var random = new Random(seed);
        var strikes = new ArrayList<Strike>();
        long millis = 0;
        while (true) {
            // All are dealt and drawn for, so that a seed means the same where one is left out.
            var round = new ArrayList<>(EnumSet.allOf(Fault.class));
            Collections.shuffle(round, random);
            for (Fault fault : round) {
                millis += random.nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS);
                int lasting = fault.mostMillis() == 0 ? 0 : random.nextInt(LEAST_MILLIS, fault.mostMillis());
                boolean meanwhile = random.nextInt(3) == 0 && fault.outlivesDaemons();
                long draw = random.nextLong();
                if (millis > length.toMillis()) {
                    return new Plan(seed, List.copyOf(strikes));
                }
                if (!without.contains(fault)) {
                    strikes.add(
                            new Strike(Duration.ofMillis(millis), fault, Duration.ofMillis(lasting), meanwhile, draw));
                }
                millis += lasting;
            }
        }
    }
}
