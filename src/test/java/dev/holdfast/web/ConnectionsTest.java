package dev.holdfast.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.web.Connections.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who is hung up on. */
class ConnectionsTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final List<String> hungUp = new ArrayList<>();

    private void open(Connections c, String name, String address) {
        c.opened(name, address, () -> {
            hungUp.add(name);
            c.closed(name);
        });
    }

    @Test
    void theOneThatWasIdleLongestGoes() {
        var c = new Connections(clock::get, 4);
        for (String name : List.of("a", "b", "c", "d")) {
            open(c, name, name);
        }
        c.at("a", Phase.READING);
        c.at("a", Phase.IDLE);
        open(c, "e", "e");
        assertThat(hungUp).containsExactly("b");
        assertThat(c.size()).isEqualTo(4);
        assertThat(c.shed()).isEqualTo(1);
    }

    @Test
    void whoHasManyLosesHisOwn() {
        var c = new Connections(clock::get, 8);
        open(c, "dashboard", "mine");
        for (int i = 0; i < 100; i++) {
            open(c, "flood" + i, "his");
        }
        assertThat(hungUp).hasSize(93).doesNotContain("dashboard").startsWith("flood0", "flood1");
        assertThat(c.size()).isEqualTo(8);
    }

    @Test
    void whatIsAnsweredStaysAndTheNewcomerGoes() {
        var c = new Connections(clock::get, 2);
        open(c, "a", "a");
        open(c, "b", "b");
        c.at("a", Phase.WORKING);
        c.at("b", Phase.WRITING);
        open(c, "c", "c");
        assertThat(hungUp).containsExactly("c");
    }

    @Test
    void eachPhaseLastsSoLongAndNoLongerHoweverItTrickles() {
        var c = new Connections(clock::get, 9);
        open(c, "idle", "x");
        open(c, "reads", "x");
        open(c, "works", "x");
        open(c, "writes", "x");
        c.at("reads", Phase.READING);
        c.at("works", Phase.WORKING);
        c.at("writes", Phase.WRITING);
        clock.set(30 * SECOND);
        c.sweep();
        assertThat(hungUp).isEmpty();
        clock.set(31 * SECOND);
        c.sweep();
        assertThat(hungUp).containsExactlyInAnyOrder("idle", "reads");
        clock.set(61 * SECOND);
        c.sweep();
        assertThat(hungUp).containsExactlyInAnyOrder("idle", "reads", "writes");
        clock.set(100_000 * SECOND);
        c.sweep();
        assertThat(hungUp).hasSize(3);
    }
}
