package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AgendaTest {
    private static final Instant WALL = Instant.parse("2026-01-01T00:00:00Z");
    private final Agenda agenda = new Agenda(1);

    private static Now at(Duration d) {
        return new Now(WALL.plus(d), new MonoTime(0).plus(d));
    }

    private static CleanupSpec hourly(String name, int retries) {
        return new Tree.Spec("/srv/x")
                .olderThan(Duration.ofHours(1))
                .every(Duration.ofHours(1), retries)
                .made(name);
    }

    private MonoTime begun(Duration from) {
        MonoTime due = agenda.deadline();
        assertThat(due).isGreaterThanOrEqualTo(at(from).mono());
        return due;
    }

    @Test
    void whatWasAskedForIsDueInThePastByANumberThatCanBeReckonedWith() {
        agenda.configure(List.of(hourly("c", 0)), Map.of(), at(Duration.ZERO));
        assertThat(agenda.ask("c")).isTrue();
        assertThat(agenda.deadline().since(at(Duration.ofHours(9)).mono())).isNegative();
    }

    @Test
    void whatIsOverdueBeginsWithinAMinuteOfTheStartAndThenAtItsPeriod() {
        agenda.configure(List.of(hourly("temp", 0)), Map.of(), at(Duration.ZERO));
        MonoTime first = begun(Duration.ZERO);
        assertThat(first).isLessThanOrEqualTo(at(Duration.ofMinutes(1)).mono());
        var now = new Now(WALL, first);
        assertThat(agenda.begin(now))
                .singleElement()
                .satisfies(c -> assertThat(c.attempt()).isEqualTo(1));
        assertThat(agenda.deadline()).isEqualTo(MonoTime.NEVER);
        assertThat(agenda.ended("temp", true, new Now(WALL, first.plus(Duration.ofMinutes(5)))))
                .isEmpty();
        assertThat(agenda.deadline()).isEqualTo(first.plus(Duration.ofHours(1)));
    }

    @Test
    void aRestartOfTheDaemonDoesNotBeginThePeriodAnew() {
        agenda.configure(
                List.of(hourly("temp", 0)), Map.of("temp", WALL.minus(Duration.ofMinutes(20))), at(Duration.ZERO));
        assertThat(agenda.deadline()).isEqualTo(at(Duration.ofMinutes(40)).mono());
    }

    @Test
    void aClockThatWasSetBackMakesNothingWaitForYears() {
        agenda.configure(
                List.of(hourly("temp", 0)), Map.of("temp", WALL.plus(Duration.ofDays(900))), at(Duration.ZERO));
        assertThat(agenda.deadline()).isEqualTo(at(Duration.ofHours(1)).mono());
    }

    @Test
    void aFailureIsTriedAgainAsOftenAsItSaysWithLongerPauses() {
        agenda.configure(List.of(hourly("temp", 3)), Map.of(), at(Duration.ZERO));
        var pauses = new ArrayList<Duration>();
        var now = new Now(WALL, agenda.deadline());
        MonoTime begun = now.mono();
        for (int i = 1; i <= 4; i++) {
            int attempt = i;
            assertThat(agenda.begin(now))
                    .singleElement()
                    .satisfies(c -> assertThat(c.attempt()).isEqualTo(attempt));
            begun = now.mono();
            MonoTime at = now.mono();
            agenda.ended("temp", false, now).ifPresent(next -> pauses.add(next.since(at)));
            now = new Now(WALL, agenda.deadline());
        }
        assertThat(pauses).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(40));
        assertThat(agenda.deadline()).isEqualTo(begun.plus(Duration.ofHours(1)));
        assertThat(agenda.begin(now))
                .singleElement()
                .satisfies(c -> assertThat(c.attempt()).isEqualTo(1));
    }

    @Test
    void whatIsAskedForRunsAtOnceAndNeverBesideItself() {
        CleanupSpec byHand =
                new Tree.Spec("/srv/x").olderThan(Duration.ofHours(1)).made("temp");
        agenda.configure(List.of(byHand), Map.of(), at(Duration.ZERO));
        assertThat(agenda.deadline()).isEqualTo(MonoTime.NEVER);
        assertThat(agenda.ask("temp")).isTrue();
        assertThat(agenda.ask("none")).isFalse();
        assertThat(agenda.begin(at(Duration.ZERO))).hasSize(1);
        assertThat(agenda.ask("temp")).isFalse();
        assertThat(agenda.begin(at(Duration.ZERO))).isEmpty();
        agenda.ended("temp", false, at(Duration.ZERO));
        assertThat(agenda.deadline()).isEqualTo(MonoTime.NEVER);
    }

    /** A year of random cleanups, failures and restarts of the daemon: none beside itself, no more than two, none late. */
    @Test
    void keepsItsPromisesForAYear() {
        for (int seed = 0; seed < 20; seed++) {
            var r = new Random(seed);
            var specs = new ArrayList<CleanupSpec>();
            for (int i = 0; i < 6; i++) {
                specs.add(new Tree.Spec("/srv/x")
                        .olderThan(Duration.ZERO)
                        .every(Duration.ofMinutes(10 + r.nextInt(3000)), r.nextInt(4))
                        .made("c" + i));
            }
            year(specs, r, seed);
        }
    }

    private static void year(List<CleanupSpec> specs, Random r, int seed) {
        var last = new java.util.HashMap<String, Instant>();
        var running = new java.util.TreeMap<Duration, String>();
        var a = new Agenda(seed);
        Duration now = Duration.ZERO;
        a.configure(specs, last, at(now));
        Duration longest = Duration.ofMinutes(3);
        while (now.compareTo(Duration.ofDays(365)) < 0) {
            MonoTime due = a.deadline();
            Duration next = due.equals(MonoTime.NEVER)
                    ? Duration.ofDays(400)
                    : Duration.ofNanos(Math.max(due.nanos(), now.toNanos()));
            if (!running.isEmpty() && running.firstKey().compareTo(next) <= 0) {
                now = running.firstKey();
                a.ended(java.util.Objects.requireNonNull(running.remove(now)), r.nextInt(3) > 0, at(now));
            } else {
                now = next;
                for (Agenda.Clean c : a.begin(at(now))) {
                    String name = c.spec().name();
                    assertThat(running.values()).as("seed %d", seed).doesNotContain(name);
                    Instant before = last.put(name, at(now).wall());
                    if (before != null) {
                        Duration late = Duration.between(before, at(now).wall())
                                .minus(c.spec().every());
                        assertThat(late).as("seed %d %s", seed, name).isLessThan(Duration.ofMinutes(30));
                    }
                    Duration end = now.plusMillis(1 + r.nextLong(longest.toMillis()));
                    while (running.containsKey(end)) {
                        end = end.plusNanos(1);
                    }
                    running.put(end, name);
                }
                assertThat(running.size()).as("seed %d", seed).isLessThanOrEqualTo(Agenda.AT_ONCE);
            }
            if (r.nextInt(200) == 0) { // the daemon dies, and with it what runs
                running.clear();
                a = new Agenda(seed);
                a.configure(specs, last, at(now));
            }
        }
    }
}
