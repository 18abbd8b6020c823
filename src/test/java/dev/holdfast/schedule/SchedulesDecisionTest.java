package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single decisions, as a host without surprises sees them. */
class SchedulesDecisionTest {
    private static final Kill LIMIT = new Kill(Kill.By.WATCHED_MEMORY, 0, 1L << 20);

    @TempDir
    Path dir;

    private Instant wall = Instant.parse("2026-01-01T00:00:30Z");
    private MonoTime mono = new MonoTime(0);
    private int ids;
    private final List<Action> actions = new ArrayList<>();

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

    // ── the host ──

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

    private static Stimulus begin(Memory ofA) {
        return new Stimulus.Begin(Map.of("a", read(ofA)), "boot");
    }

    /** As it comes back from the disk. */
    private static Memory read(Memory m) {
        return new Memory(
                m.considered(),
                m.timing(),
                m.paused(),
                m.failures(),
                m.boot(),
                m.owed().stream()
                        .map(o -> Owed.read("a", o.written()).orElseThrow())
                        .toList(),
                m.last() == null ? null : Last.read(m.last().written()).orElseThrow());
    }

    /** What was kept of it last. */
    private Memory memory(String name) {
        return only(Action.Remember.class).stream()
                .filter(r -> r.schedule().equals(name))
                .reduce((x, y) -> y)
                .orElseThrow()
                .memory();
    }

    private Schedules begun(String schedules) throws IOException {
        Schedules s = new Schedules(specs(schedules), this::id, 1);
        act(s, new Stimulus.Begin(Map.of(), "boot"));
        return s;
    }

    private SortedMap<String, ScheduleSpec> specs(String schedules) throws IOException {
        Path file = dir.resolve("s.yaml");
        Files.writeString(
                file, "version: 1\ndefaults: { schedule: { timezone: UTC } }\nschedules:\n  " + schedules + "\n");
        return ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(file))
                .config()
                .schedules();
    }

    private InstanceId id() {
        return new InstanceId("i" + ids++);
    }

    /** Lets so much time pass, a second each. @return all launches so far */
    private List<Action.Launch> pass(Schedules s, int seconds) {
        for (int i = 0; i < seconds; i++) {
            wall = wall.plusSeconds(1);
            mono = mono.plus(Duration.ofSeconds(1));
            act(s, new Stimulus.Tick());
        }
        return launches();
    }

    private void end(Schedules s, Action.Launch run, int code) {
        act(s, new Stimulus.Exited(run.instance(), new Outcome.Exited(code), null));
        act(s, new Stimulus.Emptied(run.instance()));
    }

    private void act(Schedules s, Stimulus stimulus) {
        actions.addAll(s.apply(stimulus, new Now(wall, mono)));
    }

    private List<Action.Launch> launches() {
        return only(Action.Launch.class);
    }

    private List<Action.Ended> ends() {
        return only(Action.Ended.class);
    }

    private List<Action.LeftOut> lefts() {
        return only(Action.LeftOut.class);
    }

    private List<Action.Claim> claims() {
        return only(Action.Claim.class);
    }

    private <T extends Action> List<T> only(Class<T> type) {
        return actions.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
