package dev.holdfast.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.usage.TreeCpu.Seen;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeCpuTest {
    private static final ProcessRef LEADER = new ProcessRef(10, 1);
    private static final ProcessRef CHILD = new ProcessRef(11, 2);
    private static final ProcessRef GRANDCHILD = new ProcessRef(12, 3);

    private final TreeCpu cpu = new TreeCpu();

    private static Seen seen(ProcessRef ref, @Nullable ProcessRef parent, long own, long waited) {
        return new Seen(ref, parent, LEADER, own, waited);
    }

    private long look(Seen... all) {
        return Objects.requireNonNull(cpu.look(List.of(all)).get(LEADER));
    }

    @Test
    void aChildThatWasWaitedForIsNeitherLostNorCountedTwice() {
        assertThat(look(seen(LEADER, null, 5, 0), seen(CHILD, LEADER, 100, 0))).isEqualTo(105);
        assertThat(look(seen(LEADER, null, 6, 130)))
                .as("it used 30 more before it ended")
                .isEqualTo(136);
        assertThat(look(seen(LEADER, null, 7, 130))).isEqualTo(137);
    }

    @Test
    void aChildThatNobodySawCountsByItsParent() {
        look(seen(LEADER, null, 5, 0));
        assertThat(look(seen(LEADER, null, 5, 40))).isEqualTo(45);
    }

    @Test
    void whatNobodyWaitedForIsKeptAndDoesNotHoldBackTheRest() {
        look(seen(LEADER, null, 5, 0), seen(CHILD, LEADER, 100, 0));
        assertThat(look(seen(LEADER, null, 15, 0))).isEqualTo(115);
    }

    @Test
    void aBranchThatEndsAsAWholeCountsOnce() {
        look(seen(LEADER, null, 1, 0), seen(CHILD, LEADER, 10, 0), seen(GRANDCHILD, CHILD, 100, 0));
        assertThat(look(seen(LEADER, null, 1, 120))).as("10 more of either").isEqualTo(121);
    }

    @Test
    void anOrphanThatStaysInTheTreeGoesOn() {
        look(seen(LEADER, null, 1, 0), seen(CHILD, LEADER, 10, 0), seen(GRANDCHILD, CHILD, 100, 0));
        assertThat(look(seen(LEADER, null, 1, 10), seen(GRANDCHILD, null, 150, 0)))
                .isEqualTo(161);
        assertThat(look(seen(LEADER, null, 1, 10))).isEqualTo(161);
    }

    @Test
    void aNextLifeBeginsAnew() {
        look(seen(LEADER, null, 500, 0));
        assertThat(cpu.look(List.of())).isEmpty();
        assertThat(look(seen(LEADER, null, 3, 0))).isEqualTo(3);
    }
}
