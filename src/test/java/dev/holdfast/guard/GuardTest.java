package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each behaviour beside its negative twin, on scripted processes and a clock that is the test's. */
class GuardTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path dir;

    private final FakeHost host = new FakeHost();
    private final List<Action> actions = new ArrayList<>();
    private final List<Finding> told = new ArrayList<>();
    /** What comes of each signal; null: what the host says. */
    private Stimulus.@Nullable Blow instead;

    private long nanos = 1_000_000_000L;
    private Guard guard = new Guard(
            new GuardSpec(Duration.ofSeconds(5), false, List.of(), new java.util.TreeMap<>(), null, null),
            1,
            new MonoTime(0));

    @BeforeEach
    void init() {
        host.add(1, "systemd");
        host.add(FakeHost.SELF, "holdfast").session = FakeHost.SELF;
    }

    private GuardSpec spec(String yaml) {
        try {
            Path file = dir.resolve("g.yaml");
            Files.writeString(
                    file,
                    "version: 1\nalerts: {channels: {ops: {type: exec, command: [x]}}}\nguard:\n  "
                            + yaml.strip().replace("\n", "\n  ") + "\n");
            Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
            if (loaded instanceof Loaded.Unsound u) {
                throw new AssertionError(u.problems().toString());
            }
            Config config = ((Loaded.Sound) loaded).config();
            return Objects.requireNonNull(config.guard());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void rules(String yaml) {
        guard = new Guard(spec("rules:\n  " + yaml.strip().replace("\n", "\n  ")), FakeHost.SELF, new MonoTime(nanos));
        look(0);
    }

    private Now now() {
        return new Now(Instant.ofEpochSecond(0, nanos), new MonoTime(nanos));
    }

    /** Time goes on, then a look is taken, and what it says is done. */
    private List<Finding> look(double seconds) {
        nanos += (long) (seconds * 1e9);
        host.ticks += Math.round(seconds * 100);
        actions.clear();
        int before = told.size();
        take(guard.apply(new Stimulus.Looked(host), now()));
        return told.subList(before, told.size());
    }

    private void take(List<Action> all) {
        for (Action a : all) {
            actions.add(a);
            if (a instanceof Action.Tell(Finding f)) {
                told.add(f);
            }
            if (a instanceof Action.Strike(List<ProcessRef> targets, Signal signal, var _)) {
                for (ProcessRef t : targets) {
                    Stimulus.Blow blow = instead != null
                            ? instead
                            : host.signal(t, signal) ? Stimulus.Blow.SENT : Stimulus.Blow.GONE;
                    take(guard.apply(new Stimulus.Struck(t, blow, ""), now()));
                }
            }
        }
    }

    /** Looks each 5 s for as long, using so much CPU. */
    private void runs(FakeProcess p, double percent, int seconds) {
        for (int i = 0; i < seconds; i += 5) {
            p.cpuTicks += 5 * percent;
            look(5);
        }
    }

    private boolean alive(FakeProcess p) {
        return host.byPid.get(p.pid) == p;
    }

    private List<Kind> kinds() {
        return told.stream().map(Finding::kind).toList();
    }

    private static final String RUNAWAY = """
            runaway:
              match: {command: "php.*mautic", exclude: "php-fpm: master"}
              any:
                - {cpu: "> 80%", for: 2m}
                - {memory: "> 1024Mi", for: 10s}
                - {runtime: "> 30m"}
                - {cpu: "== 0%", for: 60m, name: stuck}
              action: kill
              grace: 15s
            """;

    @Test
    void killsWhatBurnsForTheWholeWindow() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        runs(p, 100, 115);
        assertThat(alive(p)).isTrue();
        runs(p, 100, 10);
        assertThat(alive(p)).isFalse();
        look(5);
        assertThat(told.getFirst().why()).isEqualTo("cpu > 80% for 2m (100.0%)");
        assertThat(told.getFirst().evidence().getFirst()).startsWith("cpu > 80% for 2m: 24 looks, 100.0% to 100.0%");
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ENDED);
    }

    @Test
    void cpuOverAWindowIsTheMeanOverIt() {
        rules(RUNAWAY);
        FakeProcess under = host.add(100, "php mautic a");
        FakeProcess over = host.add(101, "php mautic b");
        for (int i = 0; i < 100; i++) { // a minute and a half of each two; and a look in nine at rest
            under.cpuTicks += i % 24 < 18 ? 500 : 0;
            over.cpuTicks += i % 9 == 0 ? 0 : 500;
            look(5);
            if (alive(over)) {
                assertThat(i).isLessThan(24);
            }
        }
        assertThat(alive(under)).isTrue();
        assertThat(alive(over)).isFalse();
        assertThat(told.getFirst().why()).startsWith("cpu > 80% for 2m (8");
    }

    @Test
    void missedLooksAreALongerStretchOfCpuAndProveNoMoreThanItsMean() {
        rules(RUNAWAY);
        FakeProcess calm = host.add(100, "php mautic a");
        FakeProcess busy = host.add(101, "php mautic b");
        look(5);
        calm.cpuTicks += 100 * 200;
        busy.cpuTicks += 100 * 290;
        look(300);
        assertThat(alive(calm)).isTrue();
        assertThat(alive(busy)).isFalse();
    }

    @Test
    void looksOutOfTurnJudgeNoCpu() {
        rules("""
                burst:
                  match: {command: work}
                  any: [{cpu: "> 90%"}]
                  action: kill
                """);
        FakeProcess p = host.add(100, "work");
        runs(p, 50, 10);
        p.cpuTicks += 30;
        look(0.1);
        p.cpuTicks += 100;
        look(1.1);
        assertThat(alive(p)).isTrue();
        p.cpuTicks += 380;
        look(3.8);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void ofATotalOfCpuWhoUsedMostInTheWindowGoes() {
        rules("""
                total:
                  match: {command: work}
                  total: [{cpu: "> 150%", for: 1m}]
                  action: kill
                """);
        FakeProcess hog = host.add(100, "work a");
        FakeProcess other = host.add(101, "work b");
        FakeProcess late = host.add(102, "work c");
        look(5);
        for (int i = 0; i < 11; i++) {
            hog.cpuTicks += 500;
            other.cpuTicks += 300;
            look(5);
        }
        assertThat(alive(hog)).isTrue();
        late.cpuTicks += 1400;
        hog.cpuTicks += 500;
        other.cpuTicks += 300;
        look(5);
        assertThat(alive(hog)).isFalse();
        look(5);
        look(5);
        assertThat(alive(other)).isTrue();
        assertThat(alive(late)).isTrue();
    }

    @Test
    void killsWhatGrewAndStayedLarge() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        p.cpuTicks = 1;
        look(5);
        p.rss = 1100 * MIB;
        look(5);
        look(5);
        assertThat(alive(p)).isTrue();
        look(5);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void sharedPagesCountByTheirPart() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        p.rss = 2000 * MIB;
        p.pss = 1000 * MIB;
        runs(p, 50, 60);
        assertThat(alive(p)).isTrue();
    }

    @Test
    void killsWhatRunsTooLongAndAsksForALookWhenItIsDue() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        runs(p, 50, 1795);
        assertThat(alive(p)).isTrue();
        assertThat(guard.nextDeadline().since(new MonoTime(nanos)))
                .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        look(5.1);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void findsWhatIsStuckAndSparesWhatDidOneTick() {
        rules("""
                stuck:
                  match: {command: work}
                  any: [{cpu: "== 0%", for: 60m, name: stuck}]
                  action: kill
                """);
        FakeProcess stuck = host.add(100, "work a");
        FakeProcess slow = host.add(101, "work b");
        for (int i = 0; i < 3600; i += 5) {
            slow.cpuTicks += i == 1800 ? 1 : 0;
            look(5);
        }
        look(5);
        assertThat(alive(stuck)).isFalse();
        assertThat(alive(slow)).isTrue();
        assertThat(told.getFirst().why()).startsWith("stuck: cpu == 0% for 1h");
    }

    @Test
    void aLookThatComesTooLateProvesNothingOfWhatWasBetween() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 100Mi", for: 1m}]
                  action: kill
                """);
        FakeProcess p = host.add(100, "work");
        p.rss = 200 * MIB;
        look(5);
        look(300);
        assertThat(alive(p)).isTrue();
        for (int i = 0; i < 12; i++) {
            look(5);
        }
        assertThat(alive(p)).isFalse();
    }

    @Test
    void whatIgnoresTermIsKilledAfterItsGraceWithItsTree() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        FakeProcess child = host.add(101, "sh -c x");
        child.parent = 100;
        FakeProcess grandchild = host.add(102, "sleep 1");
        grandchild.parent = 101;
        FakeProcess stranger = host.add(103, "sleep 1");
        p.ignoresTerm = true;
        grandchild.ignoresTerm = true;
        runs(p, 100, 125);
        assertThat(alive(p)).isTrue();
        assertThat(alive(child)).isFalse();
        assertThat(guard.nextDeadline().since(new MonoTime(nanos))).isLessThanOrEqualTo(Duration.ofSeconds(15));
        runs(p, 100, 15);
        assertThat(alive(p)).isFalse();
        assertThat(alive(grandchild)).isFalse();
        assertThat(alive(stranger)).isTrue();
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ESCALATED, Kind.ENDED);
        assertThat(guard.idle()).isTrue();
    }

    @Test
    void protectedAndExcludedDescendantsAreSparedWithAllBelow() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        FakeProcess db = host.add(101, "mariadbd");
        db.parent = 100;
        FakeProcess below = host.add(102, "helper");
        below.parent = 101;
        FakeProcess master = host.add(103, "php-fpm: master process");
        master.parent = 100;
        runs(p, 100, 125);
        assertThat(alive(p)).isFalse();
        assertThat(alive(db)).isTrue();
        assertThat(alive(below)).isTrue();
        assertThat(alive(master)).isTrue();
    }

    @Test
    void whatIsUninterruptibleIsReportedAndNotWaitedForNorBegunAnew() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        p.uninterruptible = true;
        runs(p, 100, 600);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ESCALATED, Kind.STAYS);
        assertThat(told.getLast().deed()).contains("uninterruptible");
        assertThat(guard.idle()).isTrue();
        p.uninterruptible = false;
        host.signal(p.ref(), Signal.KILL);
        look(5);
        assertThat(kinds()).contains(Kind.ENDED);
    }

    @Test
    void aPidThatBecameAnothersInheritsNothing() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        runs(p, 100, 115);
        host.end(p);
        FakeProcess other = host.add(100, "php mautic cron");
        runs(other, 100, 15);
        assertThat(alive(other)).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void anExecutionNeverTouchesTheNextOwnerOfAPid() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        p.ignoresTerm = true;
        runs(p, 100, 125);
        host.end(p);
        FakeProcess other = host.add(100, "php innocent");
        for (int i = 0; i < 6; i++) {
            look(5);
        }
        assertThat(alive(other)).isTrue();
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ENDED);
    }

    @Test
    void neverTouchesWhatIsProtectedUnlessItIsNamed() {
        String rule = """
                r:
                  match: {command: "redis|init|holdfast"}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                """;
        rules(rule);
        FakeProcess redis = host.add(100, "redis-server *:6379");
        host.slots.get(0).traits = FakeHost.traits("init", "/sbin/init", false);
        look(5);
        assertThat(alive(redis)).isTrue();
        assertThat(kinds()).containsOnly(Kind.SPARED);
        assertThat(told).anyMatch(f -> f.deed().equals("left alone: redis-server is protected"));
        rules(rule + "  override_protect: [redis-server]\n");
        look(5);
        assertThat(alive(redis)).isFalse();
        assertThat(host.byPid).containsKeys(1);
    }

    @Test
    void whatFailsForWantOfDescriptorsIsTriedAgainAtTheNextLook() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        p.ignoresTerm = true;
        instead = Stimulus.Blow.FAILED;
        runs(p, 100, 160);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.REFUSED);
        instead = null;
        runs(p, 100, 10);
        assertThat(alive(p)).isTrue(); // its grace begins when TERM reached it
        instead = Stimulus.Blow.FAILED;
        runs(p, 100, 20);
        instead = null;
        runs(p, 100, 10);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void aStrikeThatDidNothingIsNotCounted() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                  at_most: 1 per 1h
                """);
        for (Stimulus.Blow none : List.of(Stimulus.Blow.CHANGED, Stimulus.Blow.REFUSED, Stimulus.Blow.GONE)) {
            FakeProcess p = host.add(100, "work");
            instead = none;
            look(5);
            host.end(p);
        }
        instead = null;
        FakeProcess real = host.add(101, "work");
        look(5);
        assertThat(alive(real)).isFalse();
        FakeProcess next = host.add(102, "work");
        look(5);
        assertThat(alive(next)).isTrue();
    }

    @Test
    void doesNoMoreThanItMayAndSaysSoOnce() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                  at_most: 2 per 1m
                """);
        for (int i = 0; i < 5; i++) {
            host.add(100 + i, "work");
        }
        look(5);
        look(5);
        look(5);
        assertThat(host.byPid).hasSize(2 + 3);
        assertThat(kinds().stream().filter(k -> k == Kind.HELD_BACK)).hasSize(3);
        look(50);
        look(5);
        assertThat(host.byPid).hasSize(2 + 1);
    }

    @Test
    void aDryRunIsHeldBackAsTheRealOneIs() {
        String yaml = """
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                  at_most: 2 per 1m
                """;
        rules(yaml + "  dry_run: true\n");
        for (int i = 0; i < 5; i++) {
            host.add(100 + i, "work");
        }
        look(5);
        look(5);
        assertThat(kinds().stream().filter(k -> k == Kind.FIRED)).hasSize(2);
        assertThat(kinds().stream().filter(k -> k == Kind.HELD_BACK)).hasSize(3);
        assertThat(told).allMatch(Finding::dry);
        look(60);
        assertThat(kinds().stream().filter(k -> k == Kind.FIRED)).hasSize(4);
        assertThat(host.byPid).hasSize(2 + 5);
    }

    @Test
    void whatADryRunTookHoldsBackNothingReal() {
        String yaml = """
                rules:
                  r:
                    match: {command: work}
                    any: [{memory: "> 1Mi"}]
                    action: kill
                    at_most: 1 per 1h
                """;
        guard = new Guard(spec("dry_run: true\n" + yaml), FakeHost.SELF, new MonoTime(nanos));
        look(0);
        FakeProcess p = host.add(100, "work");
        look(5);
        assertThat(alive(p)).isTrue();
        take(guard.apply(new Stimulus.Reload(spec(yaml)), now()));
        look(5);
        look(5);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void aDryRunOnAndOffGivesBackNoRealKill() {
        String yaml = """
                rules:
                  r:
                    match: {command: work}
                    any: [{memory: "> 1Mi"}]
                    action: kill
                    at_most: 2 per 1h
                """;
        guard = new Guard(spec(yaml), FakeHost.SELF, new MonoTime(nanos));
        look(0);
        FakeProcess first = host.add(100, "work");
        look(5);
        assertThat(alive(first)).isFalse();
        take(guard.apply(new Stimulus.Reload(spec("dry_run: true\n" + yaml)), now()));
        FakeProcess second = host.add(101, "work");
        FakeProcess third = host.add(102, "work");
        look(5);
        take(guard.apply(new Stimulus.Reload(spec(yaml)), now()));
        look(5);
        look(5);
        assertThat(List.of(alive(second), alive(third))).containsExactlyInAnyOrder(true, false);
    }

    /** What nobody was signalled for is no kill, whatever it was that ended it. */
    @Test
    void onlyWhatWasSignalledIsToldToHaveBeenEnded() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                """);
        for (Stimulus.Blow none : List.of(Stimulus.Blow.GONE, Stimulus.Blow.REFUSED, Stimulus.Blow.FAILED)) {
            told.clear();
            FakeProcess p = host.add(100, "work");
            instead = none;
            look(5);
            host.end(p);
            look(5);
            assertThat(kinds()).as(none.name()).startsWith(Kind.FIRED).endsWith(Kind.CLEARED);
            assertThat(kinds()).as(none.name()).doesNotContain(Kind.ENDED);
        }
        instead = null;
        told.clear();
        host.add(100, "work");
        look(5);
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ENDED);
    }

    /** The first had ended, one of its tree had not: that was a kill. */
    @Test
    void aTreeWhoseFirstHadEndedIsStillOneThatWasKilled() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                  at_most: 1 per 1h
                """);
        host.add(100, "work").rss = 2 * MIB;
        FakeProcess child = host.add(101, "child");
        child.parent = 100;
        nanos += 5_000_000_000L;
        List<Action> struck = guard.apply(new Stimulus.Looked(host), now());
        assertThat(struck).anyMatch(a -> a instanceof Action.Strike);
        FakeProcess first = Objects.requireNonNull(host.byPid.get(100));
        take(guard.apply(new Stimulus.Struck(first.ref(), Stimulus.Blow.GONE, ""), now()));
        take(guard.apply(new Stimulus.Struck(child.ref(), Stimulus.Blow.SENT, ""), now()));
        take(guard.apply(new Stimulus.Gone(child.ref()), now()));
        assertThat(kinds()).containsExactly(Kind.ENDED);
        host.end(first);
        host.end(child);
        FakeProcess next = host.add(102, "work");
        look(5);
        assertThat(alive(next)).isTrue();
    }

    @Test
    void anAlertIsToldOnceAndTakenBackOnlyWhenItIsClearlyOver() {
        rules("""
                large:
                  match: {command: work}
                  any: [{memory: "> 100Mi"}]
                  action: alert
                  alert: [ops]
                """);
        FakeProcess p = host.add(100, "work --password=geheim -u admin:pw http://joe:pw@host/");
        p.rss = 101 * MIB;
        look(5);
        p.rss = 95 * MIB;
        look(5);
        p.rss = 101 * MIB;
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED);
        assertThat(Objects.requireNonNull(told.getFirst().suspect()).command())
                .isEqualTo("work --password=[redacted] -u admin:[redacted] http://joe:[redacted]host/");
        p.rss = 80 * MIB;
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.CLEARED);
        p.rss = 101 * MIB;
        look(5);
        host.end(p);
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.CLEARED, Kind.FIRED, Kind.CLEARED);
    }

    @Test
    void ofATotalTheLargestGoesFirstAndOnlyAsManyAsNeeded() {
        rules("""
                total:
                  match: {command: work}
                  total: [{memory: "> 1Gi", for: 10s}]
                  action: kill
                """);
        FakeProcess small = host.add(100, "work a");
        small.rss = 200 * MIB;
        FakeProcess large = host.add(101, "work b");
        large.rss = 700 * MIB;
        FakeProcess middle = host.add(102, "work c");
        middle.rss = 300 * MIB;
        look(5);
        look(5);
        assertThat(alive(large)).isTrue();
        look(5);
        assertThat(alive(large)).isFalse();
        look(5);
        look(5);
        assertThat(alive(small)).isTrue();
        assertThat(alive(middle)).isTrue();
        assertThat(told.getFirst().why()).isEqualTo("all 3 together: memory > 1Gi for 10s (1.17Gi)");
    }

    @Test
    void ofTooManyTheYoungestGo() {
        rules("""
                many:
                  match: {command: work}
                  total: [{count: "> 2"}]
                  action: kill
                """);
        for (int i = 0; i < 5; i++) {
            host.add(100 + i, "work");
            host.ticks += 100;
        }
        for (int i = 0; i < 8; i++) {
            look(5);
        }
        assertThat(host.byPid.keySet()).contains(100, 101).doesNotContain(102, 103, 104);
    }

    @Test
    void noticesThatNothingRunsAtAll() {
        rules("""
                gone:
                  match: {command: work}
                  total: [{count: "< 1", for: 10s}]
                  action: alert
                """);
        look(5);
        assertThat(told).isEmpty();
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED);
        host.add(100, "work");
        look(5);
        assertThat(kinds()).containsExactly(Kind.FIRED, Kind.CLEARED);
    }

    @Test
    void availableMemoryThatNobodyKnowsIsNotLittle() {
        rules("""
                bytes:
                  match: {command: "."}
                  total: [{available: "< 500Mi"}]
                  action: kill
                  signal: KILL
                share:
                  match: {command: "."}
                  total: [{available: "< 5%"}]
                  action: kill
                  signal: KILL
                """);
        FakeProcess innocent = host.add(100, "innocent");
        host.available = -1;
        look(5);
        look(5);
        assertThat(told).isEmpty();
        assertThat(guard.headroom(host)).isEqualTo(Long.MAX_VALUE);
        host.available = 400 * MIB;
        look(5);
        assertThat(alive(innocent)).isFalse();
    }

    @Test
    void underPressureTheHogGoesAndItsNeighbourStays() {
        rules("""
                pressure:
                  match: {command: "."}
                  total: [{pressure: "some > 150ms / 1s"}]
                  action: kill
                  signal: KILL
                """);
        FakeProcess hog = host.add(100, "hog");
        hog.rss = 900 * MIB;
        FakeProcess neighbour = host.add(101, "neighbour");
        look(5);
        assertThat(alive(hog)).isTrue();
        host.pressed = true;
        look(0.01);
        host.pressed = false;
        assertThat(alive(hog)).isFalse();
        look(5);
        assertThat(alive(neighbour)).isTrue();
    }

    @Test
    void aDryRunSaysTheSameAndTouchesNobody() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        runs(p, 100, 125);
        Finding real = told.getFirst();
        told.clear();
        host.end(p);
        rules(RUNAWAY + "  dry_run: true\n");
        FakeProcess q = host.add(100, "php mautic cron");
        runs(q, 100, 600);
        assertThat(alive(q)).isTrue();
        assertThat(kinds()).containsExactly(Kind.FIRED);
        assertThat(told.getFirst().why()).isEqualTo(real.why());
        assertThat(told.getFirst().deed()).isEqualTo(real.deed());
        assertThat(told.getFirst().dry()).isTrue();
    }

    @Test
    void aTitleThatChangesIsJudgedAnew() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php-fpm: master process (mautic)");
        runs(p, 100, 300);
        assertThat(alive(p)).isTrue();
        p.traits = FakeHost.traits("php-fpm: pool mautic", "", false);
        runs(p, 100, 115);
        assertThat(alive(p)).isTrue();
        runs(p, 100, 10);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void managedOrNotIsTold() {
        rules("""
                stray:
                  match: {command: yt-dlp, managed: false}
                  any: [{runtime: "> 2m"}]
                  action: kill
                """);
        FakeProcess ours = host.add(100, "yt-dlp a");
        ours.traits = FakeHost.traits("yt-dlp a", "", true);
        FakeProcess stray = host.add(101, "yt-dlp b");
        runs(stray, 1, 130);
        assertThat(alive(stray)).isFalse();
        assertThat(alive(ours)).isTrue();
    }

    @Test
    void whatIsManagedIsRestartedBySupervision() {
        rules("""
                r:
                  match: {command: work, managed: true}
                  any: [{memory: "> 100Mi"}]
                  action: restart
                """);
        FakeProcess p = host.add(100, "work");
        p.traits = FakeHost.traits("work", "", true);
        p.rss = 200 * MIB;
        look(5);
        assertThat(actions)
                .anySatisfy(a -> assertThat(a).isInstanceOfSatisfying(Action.Supervise.class, s -> {
                    assertThat(s.restart()).isTrue();
                    assertThat(s.names()).containsExactly("web");
                }));
        look(5);
        assertThat(actions).isEmpty();
    }

    @Test
    void aReloadKeepsWhatDidNotChange() {
        rules(RUNAWAY);
        FakeProcess p = host.add(100, "php mautic cron");
        runs(p, 100, 100);
        guard.apply(
                new Stimulus.Reload(spec("rules:\n  "
                        + (RUNAWAY + "another: {match: {command: x}, any: [{runtime: \"> 9m\"}], action: kill}\n")
                                .strip()
                                .replace("\n", "\n  "))),
                now());
        runs(p, 100, 25);
        assertThat(alive(p)).isFalse();
    }

    @Test
    void aZombiesParentIsToldFirstAndThenItIsItsTurn() {
        guard = new Guard(
                spec("zombies: {every: 1m, action: kill-parent-if-ours}"), FakeHost.SELF, new MonoTime(nanos));
        look(0);
        FakeProcess ours = host.add(100, "web");
        ours.traits = FakeHost.traits("web", "", true);
        FakeProcess theirs = host.add(101, "other");
        for (FakeProcess parent : List.of(ours, theirs)) {
            FakeProcess z = host.add(parent.pid + 100, "z");
            z.parent = parent.pid;
            z.state = 'Z';
        }
        for (int i = 0; i < 23; i++) {
            look(5);
            assertThat(actions).noneMatch(a -> a instanceof Action.Strike);
        }
        look(5);
        assertThat(actions).filteredOn(a -> a instanceof Action.Nudge).hasSize(2);
        look(5);
        assertThat(alive(ours)).isFalse();
        assertThat(alive(theirs)).isTrue();
    }

    /** Its first thread has ended, by pthread_exit(3): state Z, and the others go on. */
    @Test
    void aLeaderThatEndedBeforeItsThreadsIsNoZombieAndIsJudgedAsBefore() {
        guard = new Guard(
                spec(
                        "zombies: {action: kill-parent}\nrules:\n  old: {match: {command: burn}, any: [{runtime: '> 60s'}],"
                                + " action: kill}"),
                FakeHost.SELF,
                new MonoTime(nanos));
        look(0);
        FakeProcess parent = host.add(100, "web");
        FakeProcess burns = host.add(101, "burn");
        burns.parent = 100;
        burns.state = 'Z';
        burns.threads = 3;
        for (int i = 0; i < 11; i++) {
            look(5);
        }
        assertThat(actions).noneMatch(a -> a instanceof Action.Nudge);
        assertThat(alive(burns)).isTrue();
        look(6);
        assertThat(alive(burns)).isFalse();
        assertThat(alive(parent)).isTrue();
    }

    @Test
    void aParentThatHeedsSigchldIsLeftAlone() {
        guard = new Guard(spec("zombies: {action: kill-parent}"), FakeHost.SELF, new MonoTime(nanos));
        look(0);
        FakeProcess parent = host.add(100, "web");
        FakeProcess z = host.add(101, "z");
        z.parent = 100;
        z.state = 'Z';
        for (int i = 0; i < 60; i++) {
            look(5);
            if (actions.stream().anyMatch(a -> a instanceof Action.Nudge)) {
                host.end(z);
            }
        }
        assertThat(alive(parent)).isTrue();
        assertThat(host.byPid).doesNotContainKey(101);
    }

    @Test
    void asLongAsAParentMayHeedSigchldNotAllIsDone() {
        guard = new Guard(spec("zombies: {action: kill-parent}"), FakeHost.SELF, new MonoTime(nanos));
        look(0);
        FakeProcess parent = host.add(100, "web");
        FakeProcess z = host.add(101, "z");
        z.parent = 100;
        z.state = 'Z';
        look(5);
        look(300);
        assertThat(actions).anyMatch(a -> a instanceof Action.Nudge);
        assertThat(guard.idle()).isFalse();
        assertThat(guard.nextDeadline()).isEqualTo(now().mono().plus(Duration.ofSeconds(2)));
        look(2);
        assertThat(alive(parent)).isFalse();
        look(5);
        assertThat(guard.idle()).isTrue();
    }

    /** A daemon is a subreaper, and whoever looks by hand is not that daemon. */
    @Test
    void whatFellToADaemonOfHoldfastIsAnOrphanAndWhatARunAwaitsIsNone() {
        FakeProcess daemon = host.add(700, "java -m dev.holdfast/dev.holdfast.daemon.Main --dir /srv up web.yaml");
        FakeProcess run = host.add(701, "java -m dev.holdfast/dev.holdfast.daemon.Main run -- make up");
        FakeProcess stranger = host.add(702, "sh up");
        for (FakeProcess p : List.of(daemon, run)) {
            p.traits = new Traits("java", p.traits.command(), "/j/bin/java", 0, "root", "/", "", "", false, "", true);
        }
        for (FakeProcess parent : List.of(daemon, run, stranger)) {
            FakeProcess child = host.add(parent.pid + 100, "left behind");
            child.parent = parent.pid;
            child.session = 650; // its leader is gone
        }
        FakeProcess service = host.add(900, "service");
        service.parent = 700;
        assertThat(Guard.orphan(host, host.slotOf(800), FakeHost.SELF)).isTrue();
        assertThat(Guard.orphan(host, host.slotOf(801), FakeHost.SELF)).isFalse();
        assertThat(Guard.orphan(host, host.slotOf(802), FakeHost.SELF)).isFalse();
        assertThat(Guard.orphan(host, service.slot, FakeHost.SELF)).isFalse();
    }

    /** As the children of a container's init, or of a shell in one, whose session began outside. */
    @Test
    void aSessionThatBeganOutsideOfThePidNamespaceHasALeaderForAllWeKnow() {
        FakeProcess fallen = host.add(810, "sleep 1000");
        fallen.parent = 1;
        fallen.session = 0;
        assertThat(Guard.orphan(host, fallen.slot, FakeHost.SELF)).isFalse();
        fallen.session = 650;
        assertThat(Guard.orphan(host, fallen.slot, FakeHost.SELF)).isTrue();
    }

    @Test
    void orphansAreEndedWhenTheyAreOldEnoughAndServicesAreNone() {
        guard = new Guard(
                spec("orphans: {match: {command: spawn}, older_than: 1h, action: kill, every: 1m}"),
                FakeHost.SELF,
                new MonoTime(nanos));
        look(0);
        FakeProcess main = host.add(100, "spawn main");
        FakeProcess worker = host.add(101, "spawn worker");
        worker.parent = 100;
        worker.session = 100;
        FakeProcess service = host.add(102, "spawn service");
        for (int i = 0; i < 7200; i += 5) {
            look(5);
        }
        assertThat(told).isEmpty();
        host.end(main);
        for (int i = 0; i < 3540; i += 5) {
            look(5);
        }
        assertThat(alive(worker)).isTrue();
        for (int i = 0; i < 150; i += 5) {
            look(5);
        }
        assertThat(alive(worker)).isFalse();
        assertThat(alive(service)).isTrue();
    }
}
