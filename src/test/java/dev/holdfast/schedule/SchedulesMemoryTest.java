package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What outlives a daemon and a reload. */
class SchedulesMemoryTest extends DecidingHost {
    @Test
    void catchesUpAsConfigured() throws IOException {
        Instant since = wall.minus(Duration.ofHours(5));
        assertThat(missed("none", since)).isEmpty();
        assertThat(missed("last", since)).containsExactly(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(missed("{ policy: all, at_most: 3 }", since))
                .containsExactly(
                        Instant.parse("2025-12-31T22:00:00Z"),
                        Instant.parse("2025-12-31T23:00:00Z"),
                        Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Test
    void runsAtRebootOncePerBoot() throws IOException {
        SortedMap<String, ScheduleSpec> specs = specs("a: { cron: '@reboot', command: [x] }");
        Schedules first = new Schedules(specs, this::id, 1);
        act(first, new Stimulus.Begin(Map.of(), "boot 1"));
        assertThat(launches()).hasSize(1);
        Memory memory = memory("a");
        act(new Schedules(specs, this::id, 1), new Stimulus.Begin(Map.of("a", memory), "boot 1"));
        assertThat(launches()).hasSize(1);
        act(new Schedules(specs, this::id, 1), new Stimulus.Begin(Map.of("a", memory), "boot 2"));
        assertThat(launches()).hasSize(2);
    }

    @Test
    void goesOnWithAnAdoptedRunToItsTimeout() throws IOException {
        Schedules s = new Schedules(specs("a: { cron: '* * * * *', command: [x], timeout: 5m }"), this::id, 1);
        var id = new InstanceId("adopted");
        var run = new Run("r", "a", wall.minusSeconds(270), Run.Cause.DUE, 1);
        act(s, new Stimulus.Adopt("a", id, run, true, Duration.ofSeconds(270)));
        act(s, new Stimulus.Begin(Map.of(), "boot"));
        pass(s, 29);
        assertThat(actions).noneMatch(a -> a instanceof Action.SendSignal);
        pass(s, 2);
        assertThat(actions).contains(new Action.SendSignal(id, dev.holdfast.unit.Signal.TERM));
        assertThat(launches()).isEmpty();
    }

    @Test
    void aWaitingRunAndARetryOutliveTheDaemon() throws IOException {
        SortedMap<String, ScheduleSpec> specs =
                specs("a: { cron: '* * * * *', command: [x], overlap: { policy: queue, depth: 3 },"
                        + " retry: { max_attempts: 3, backoff: { initial: 2m, max: 2m, jitter: 0% } } }");
        Schedules first = new Schedules(specs, this::id, 1);
        act(first, new Stimulus.Begin(Map.of(), "boot"));
        Action.Launch failing = pass(first, 90).getFirst();
        end(first, failing, 1);
        assertThat(memory("a").owed()).extracting(o -> o.run().attempt()).containsExactly(2, 1);

        wall = wall.plusSeconds(60); // without a daemon; of the pause is half left
        mono = mono.plus(Duration.ofSeconds(60));
        Schedules second = new Schedules(specs, this::id, 1);
        Memory kept = memory("a");
        actions.clear();
        act(second, begin(kept));
        assertThat(launches()).isEmpty();
        pass(second, 58);
        assertThat(launches()).isEmpty();
        pass(second, 3);
        assertThat(launches())
                .singleElement()
                .satisfies(l -> assertThat(l.run())
                        .isEqualTo(
                                new Run(failing.run().id(), "a", failing.run().due(), Run.Cause.DUE, 2)));
        end(second, launches().getFirst(), 0);
        assertThat(launches().getLast().run().due())
                .isEqualTo(failing.run().due().plusSeconds(60));
    }

    /** Found by chaos: it waited for as long as the longest pause would be. */
    @Test
    void aRetryWaitsNoLongerThanItsPauseWhenTheClockWasSetBackMeanwhile() throws IOException {
        SortedMap<String, ScheduleSpec> specs = specs(
                "a: { cron: '@hourly', command: [x], retry: { max_attempts: 9, backoff: { initial: 4s, max: 1h, jitter: 0% } } }");
        Schedules first = new Schedules(specs, this::id, 1);
        act(first, new Stimulus.Begin(Map.of(), "boot"));
        end(first, pass(first, 3_600).getFirst(), 1);
        end(first, pass(first, 5).getLast(), 1);
        Memory kept = memory("a");
        assertThat(kept.owed()).extracting(o -> o.run().attempt()).containsExactly(3);

        wall = wall.minus(Duration.ofDays(1));
        actions.clear();
        Schedules second = new Schedules(specs, this::id, 1);
        act(second, begin(kept));
        pass(second, 7);
        assertThat(launches()).isEmpty();
        pass(second, 2);
        assertThat(launches())
                .singleElement()
                .satisfies(l -> assertThat(l.run().attempt()).isEqualTo(3));
    }

    @Test
    void anEndThatWasToldIsNotToldAgainByTheDaemonThatFindsItsFiles() throws IOException {
        SortedMap<String, ScheduleSpec> specs = specs("a: { cron: '* * * * *', command: [x] }");
        Schedules first = new Schedules(specs, this::id, 1);
        act(first, new Stimulus.Begin(Map.of(), "boot"));
        Action.Launch run = pass(first, 30).getFirst();
        end(first, run, 0);
        Memory kept = memory("a");
        actions.clear();
        Schedules second = new Schedules(specs, this::id, 1);
        act(second, new Stimulus.Adopt("a", run.instance(), run.run(), false, Duration.ofSeconds(1)));
        act(second, begin(kept));
        act(second, new Stimulus.Emptied(run.instance()));
        assertThat(ends()).isEmpty();
        assertThat(second.view("a").orElseThrow())
                .satisfies(v -> assertThat(v.state()).isEqualTo("idle"))
                .satisfies(v ->
                        assertThat(Objects.requireNonNull(v.last()).result()).isEqualTo(Result.SUCCESS));
    }

    @Test
    void theNextDaemonReplacesWhatItsPredecessorHadBegunToReplace() throws IOException {
        SortedMap<String, ScheduleSpec> specs = specs("a: { cron: '* * * * *', command: [x], overlap: replace }");
        Schedules first = new Schedules(specs, this::id, 1);
        act(first, new Stimulus.Begin(Map.of(), "boot"));
        Action.Launch run = pass(first, 95).getFirst();
        Memory kept = memory("a");
        actions.clear();
        Schedules second = new Schedules(specs, this::id, 1);
        act(second, new Stimulus.Adopt("a", run.instance(), run.run(), true, Duration.ofSeconds(65)));
        act(second, begin(kept));
        assertThat(actions).contains(new Action.SendSignal(run.instance(), dev.holdfast.unit.Signal.TERM));
        end(second, run, 0);
        assertThat(launches())
                .singleElement()
                .satisfies(
                        l -> assertThat(l.run().due()).isEqualTo(run.run().due().plusSeconds(60)));
    }

    @Test
    void whatIsNotConfiguredAnyMoreOwesNothingWhenItComesBack() throws IOException {
        Schedules s = begun("a: { cron: '* * * * *', command: [x], overlap: queue }");
        pass(s, 95);
        Memory kept = memory("a");
        assertThat(kept.owed()).hasSize(1);
        actions.clear();
        act(new Schedules(specs("b: { cron: '@yearly', command: [x] }"), this::id, 1), begin(kept));
        assertThat(lefts()).singleElement().satisfies(l -> assertThat(l.why()).contains("not to run any more"));
        assertThat(memory("a").owed()).isEmpty();
    }

    @Test
    void aReloadLetsThoseInThatWaitForAPlaceWhenThereAreMore() throws IOException {
        String of = "{ cron: '* * * * *', command: [x], concurrency: { group: g, limit: %d } }";
        String all = "a: " + of + "\n  b: " + of + "\n  c: " + of;
        Schedules s = begun(all.formatted(1, 1, 1));
        assertThat(pass(s, 31)).hasSize(1);
        act(s, new Stimulus.Reload(specs(all.formatted(3, 3, 3))));
        assertThat(launches()).hasSize(3);
        assertThat(ends()).isEmpty();
    }

    @Test
    void aReloadThatChangesNothingChangesNoDueTime() throws IOException {
        String hourly = "a: { cron: '@hourly', command: [x], catch_up: last }";
        Schedules s = begun(hourly);
        actions.clear();
        act(s, new Stimulus.Reload(specs(hourly)));
        act(s, new Stimulus.Reload(specs(hourly.replace("last", "none"))));
        assertThat(actions).as("nothing to be done, nothing to be kept").isEmpty();
    }

    @Test
    void whatWasDueWhileItWasDisabledIsNeitherMissedNorMadeUp() throws IOException {
        for (String catchUp : List.of("none", "last", "all")) {
            String hourly = "a: { cron: '0 * * * *', command: [x], catch_up: " + catchUp + " }";
            String disabled = hourly.replace("command", "enabled: false, command");
            Schedules s = begun(disabled);
            pass(s, 5 * 3_600);
            act(s, new Stimulus.Reload(specs(hourly)));
            assertThat(launches()).as(catchUp).isEmpty();
            assertThat(lefts()).as(catchUp).isEmpty();
            assertThat(pass(s, 3_600)).as("the next one runs").hasSize(1);
            assertThat(lefts()).as(catchUp).isEmpty();
            actions.clear();
        }
    }

    @Test
    void whatWasDueWhileItWasNotConfiguredIsNotMadeUpThoughItsRunWentOn() throws IOException {
        String hourly = "a: { cron: '0 * * * *', command: [x], catch_up: all }";
        Schedules s = begun(hourly);
        Action.Launch run = pass(s, 3_600).getFirst();
        actions.clear();
        act(s, new Stimulus.Reload(specs("b: { cron: '0 0 1 7 *', command: [y] }")));
        pass(s, 5 * 3_600);
        act(s, new Stimulus.Reload(specs(hourly)));
        end(s, run, 0);
        assertThat(launches()).isEmpty();
        assertThat(lefts()).isEmpty();
    }

    @Test
    void whatWasDueWhileNobodyWantedItIsNotMadeUpByTheNextDaemonEither() throws IOException {
        String hourly = "a: { cron: '0 * * * *', command: [x], catch_up: all }";
        for (String meanwhile : List.of(
                hourly.replace("command", "enabled: false, command"), "b: { cron: '0 0 1 7 *', command: [y] }")) {
            for (boolean byReload : List.of(true, false)) {
                Schedules s = begun(hourly);
                pass(s, 60);
                Memory kept = memory("a");
                if (byReload) {
                    act(s, new Stimulus.Reload(specs(meanwhile)));
                } else {
                    s = new Schedules(specs(meanwhile), this::id, 1);
                    act(s, begin(kept));
                }
                pass(s, 5 * 3_600);
                kept = memory("a");
                actions.clear();
                Schedules next = new Schedules(specs(hourly), this::id, 1);
                act(next, begin(kept));
                pass(next, 60);
                assertThat(launches()).as(meanwhile).isEmpty();
                assertThat(lefts()).as(meanwhile).isEmpty();
                assertThat(pass(next, 3_600)).as("the next one runs").hasSize(1);
                actions.clear();
            }
        }
    }

    private List<Instant> missed(String catchUp, Instant since) throws IOException {
        actions.clear();
        SortedMap<String, ScheduleSpec> specs =
                specs("a: { cron: '@hourly', command: [x], catch_up: " + catchUp + " }");
        Schedules s = new Schedules(specs, this::id, 1);
        wall = wall.plusSeconds(120); // too late to count as being on time
        act(
                s,
                new Stimulus.Begin(
                        Map.of(
                                "a",
                                new Memory(
                                        since,
                                        specs.values()
                                                .iterator()
                                                .next()
                                                .timing()
                                                .toString(),
                                        null,
                                        0,
                                        "",
                                        List.of(),
                                        null)),
                        "boot"));
        act(s, new Stimulus.Tick());
        for (int i = 0; i < launches().size(); i++) {
            end(s, launches().get(i), 0);
        }
        wall = wall.minusSeconds(120);
        return launches().stream().map(l -> l.run().due()).toList();
    }
}
