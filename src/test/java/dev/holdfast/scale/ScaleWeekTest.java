package dev.holdfast.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ScaleSpec;
import dev.holdfast.config.ScaleSpec.By;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Percent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A virtual week of work that comes in waves, bursts and noise, with figures that are lost, replicas that are slow to start
 * or do not stay up, and memory that others take. A failure names its seed.
 */
class ScaleWeekTest {
    private static final int STEP = 5;
    private static final int WEEK = 7 * 24 * 3600;
    private static final int MIN = 1;
    private static final int MAX = 12;
    private static final int UP = 15;
    private static final int DOWN = 300;
    private static final long MIB = 1 << 20;
    private static final long EACH = 256 * MIB;
    private static final long TOTAL = 8192 * MIB;

    private static ScaleSpec spec(By by) {
        return new ScaleSpec(
                MIN,
                MAX,
                by,
                Percent.parse("10%"),
                Duration.ofSeconds(UP),
                Duration.ofSeconds(DOWN),
                null,
                Percent.parse("10%"));
    }

    /** What may go wrong, and when. */
    private static final class World {
        private final Random random;
        private final boolean faults;
        private final List<Integer> startsUntil = new ArrayList<>(); // by replica; in the past: it is up
        private int lostUntil = -1;
        private int crashUntil = -1;
        private long othersUse = 1024 * MIB;
        private double backlog;
        private double arrivals;

        World(long seed, boolean faults) {
            this.random = new Random(seed);
            this.faults = faults;
            startsUntil.add(0);
        }

        void resize(int to, int now) {
            while (startsUntil.size() > to) {
                startsUntil.removeLast();
            }
            while (startsUntil.size() < to) {
                startsUntil.add(now + 1 + random.nextInt(faults && random.nextInt(10) == 0 ? 90 : 10));
            }
        }

        /** Jobs a second: a day's wave, and a burst now and then. */
        void step(int now) {
            double wave = 6 + 5 * Math.sin(2 * Math.PI * now / 86_400);
            boolean burst = now % 10_800 < 600;
            arrivals = Math.max(0, (burst ? 2.5 : 1) * wave * (1 + 0.3 * random.nextGaussian()));
            long up = startsUntil.stream().filter(s -> s <= now).count();
            if (crashing(now)) {
                up = Math.max(0, up - 1);
            }
            backlog = Math.max(0, backlog + STEP * (arrivals - up * 1.6));
            if (faults && random.nextInt(2000) == 0) {
                lostUntil = now + 10 + random.nextInt(1200);
            }
            if (faults && random.nextInt(5000) == 0) {
                crashUntil = now + 60 + random.nextInt(1800);
            }
            othersUse = faults
                    ? Math.clamp(othersUse + (random.nextInt(201) - 100) * MIB, 512 * MIB, 6144 * MIB)
                    : 1024 * MIB;
        }

        boolean crashing(int now) {
            return now < crashUntil;
        }

        Crew crew(int now) {
            int n = startsUntil.size();
            long up = startsUntil.stream().filter(s -> s <= now).count();
            return new Crew(n, up < n ? "w is starting" : null, crashing(now) ? "w does not stay up" : null, null);
        }

        /** Each grows into its limit within a quarter of an hour; of one that starts nothing is known. */
        Memory memory(int now) {
            List<Long> used = startsUntil.stream()
                    .filter(s -> s <= now)
                    .map(s -> EACH * Math.min(900, 100 + now - s) / 900)
                    .toList();
            long available =
                    TOTAL - othersUse - used.stream().mapToLong(Long::longValue).sum();
            var grown = new Memory.Grown(EACH, used, startsUntil.size());
            return Memory.of(available, TOTAL / 10, List.of(grown), EACH, true);
        }

        /** What stays when all of so many have grown into their limits. */
        long left(int replicas) {
            return TOTAL - othersUse - replicas * EACH;
        }
    }

    private record Change(int at, int from, int to) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aQueueIsFollowedThroughAWeekOfFaults(long seed) {
        var world = new World(seed, true);
        run(seed, world, spec(new By.Queue("jobs", 20)), () -> world.backlog);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void theUseOfProcessorsIsHeldThroughAWeekOfFaults(long seed) {
        var world = new World(seed, true);
        run(seed, world, spec(new By.Cpu(Percent.parse("70%"))), () -> {
            double busy = world.arrivals / 1.6 / Math.max(1, world.startsUntil.size());
            return Math.min(1, busy);
        });
    }

    private static void run(long seed, World world, ScaleSpec spec, java.util.function.DoubleSupplier measured) {
        var start = new MonoTime(77_000_000_000L);
        var scaler = new Scaler(spec, start);
        var changes = new ArrayList<Change>();
        Deque<Double> mean = new ArrayDeque<>();
        int news = 0;
        int settledAt = 0;
        for (int t = 0; t < WEEK; t += STEP) {
            String where = "seed " + seed + " at " + t;
            world.step(t);
            MonoTime now = start.plus(Duration.ofSeconds(t));
            Crew crew = world.crew(t);
            settledAt = crew.moving() != null || crew.ill() != null ? t + STEP : settledAt;
            mean.addLast(measured.getAsDouble());
            if (mean.size() > 3) {
                mean.removeFirst();
            }
            double value = spec.by().shared()
                    ? measured.getAsDouble()
                    : mean.stream().mapToDouble(Double::doubleValue).average().orElse(0);
            boolean fresh = spec.by().shared() || t - settledAt >= 15;
            Figure figure = t < world.lostUntil
                    ? new Figure.Missing("lost")
                    : new Figure.Known(value, now.plus(Duration.ofSeconds(fresh ? 0 : -15)), now);
            Memory memory = world.memory(t);
            int n = crew.number();
            Decision d = scaler.decide(crew, figure, null, memory, now);
            news += d.news() ? 1 : 0;

            assertThat(d.number()).as(where).isBetween(MIN, MAX);
            if (d.number() > n) {
                assertThat(crew.moving()).as(where).isNull();
                assertThat(crew.ill()).as(where).isNull();
                assertThat((d.number() - n) * EACH).as(where + ": memory").isLessThanOrEqualTo(memory.freeBytes());
                assertThat(world.left(d.number()))
                        .as(where + ": memory when all have grown")
                        .isGreaterThanOrEqualTo(TOTAL / 10);
                assertThat(d.number() - n).as(where).isLessThanOrEqualTo(Math.max(4, n));
                if (!changes.isEmpty()) {
                    assertThat(t - changes.getLast().at)
                            .as(where + ": cooldown")
                            .isGreaterThanOrEqualTo(UP);
                }
            }
            if (d.number() < n) {
                assertThat(crew.moving()).as(where).isNull();
                int last = t;
                for (Change c : changes.reversed()) {
                    if (c.to > c.from) {
                        last = c.at;
                        break;
                    }
                    last = -DOWN;
                }
                if (!changes.isEmpty()) {
                    assertThat(t - last).as(where + ": down after up").isGreaterThanOrEqualTo(DOWN);
                }
            }
            if (figure instanceof Figure.Missing) {
                assertThat(d.number()).as(where + ": held").isEqualTo(n);
            }
            // What is wanted comes about, or the reason that is told is one.
            Integer wanted = d.wanted();
            int sinceChange = changes.isEmpty() ? t : t - changes.getLast().at;
            boolean excused = wanted == null
                    ? figure instanceof Figure.Missing || (!spec.by().shared() && !fresh)
                    : wanted <= d.number()
                            || switch (d.reason()) {
                                case UP_COOLDOWN -> sinceChange < UP;
                                case MOVING -> crew.moving() != null;
                                case ILL -> crew.ill() != null;
                                case MEMORY -> memory.freeBytes() < (wanted - n) * EACH;
                                case AS_WANTED -> d.number() > n; // a step
                                case AT_MAX, DOWN_COOLDOWN, NO_FIGURE, BY_HAND, STOPPED -> false;
                            };
            assertThat(excused).as("%s: %s", where, d).isTrue();
            if (d.number() != n) {
                changes.add(new Change(t, n, d.number()));
                world.resize(d.number(), t);
                settledAt = t + STEP;
            }
        }
        assertThat(changes).as("seed " + seed + ": it follows").hasSizeGreaterThan(50);
        int most = 0;
        int turns = 0;
        for (int i = 0; i < changes.size(); i++) {
            int hour = changes.get(i).at;
            int within = 0;
            int turned = 0;
            for (int j = i; j < changes.size() && changes.get(j).at < hour + 3600; j++) {
                within++;
                boolean up = changes.get(j).to > changes.get(j).from;
                turned += j > i && up != changes.get(j - 1).to > changes.get(j - 1).from ? 1 : 0;
            }
            most = Math.max(most, within);
            turns = Math.max(turns, turned);
        }
        assertThat(turns).as("seed " + seed + ": turns in an hour").isLessThanOrEqualTo(2 * 3600 / DOWN);
        // One that swings would change at each end of a cooldown; load that only grows or falls may take many small
        // steps.
        assertThat(most).as("seed " + seed + ": changes in an hour").isLessThanOrEqualTo(3600 / UP / 4);
        assertThat(news)
                .as("seed " + seed + ": told at most once an hour of each")
                .isLessThanOrEqualTo(4 * 7 * 24);
    }

    @ParameterizedTest
    @ValueSource(longs = {9, 10})
    void aFloodBringsAllOfThemWithinTheBoundAndItsEndTakesThemWithinAnother(long seed) {
        var world = new World(seed, false);
        ScaleSpec spec = spec(new By.Queue("jobs", 20));
        var start = new MonoTime(77_000_000_000L);
        var scaler = new Scaler(spec, start);
        int full = -1;
        int empty = -1;
        for (int t = 0; t < 3600; t += STEP) {
            MonoTime now = start.plus(Duration.ofSeconds(t));
            Crew crew = world.crew(t);
            double jobs = t >= 600 && t < 1200 ? 1000 : 0;
            Decision d = scaler.decide(crew, new Figure.Known(jobs, now, now), null, world.memory(t), now);
            world.resize(d.number(), t);
            full = full < 0 && d.number() == MAX ? t : full;
            empty = full > 0 && empty < 0 && d.number() == MIN ? t : empty;
        }
        // 1, 5, 10, 12: three steps, each after a cooldown and a start of at most 10 s.
        assertThat(full).isBetween(600, 600 + 3 * (UP + 10 + 2 * STEP));
        assertThat(empty).isBetween(1200 + DOWN - STEP, 1200 + DOWN + 2 * STEP);
    }
}
