package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.unit.MonoTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a rule may do at most, in earnest and in a dry run. */
class AllowanceTest extends GuardScript {
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
    void whoWasAnotherWhenItWasToBeStruckIsJudgedAnew() {
        rules("""
                r:
                  match: {command: work}
                  any: [{memory: "> 1Mi"}]
                  action: kill
                """);
        FakeProcess p = host.add(100, "work");
        instead = Stimulus.Blow.CHANGED;
        look(5);
        assertThat(alive(p)).isTrue();
        instead = null;
        look(5);
        assertThat(alive(p)).isFalse();
        assertThat(kinds()).containsSubsequence(Kind.FIRED, Kind.REFUSED, Kind.FIRED);
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
}
