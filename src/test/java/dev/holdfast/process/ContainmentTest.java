package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.testbed.Pids;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
@Timeout(60)
class ContainmentTest {
    private static final Path PROC = Path.of("/proc");

    @TempDir
    private Path dir;

    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Test
    void sparesAGroupThatGotTheNumberOfAnAdoptedLeaderThatIsGone() throws Exception {
        Process stranger = group();
        try (Poller poller = Poller.open()) {
            ProcessRef ref = ref(stranger);
            // Reaped by its new parent, its pid given again; its end has not been heard of yet.
            Instance gone = instance(new ProcessRef(ref.pid(), ref.startTicks() - 1), reaped());
            Containment containment = containment(poller, gone);
            containment.signal(gone, Signal.TERM);
            containment.kill(gone, new MonoTime(1));
            tasks.forEach(Runnable::run);
            // The twin: what is meant is hit, so the stranger, asked before, had its chance to be.
            Instance meant = instance(ref, Pidfd.open(new Proc(PROC), ref).orElseThrow());
            assertThat(stranger.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
            containment.signal(meant, Signal.TERM);
            assertThat(stranger.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(stranger.exitValue()).isEqualTo(128 + Signal.TERM.number());
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void sparesASessionThatGotTheNumberOfALeaderThatEndedWhileNobodyWatched() throws Exception {
        Process stranger = new ProcessBuilder("setsid", "sh", "-c", "sleep 300 & echo $!").start();
        long left = Long.parseLong(stranger.inputReader().readLine());
        try (Poller poller = Poller.open()) {
            stranger.waitFor();
            Instance gone = instance(new ProcessRef((int) stranger.pid(), 1), null);
            gone.adopted = true;
            Containment containment = containment(poller, gone);
            containment.endedWhileAway(gone, new MonoTime(System.nanoTime()));
            tasks.forEach(Runnable::run);
            assertThat(gone.left).isEmpty();
            assertThat(Pids.ended(left)).isFalse();
            // The twin, whose end was seen.
            Instance meant = instance(new ProcessRef((int) stranger.pid(), 1), null);
            meant.adopted = true;
            meant.leaderEnded = true;
            tasks.clear();
            containment.kill(meant, new MonoTime(System.nanoTime()));
            tasks.forEach(Runnable::run);
            await().until(() -> Pids.ended(left));
        } finally {
            ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private Containment containment(Poller poller, Instance one) {
        Map<InstanceId, Instance> instances = new HashMap<>(Map.of(one.id, one));
        return new Containment(
                new Host(PROC, () -> new MonoTime(System.nanoTime())),
                poller,
                tasks::add,
                event -> {},
                instances,
                new java.util.concurrent.ConcurrentHashMap<>(),
                i -> instances.remove(i.id));
    }

    /** Of a process that is gone, and no zombie either. */
    private static Pidfd reaped() throws Exception {
        Process p = group();
        Pidfd pidfd = Pidfd.open(new Proc(PROC), ref(p)).orElseThrow();
        p.destroyForcibly().waitFor();
        await().until(() -> !pidfd.exists());
        return pidfd;
    }

    private Instance instance(ProcessRef leader, @Nullable Pidfd pidfd) {
        return new Instance(
                new InstanceId("00112233445566778899aabbccddeeff"),
                "test",
                Map.of(),
                dir.toString(),
                false,
                leader,
                null,
                pidfd);
    }

    /** A sleep that leads a session and group of its own. */
    private static Process group() throws Exception {
        Process p = new ProcessBuilder("setsid", "sleep", "300").start();
        await().until(() -> new Proc(PROC)
                .stat((int) p.pid())
                .filter(s -> s.session() == p.pid())
                .isPresent());
        return p;
    }

    private static ProcessRef ref(Process p) throws Exception {
        return new Proc(PROC).stat((int) p.pid()).orElseThrow().ref();
    }
}
