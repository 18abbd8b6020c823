package dev.holdfast.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Noise is no leak, whatever noise; a leak is one, at its rate. */
class TrendTest {
    private static final int STEP = 900;
    private static final int WEEK = 7 * 96;
    private static final double MIB = 1 << 20;
    private static final double LEAST = 8 * MIB;
    private static final int SEEDS = 1_000;

    private static List<Trend.Point> points(int n, IntToDoubleFunction value) {
        return IntStream.range(0, n)
                .mapToObj(i -> new Trend.Point((double) i * STEP, value.applyAsDouble(i)))
                .toList();
    }

    /** What memory does that does not leak, around 200 MiB. */
    enum Noise {
        WHITE {
            @Override
            IntToDoubleFunction of(Random r) {
                return i -> (200 + 40 * r.nextGaussian()) * MIB;
            }
        },
        /** Caches and pools: each value remembers the one before. */
        SLUGGISH {
            @Override
            IntToDoubleFunction of(Random r) {
                double[] x = {20 * r.nextGaussian()};
                return i -> (200 + (x[0] = 0.95 * x[0] + 6 * r.nextGaussian())) * MIB;
            }
        },
        DAILY {
            @Override
            IntToDoubleFunction of(Random r) {
                double phase = r.nextDouble() * 2 * Math.PI;
                return i -> (200 + 60 * Math.sin(i * 2 * Math.PI / 96 + phase) + 10 * r.nextGaussian()) * MIB;
            }
        },
        SPIKES {
            @Override
            IntToDoubleFunction of(Random r) {
                return i -> (200 + 5 * r.nextGaussian() + (r.nextInt(20) == 0 ? 800 * r.nextDouble() : 0)) * MIB;
            }
        },
        /** Such as the first visitor's cache. */
        STEP_UP {
            @Override
            IntToDoubleFunction of(Random r) {
                int at = r.nextInt(WEEK);
                return i -> (200 + (i > at ? 150 : 0) + 5 * r.nextGaussian()) * MIB;
            }
        },
        WARMING_UP {
            @Override
            IntToDoubleFunction of(Random r) {
                double pace = 20 + r.nextDouble() * 80;
                return i -> (200 + 300 * (1 - Math.exp(-i / pace)) + 5 * r.nextGaussian()) * MIB;
            }
        },
        FALLING {
            @Override
            IntToDoubleFunction of(Random r) {
                return i -> (400 - 0.3 * i + 10 * r.nextGaussian()) * MIB;
            }
        };

        abstract IntToDoubleFunction of(Random r);
    }

    @ParameterizedTest
    @EnumSource
    void noiseIsNoLeakInAThousandSeeds(Noise noise) {
        var reported = new ArrayList<Integer>();
        for (int seed = 0; seed < SEEDS; seed++) {
            var r = new Random(seed);
            int n = WEEK - r.nextInt(WEEK * 3 / 4); // also hosts that are not up for a week
            if (Trend.of(points(n, noise.of(r)), LEAST).isPresent()) {
                reported.add(seed);
            }
        }
        assertThat(reported).as("seeds in which %s is taken for a leak", noise).isEmpty();
    }

    @Test
    void aLeaksRateIsFoundWithinAFifthWhateverLiesUponIt() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var r = new Random(seed);
            double rate = (40 + r.nextInt(200)) * MIB / 96; // a step, 40 to 240 MiB a day
            List<Trend.Point> leak = points(
                    WEEK,
                    i -> 200 * MIB
                            + rate * i
                            + 10 * MIB * r.nextGaussian()
                            + 15 * MIB * Math.sin(i * 2 * Math.PI / 96)
                            + (r.nextInt(20) == 0 ? 500 * MIB * r.nextDouble() : 0));
            Optional<Trend> found = Trend.of(leak, LEAST);
            assertThat(found).as("seed %d", seed).isPresent();
            assertThat(found.get().perSecond() * STEP).as("seed %d", seed).isCloseTo(rate, within(rate * 0.2));
            assertThat(found.get().chance()).isLessThan(0.001);
        }
    }

    /** A life that began in the morning has seen nothing but a rise. */
    @Test
    void aPartOfADailyCycleIsNoLeak() {
        var reported = new ArrayList<String>();
        for (int hours = 3; hours <= 48; hours++) {
            for (int seed = 0; seed < 200; seed++) {
                if (Trend.of(points(hours * 4, Noise.DAILY.of(new Random(seed))), LEAST)
                        .isPresent()) {
                    reported.add(seed + " in " + hours + " h");
                }
            }
        }
        assertThat(reported).isEmpty();
        assertThat(Trend.of(points(37 * 4, i -> (200 + i) * MIB), LEAST)).isPresent();
    }

    @Test
    void tooLittleIsNothing() {
        assertThat(Trend.of(List.of(), LEAST)).isEmpty();
        assertThat(Trend.of(points(11, i -> i * 100 * MIB), LEAST)).isEmpty();
        assertThat(Trend.of(points(WEEK, i -> 200 * MIB), LEAST)).isEmpty();
        assertThat(Trend.of(points(WEEK, i -> 200 * MIB + i * 1_000.0), LEAST))
                .as("670 KB in a week are nobody's trouble")
                .isEmpty();
    }

    @Test
    void theTailOfTheNormalDistributionIsAsInTables() {
        assertThat(Statistics.above(0)).isCloseTo(0.5, within(1e-6));
        assertThat(Statistics.above(1.959964)).isCloseTo(0.025, within(1e-6));
        assertThat(Statistics.above(-1)).isCloseTo(0.841345, within(1e-6));
        assertThat(Statistics.above(3.090232)).isCloseTo(0.001, within(1e-6));
    }
}
