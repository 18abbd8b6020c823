package dev.holdfast.process;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Spawn;
import dev.holdfast.linux.SpawnThread;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One program, launched by whoever waits for it and nothing else: through a gate as the daemon's are, but without a record,
 * and with what a caller's child inherits. The calling thread owns it.
 */
public final class Solo {
    private static final String THREAD = "hfrun-gate";
    private static final long RETRY_NANOS = 100_000;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Host host;
    private final Poller poller;
    private final Launch launch;
    private final @Nullable Cgroup group;
    private final AtomicReference<@Nullable Done> done = new AtomicReference<>();
    private boolean arrived;
    private @Nullable Pidfd leader;
    private @Nullable String refused;

    /** Made ahead: the thread that spawns may not see our classes any more once it is in its sandbox. */
    private static final Done STARTED = new Done(null);

    private record Done(SpawnThread.@Nullable Failure failure) {}

    /** What came of it. */
    public sealed interface Begun {
        /** It runs its program. */
        record Running(Pidfd leader) implements Begun {}

        /** It never will. */
        record Failed(SpawnThread.Failure failure) implements Begun {}
    }

    private Solo(Host host, Poller poller, Launch launch, @Nullable Cgroup group) {
        this.host = host;
        this.poller = poller;
        this.launch = launch;
        this.group = group;
    }

    /**
     * Returns when the program runs, or cannot.
     *
     * @param dir where the gate may be, ours alone; nothing is left in it
     * @param launch its output is {@link Launch.Output.Given}; its group is not looked at
     * @param group where it is from its first instruction on; null: where we are
     */
    public static Begun launch(
            Host host, Poller poller, Path dir, Launch launch, Spawn.Heritage heritage, @Nullable Cgroup group)
            throws IOException, InterruptedException {
        if (!(launch.output() instanceof Launch.Output.Given(Fd stdout, Fd stderr))) {
            throw new IllegalArgumentException("its output must be given");
        }
        var solo = new Solo(host, poller, launch, group);
        GateSlot<Solo> slot = GateSlot.make(dir, 0, poller, s -> s.arrived = true);
        slot.guest = solo;
        try (slot) {
            SpawnThread thread = SpawnThread.ready(THREAD);
            thread.spawn(solo.spawn(slot, heritage, stdout, stderr), failure -> {
                solo.done.set(failure == null ? STARTED : new Done(failure));
                poller.wake();
            });
            return solo.await(thread, slot);
        } finally {
            slot.unlink();
        }
    }

    private Begun await(SpawnThread thread, GateSlot<Solo> slot) throws IOException {
        boolean released = false;
        long waited = 0;
        while (done.get() == null) {
            if (arrived && leader == null) {
                admit(thread);
            }
            if (leader != null && !released) {
                released = refused != null || slot.release();
            }
            boolean spinning = leader != null && !released;
            if (poller.await(spinning ? RETRY_NANOS : PATIENCE_NANOS) == 0 && leader == null) {
                waited += PATIENCE_NANOS;
                if (waited >= PATIENCE_NANOS) {
                    thread.cancel();
                    return new Begun.Failed(new SpawnThread.Failure(
                            SpawnThread.Kind.PREPARATION, "it did not come to its gate within 30 s"));
                }
            }
        }
        Done end = done.get();
        SpawnThread.Failure failure = end == null ? null : end.failure;
        Pidfd pidfd = leader;
        if (failure == null && pidfd != null && refused == null) {
            return new Begun.Running(pidfd);
        }
        if (pidfd != null) {
            pidfd.reap(true);
            pidfd.close();
        }
        String why = refused;
        return new Begun.Failed(
                failure != null && why == null
                        ? failure
                        : new SpawnThread.Failure(
                                SpawnThread.Kind.PREPARATION, why != null ? why : "it ended at the gate"));
    }

    private void admit(SpawnThread thread) throws IOException {
        ProcessRef child = host.onlyChildOf(thread.tid()).orElse(null);
        if (child == null) {
            return; // gone again: its spawn tells
        }
        Pidfd pidfd = Pidfd.ofChild(host.proc(), child);
        leader = pidfd;
        try {
            if (group != null) {
                group.enter(child.pid());
            }
            Admission.limit(host, child, launch);
        } catch (IOException e) {
            refused = String.valueOf(e.getMessage());
            pidfd.signal(Signal.KILL); // posix_spawn sees a child that "succeeded" and ended
        }
    }

    private Spawn spawn(GateSlot<Solo> slot, Spawn.Heritage heritage, Fd stdout, Fd stderr) {
        var variables = new ArrayList<String>(launch.environment().size());
        launch.environment().forEach((name, value) -> variables.add(name + "=" + value));
        Launch.IoPriority io = launch.io();
        Identity who = launch.identity();
        return new Spawn(
                launch.argv().getFirst(),
                launch.environment().getOrDefault("PATH", PendingLaunch.USUAL_PATH),
                launch.argv(),
                variables,
                launch.workingDir(),
                launch.umask(),
                launch.nice(),
                io == null ? null : (Integer) (io.ioClass() << 13 | io.level()),
                launch.cpuAffinity(),
                who == null ? null : (Integer) who.uid(),
                who == null ? -1 : who.gid(),
                who == null ? List.of() : who.groups(),
                stdout,
                stderr,
                slot.hello(),
                slot.gate(),
                launch.sandbox(),
                null,
                heritage);
    }
}
