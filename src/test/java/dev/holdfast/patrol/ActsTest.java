package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Action;
import dev.holdfast.guard.Guard;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("process")
@Timeout(60)
class ActsTest {
    private static final Path PROC = Path.of("/proc");
    private static final int SELF = (int) ProcessHandle.current().pid();

    private final Process first;
    private final Process second;

    ActsTest() throws IOException {
        first = new ProcessBuilder("sleep", "100").start();
        second = new ProcessBuilder("sleep", "100").start();
    }

    @AfterEach
    void end() {
        first.destroyForcibly();
        second.destroyForcibly();
    }

    private static ProcessRef ref(Process p) throws IOException {
        return new Proc(PROC).stat((int) p.pid()).orElseThrow().ref();
    }

    private static void act(boolean withheld, Action... all) throws IOException {
        Now now = new Now(Instant.EPOCH, new MonoTime(0));
        var guard = new Guard(GuardSpec.only(false, List.of(), null, null), SELF, now.mono());
        try (Poller poller = Poller.open();
                Eyes eyes = new Eyes(PROC, SELF, _ -> "", Path.of("/"), 10);
                Hands hands = new Hands(new Proc(PROC), SELF, eyes, poller, _ -> {})) {
            eyes.look(now.mono(), false);
            new Acts(guard, hands, () -> now, Rehearsal.NONE, withheld).all(List.of(all));
        }
    }

    @Test
    void aBlowThatIsWithheldReachesNobody() throws IOException {
        var blow = new Action.Strike(List.of(ref(first), ref(second)), Signal.KILL, _ -> true);
        var gone =
                new Action.Strike(List.of(new ProcessRef((int) first.pid(), 1), ref(second)), Signal.KILL, _ -> true);
        act(true, blow, gone);
        assertThat(first.isAlive()).isTrue();
        assertThat(second.isAlive()).isTrue();
        act(false, blow);
        await().atMost(Duration.ofSeconds(10)).until(() -> !first.isAlive() && !second.isAlive());
        assertThat(first.exitValue()).isEqualTo(128 + 9);
    }

    @Test
    void onlyOfABlowThatBeginsTheFirstDecidesForAll() throws IOException {
        ProcessRef refused = new Proc(PROC).stat(SELF).orElseThrow().ref();
        act(
                false,
                new Action.Strike(List.of(refused, ref(first)), Signal.KILL, _ -> true),
                new Action.Strike(List.of(refused, ref(second)), Signal.KILL, null));
        await().atMost(Duration.ofSeconds(10)).until(() -> !second.isAlive());
        assertThat(first.isAlive()).isTrue();
    }
}
