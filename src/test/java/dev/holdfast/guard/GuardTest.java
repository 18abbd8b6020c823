package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Each behaviour beside its negative twin. */
class GuardTest extends GuardScript {
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
}
