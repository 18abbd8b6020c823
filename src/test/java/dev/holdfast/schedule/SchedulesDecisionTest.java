package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Single decisions, as a host without surprises sees them. */
class SchedulesDecisionTest extends DecidingHost {
    private static final Kill LIMIT = new Kill(Kill.By.WATCHED_MEMORY, 0, 1L << 20);

    @Test
    void skipsWhatIsDueWhileTheLastRunIsNotOver() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x] }");
        assertThat(pass(s, 90)).hasSize(1);
        assertThat(lefts()).singleElement().satisfies(l -> assertThat(l.why()).contains("not over"));
    }

    @Test
    void queuesAsManyAsItsDepthInOrder() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], overlap: { policy: queue, depth: 2 } }");
        Action.Launch first = pass(s, 240).getFirst();
        assertThat(lefts()).as("the fourth finds two waiting").hasSize(1);
        actions.clear();
        end(s, first, 0);
        Action.Launch second = launches().getFirst();
        end(s, second, 0);
        assertThat(launches())
                .extracting(l -> l.run().due())
                .containsExactly(Instant.parse("2026-01-01T00:02:00Z"), Instant.parse("2026-01-01T00:03:00Z"));
    }

    @Test
    void replacesTheLastRunOnlyWhenNothingOfItIsLeft() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], overlap: replace }");
        Action.Launch first = pass(s, 95).getFirst();
        assertThat(launches()).hasSize(1);
        assertThat(actions).contains(new Action.SendSignal(first.instance(), dev.holdfast.unit.Signal.TERM));
        end(s, first, 0);
        assertThat(launches()).hasSize(2);
        assertThat(ends().getFirst().result()).isEqualTo(Result.STOPPED);
    }

    @Test
    void killsTheTreeAfterTheGraceOfItsTimeout() throws IOException {
        Schedules s = begun("a: { cron: '@hourly', command: [x], timeout: 5m, stop: { timeout: 7s } }");
        Action.Launch run = pass(s, 3_600).getFirst();
        pass(s, 300 - 30 - 1);
        assertThat(actions).noneMatch(a -> a instanceof Action.SendSignal);
        pass(s, 2);
        assertThat(actions).anyMatch(a -> a instanceof Action.SendSignal);
        pass(s, 5);
        assertThat(actions).noneMatch(a -> a instanceof Action.Kill);
        pass(s, 3);
        assertThat(actions).contains(new Action.Kill(run.instance()));
        end(s, run, 0);
        assertThat(ends().getFirst().result())
                .as("also when it then ends with 0")
                .isEqualTo(Result.TIMEOUT);
    }

    @Test
    void asksWhatPassesALimitToEndAndKillsItAfterItsGrace() throws IOException {
        Schedules s = begun("a: { cron: '@hourly', command: [x], stop: { timeout: 7s } }");
        Action.Launch run = pass(s, 3_600).getFirst();
        act(s, new Stimulus.Overran(run.instance(), LIMIT, false));
        act(s, new Stimulus.Overran(run.instance(), LIMIT, false));
        assertThat(actions.stream().filter(a -> a instanceof Action.SendSignal)).hasSize(1);
        pass(s, 6);
        assertThat(actions).noneMatch(a -> a instanceof Action.Kill);
        pass(s, 2);
        assertThat(actions).contains(new Action.Kill(run.instance()));
        end(s, run, 0);
        assertThat(ends()).singleElement().satisfies(e -> {
            assertThat(e.result()).as("also when it then ends with 0").isEqualTo(Result.FAILED);
            assertThat(e.detail()).isEqualTo("exited with 0; passed its own memory limit (1Mi), kept by watching");
        });
    }

    @Test
    void killsAtOnceWhatPassesALimitByFarAlsoWhenItWasAskedBefore() throws IOException {
        for (boolean asked : List.of(false, true)) {
            Schedules s = begun("a: { cron: '@hourly', command: [x], stop: { timeout: 7s } }");
            Action.Launch run = pass(s, 3_600).getFirst();
            if (asked) {
                act(s, new Stimulus.Overran(run.instance(), LIMIT, false));
            }
            act(s, new Stimulus.Overran(run.instance(), LIMIT, true));
            act(s, new Stimulus.Overran(run.instance(), LIMIT, true));
            assertThat(actions.stream().filter(a -> a instanceof Action.Kill)).hasSize(1);
            act(s, new Stimulus.Exited(run.instance(), new Outcome.Signalled(9, false), null));
            act(s, new Stimulus.Emptied(run.instance()));
            assertThat(ends().getFirst().detail())
                    .isEqualTo("was killed by its own memory limit (1Mi), kept by watching");
            actions.clear();
        }
    }

    @Test
    void tellsWhoKilledARunWhereTheKernelKnows() throws IOException {
        Schedules s = begun("a: { cron: '@hourly', command: [x] }");
        Action.Launch run = pass(s, 3_600).getFirst();
        var usage = new Usage(Duration.ZERO, null, new Kill(Kill.By.OWN_LIMIT, 1, 1L << 20));
        act(s, new Stimulus.Exited(run.instance(), new Outcome.Signalled(9, false), usage));
        act(s, new Stimulus.Emptied(run.instance()));
        assertThat(ends().getFirst().detail()).isEqualTo("was killed by its own memory limit (1Mi)");
    }

    @Test
    void triesAgainAfterPausesThatDoubleAndThenFails() throws IOException {
        Schedules s = begun("""
                a: { cron: '@yearly', command: [x], on_failure: { command: [tell] }, heartbeat: "http://h/b",
                     retry: { max_attempts: 3, backoff: { initial: 10s, max: 1m, jitter: 0% } } }
                """);
        act(s, new Stimulus.RunNow("a", "r"));
        end(s, launches().get(0), 1);
        pass(s, 9);
        assertThat(launches()).hasSize(1);
        pass(s, 2);
        end(s, launches().get(1), 1);
        pass(s, 19);
        assertThat(launches()).hasSize(2);
        pass(s, 2);
        end(s, launches().get(2), 1);
        assertThat(ends()).extracting(Action.Ended::last).containsExactly(false, false, true);
        assertThat(actions.stream().filter(a -> a instanceof Action.Hook)).hasSize(1);
        assertThat(actions.stream()
                        .filter(a -> a instanceof Action.Ping)
                        .map(a -> ((Action.Ping) a).url().toString()))
                .containsExactly("http://h/b/start", "http://h/b/fail");
    }

    @Test
    void pausesAfterSoManyFailuresInARowUntilItIsResumed() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], max_failures: 2 }");
        end(s, pass(s, 30).getLast(), 1);
        end(s, pass(s, 60).getLast(), 1);
        assertThat(actions).anyMatch(a -> a instanceof Action.Paused);
        assertThat(pass(s, 600)).hasSize(2);
        act(s, new Stimulus.Resume("a"));
        assertThat(pass(s, 60)).hasSize(3);
    }

    @Test
    void sharesThePlacesOfAGroupInTheOrderOfAsking() throws IOException {
        Schedules s = begun("""
                a: { cron: '0 1 * * *', command: [x], concurrency: g }
                  b: { cron: '1 1 * * *', command: [x], concurrency: g }
                  c: { cron: '2 1 * * *', command: [x], concurrency: g }
                """);
        Action.Launch a = pass(s, 4_000).getFirst();
        assertThat(launches()).hasSize(1);
        end(s, a, 0);
        assertThat(launches().getLast().run().schedule()).isEqualTo("b");
        end(s, launches().getLast(), 0);
        assertThat(launches().getLast().run().schedule()).isEqualTo("c");
    }

    @Test
    void runsADueTimeOnlyWhenThisHostClaimsIt() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], one_server: true }");
        assertThat(pass(s, 30)).isEmpty();
        act(s, new Stimulus.Claimed(claims().getFirst().run().id(), false));
        pass(s, 60);
        act(s, new Stimulus.Claimed(claims().get(1).run().id(), true));
        assertThat(launches()).extracting(l -> l.run().due()).containsExactly(Instant.parse("2026-01-01T00:02:00Z"));
    }

    @Test
    void runsOnceWhatASmallStepForwardOfTheClockJumpedOver() throws IOException {
        Schedules s = begun("""
                a: { cron: '30 1,2 * * *', command: [x] }
                  b: { cron: '*/20 * * * *', command: [x] }
                """);
        wall = wall.plus(Duration.ofMinutes(170));
        List<Action.Launch> launched = pass(s, 1);
        assertThat(launched)
                .singleElement()
                .satisfies(l -> assertThat(l.run().due()).isEqualTo(Instant.parse("2026-01-01T02:30:00Z")));
    }

    @Test
    void neitherRepeatsNorStarvesWhenTheClockIsSetBack() throws IOException {
        Schedules s = begun("""
                a: { cron: '10 0 * * *', command: [x] }
                  b: { cron: '*/20 * * * *', command: [x] }
                """);
        end(s, pass(s, 600).getFirst(), 0);
        wall = wall.minus(Duration.ofMinutes(10));
        pass(s, 60 * 21);
        assertThat(launches())
                .as("b by the new clock, a not again")
                .extracting(l -> l.run().schedule())
                .containsExactly("a", "b");
        wall = wall.minus(Duration.ofDays(1));
        pass(s, 3600 * 24);
        assertThat(launches().stream().filter(l -> l.run().schedule().equals("a")))
                .as("a wrong clock was corrected: a day is a day again")
                .hasSize(2);
    }

    @Test
    void delaysEachRunByTheSameJitterAndEachScheduleByItsOwn() throws IOException {
        Schedules s = begun("""
                a: { cron: '@hourly', command: [x], jitter: 10m }
                  b: { cron: '@hourly', command: [x], jitter: 10m }
                """);
        Duration a = s.offset("a");
        assertThat(a).isNotEqualTo(s.offset("b")).isLessThan(Duration.ofMinutes(10));
        assertThat(begun("a: { cron: '@hourly', command: [x], jitter: 10m }").offset("a"))
                .isEqualTo(a);
    }

    @Test
    void anAttemptIsStoppedAsItWasBegunWhateverIsConfiguredSince() throws IOException {
        String old = "a: { cron: '* * * * *', command: [x], timeout: 1m, stop: { signal: INT, timeout: 5s } }";
        Schedules s = begun(old);
        Action.Launch run = pass(s, 30).getFirst();
        act(s, new Stimulus.Reload(specs("a: { cron: '0 0 1 1 *', command: [y], timeout: 1h }")));
        pass(s, 61);
        assertThat(actions).contains(new Action.SendSignal(run.instance(), dev.holdfast.unit.Signal.INT));
        pass(s, 6);
        assertThat(actions).contains(new Action.Kill(run.instance()));
        end(s, run, 0);
        assertThat(ends()).singleElement().satisfies(e -> assertThat(e.detail()).startsWith("no end within 1m,"));
    }

    @Test
    void endsEverythingAtAShutdown() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], retry: { max_attempts: 5 } }");
        Action.Launch run = pass(s, 30).getFirst();
        act(s, new Stimulus.ShutDown());
        assertThat(actions).noneMatch(a -> a instanceof Action.Drained);
        end(s, run, 1);
        assertThat(actions).contains(new Action.Drained());
        assertThat(pass(s, 600)).hasSize(1);
    }
}
