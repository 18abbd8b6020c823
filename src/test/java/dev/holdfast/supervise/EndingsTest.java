package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndingsTest {
    private static final Outcome KILLED = new Outcome.Signalled(9, false);

    private final Endings endings = new Endings();

    @Test
    void blamesTheKernelForWhatItsOomKillerDid() {
        assertThat(why("", Kill.By.OWN_LIMIT)).isEqualTo("killed by SIGKILL, by the kernel for want of memory");
        assertThat(endings.last()).isEqualTo("was killed by its own memory limit (64Mi)");
        assertThat(why("", Kill.By.HOST)).isEqualTo("killed by SIGKILL, by the kernel for want of memory");
        assertThat(why("stop asked", Kill.By.HOST))
                .isEqualTo("stop asked; killed by SIGKILL, by the kernel for want of memory");
    }

    @Test
    void doesNotBlameTheKernelForAKillBesideAnOomInsideOfIt() {
        assertThat(why("", Kill.By.INNER_LIMIT)).isEqualTo("killed by SIGKILL, not by holdfast");
        assertThat(why("", null)).isEqualTo("killed by SIGKILL, not by holdfast");
    }

    @Test
    void namesWhoeverSentTheSignalByHand() {
        endings.signalled(Signal.KILL, "root");
        assertThat(why("", Kill.By.OWN_LIMIT)).isEqualTo("killed by KILL sent by root");
    }

    private String why(String asked, Kill.@Nullable By by) {
        Kill kill = by == null ? null : new Kill(by, 1, 64L << 20);
        Event end = endings.record(
                new ReplicaId("a", 0),
                new InstanceId("00112233445566778899aabbccddeeff"),
                KILLED,
                new Usage(Duration.ZERO, null, kill),
                asked,
                new MonoTime(0),
                new Now(Instant.EPOCH, new MonoTime(5)));
        return ((Event.Exited) end).why();
    }
}
