package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How somebody is ended: by whom, with whom, and who never is. */
class EndingTest extends GuardScript {
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
}
