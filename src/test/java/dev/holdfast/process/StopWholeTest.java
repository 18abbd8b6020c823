package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing of a tree is left, and nothing of what is handed to us. */
@Tag("process")
@Timeout(60)
class StopWholeTest {
    @TempDir
    private Path run;

    private LauncherUnderTest it;

    @BeforeEach
    void start() throws Exception {
        it = new LauncherUnderTest(run);
    }

    @AfterEach
    void stop() {
        it.stop();
    }

    @Test
    void killsAGrandchildThatLeftTheSession() {
        InstanceId id =
                it.launch("sh", "-c", "setsid sh -c 'sleep 600 & sleep 601' & trap '' TERM; sleep 602; sleep 603");
        it.until(() -> !it.events.isEmpty());
        it.launcher.kill(id);
        it.until(() -> it.emptied(id));
        assertThat(((ProcessEvent.Emptied) it.events.getLast()).survivors()).isEmpty();
    }

    @Test
    void isNotHeldUpByAnOrphanThatHoldsItsOutput() {
        InstanceId id = it.launch("sh", "-c", "sleep 300 & exit 3");
        it.until(() -> it.events.stream().anyMatch(ProcessEvent.Exited.class::isInstance));
        assertThat(it.emptied(id)).isFalse();
        it.launcher.kill(id);
        it.until(() -> it.emptied(id));
    }

    @Test
    void endsATreeWhoseLeaderGoesAndWhoseChildIgnoresTerm() {
        InstanceId id =
                it.launch("sh", "-c", "sh -c \"trap '' TERM; sleep 300; sleep 300\" & trap 'exit 0' TERM; wait");
        it.until(() -> !it.events.isEmpty());
        // A signal before the traps are set would be a different test.
        it.until(() -> carrying(id) >= 2);
        it.launcher.signal(id, Signal.TERM);
        it.until(() -> it.events.stream().anyMatch(ProcessEvent.Exited.class::isInstance));
        it.launcher.kill(id);
        it.until(() -> it.emptied(id));
        assertThat(carrying(id)).isZero();
    }

    private static long carrying(InstanceId id) {
        var proc = new Proc(LauncherUnderTest.PROC);
        long carrying = 0;
        try {
            for (int pid : proc.pids()) {
                carrying += proc.environment(pid, "HOLDFAST_INSTANCE")
                                .filter(id.value()::equals)
                                .isPresent()
                        ? 1
                        : 0;
            }
            return carrying;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void reapsAStormOfOrphansAndStealsNoExitCode() {
        // Each sh leaves 50 grandchildren that end on their own, and ends with a code of its own.
        var codes = new HashMap<InstanceId, Integer>();
        for (int i = 0; i < 20; i++) {
            String script = "for n in $(seq 50); do (sleep 0.2 &) ; done; exit " + (i + 1);
            codes.put(it.launch("sh", "-c", script), i + 1);
        }
        it.until(() -> codes.keySet().stream().allMatch(it::emptied));
        for (ProcessEvent e : it.events) {
            if (e instanceof ProcessEvent.Exited exited) {
                assertThat(exited.outcome()).isEqualTo(new Outcome.Exited(Objects.requireNonNull(codes.get(e.id()))));
            }
        }
        it.until(() -> LauncherUnderTest.zombies() == 0);
    }
}
