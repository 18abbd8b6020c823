package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import org.junit.jupiter.api.Test;

/** Rules over all that match together. */
class TogetherTest extends GuardScript {
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
}
