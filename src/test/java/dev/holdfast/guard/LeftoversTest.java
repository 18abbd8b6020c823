package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zombies and orphans. */
class LeftoversTest extends GuardScript {
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
