package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Poller;
import dev.holdfast.testkernel.OnPlainKernel;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on cgroup v2, without a daemon around it. */
@OnPlainKernel
@Timeout(600)
class GroupsKernelTest {
    private static final Path PROC = Path.of("/proc");
    /** As many as an emulated processor manages in a minute or two. */
    private static final int SPAWNS = Integer.getInteger("holdfast.test.spawns", 300);

    private static final int BATCH = 50;

    @TempDir
    private Path run;

    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final List<ProcessEvent> events = new ArrayList<>();
    private final Set<InstanceId> emptied = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();
    private Poller poller;
    private KernelLauncher launcher;
    private CgroupHome.Ready home;

    @BeforeEach
    void start() throws IOException {
        poller = Poller.open();
        var host = new Host(PROC, () -> now().mono());
        host.becomeSubreaper();
        home = (CgroupHome.Ready) CgroupHome.open(PROC, host.pid(), "holdfast-test");
        launcher = new KernelLauncher(
                run,
                host,
                poller,
                new PlainTasks(),
                GroupsKernelTest::now,
                new Closing(),
                new Groups(home, List.of(), warnings::add),
                event -> {
                    events.add(event);
                    if (event instanceof ProcessEvent.Emptied(InstanceId id, var survivors)) {
                        assertThat(survivors).isEmpty();
                        emptied.add(id);
                    }
                },
                warnings::add);
    }

    @AfterEach
    void stop() {
        launcher.retire();
        until(launcher::quiet);
        launcher.close();
        poller.close();
        home.leave((int) ProcessHandle.current().pid()); // daemons of other tests start where this one is
    }

    @Test
    void noneOfHundredsEscapesByForkingAtOnce() throws IOException {
        String marker = "77" + System.nanoTime() % 1_000_000;
        long began = System.nanoTime();
        var all = new ArrayList<InstanceId>();
        for (int batch = 0; batch < SPAWNS / BATCH; batch++) {
            var ids = new ArrayList<InstanceId>();
            for (int i = 0; i < BATCH; i++) {
                // Forks, leaves the session, and again, and loses its parent: in its first milliseconds.
                ids.add(launch(GroupLimits.NONE, "setsid", "-f", "setsid", "-f", "sleep", marker));
            }
            all.addAll(ids);
            until(() -> exited() >= all.size());
            ids.forEach(id -> until(() -> sleeps(id, marker)));
            System.out.printf("%d after %.1f s%n", all.size(), (System.nanoTime() - began) / 1e9);
        }
        List<String> sleepers = groupsOf(marker);
        assertThat(sleepers).hasSize(SPAWNS);
        assertThat(sleepers)
                .allMatch(group -> all.contains(new InstanceId(group.substring(group.lastIndexOf('/') + 1))));
        double up = (System.nanoTime() - began) / 1e9;
        all.forEach(launcher::kill);
        until(() -> emptied.containsAll(all));
        System.out.printf("%d spawns that fork at once: 0 escapes, up %.1f s%n", SPAWNS, up);
        assertThat(groupsOf(marker)).isEmpty();
        until(() -> !home.base().child("test").exists());
        assertThat(warnings).isEmpty();
    }

    @Test
    void runsNoInstructionOutsideOfItsGroup() {
        InstanceId id = launch(
                new GroupLimits(null, 64L << 20, null, null, 7, null, null, null, null),
                "sh",
                "-c",
                "grep -q $HOLDFAST_INSTANCE$ /proc/self/cgroup && exit 42");
        until(() -> emptied.contains(id));
        assertThat(events)
                .anyMatch(e -> e instanceof ProcessEvent.Exited x && x.outcome().equals(new Outcome.Exited(42)));
    }

    @Test
    void saysWhatTheKernelRefuses() {
        InstanceId id = launch(new GroupLimits(null, null, null, null, -5, null, null, null, null), "true");
        until(() -> !events.isEmpty());
        assertThat(events.getFirst())
                .isInstanceOfSatisfying(
                        ProcessEvent.LaunchFailed.class,
                        f -> assertThat(f.why()).contains("write -5 to").contains("pids.max: invalid argument"));
        assertThat(home.base().child("test").child(id.value()).exists()).isFalse();
    }

    private boolean sleeps(InstanceId id, String marker) {
        Cgroup group = home.base().child("test").child(id.value());
        return group.pids().stream().anyMatch(pid -> command(pid).equals("sleep " + marker));
    }

    private static List<String> groupsOf(String marker) throws IOException {
        var groups = new ArrayList<String>();
        for (int pid : new dev.holdfast.linux.Proc(PROC).pids()) {
            if (command(pid).equals("sleep " + marker)) {
                groups.add(Files.readString(PROC.resolve(pid + "/cgroup")).strip());
            }
        }
        return groups;
    }

    private static String command(int pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
        } catch (IOException gone) {
            return "";
        }
    }

    private long exited() {
        return events.stream().filter(ProcessEvent.Exited.class::isInstance).count();
    }

    private InstanceId launch(GroupLimits limits, String... argv) {
        var id = InstanceId.fresh();
        launcher.launch(new Launch(
                id,
                "test",
                Map.of(),
                List.of(argv),
                Map.of("PATH", "/usr/bin:/bin"),
                null,
                null,
                022,
                null,
                null,
                List.of(),
                List.of(),
                null,
                null,
                new Launch.Output.Discarded(),
                new Launch.Group("test", limits),
                false));
        return id;
    }

    private void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline; %s", warnings).isLessThan(deadline);
            poller.await(10_000_000);
            for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
                task.run();
            }
            launcher.tick(now().mono());
        }
    }

    private static Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime()));
    }

    private final class PlainTasks implements LoopTasks {
        @Override
        public void soon(Runnable task) {
            posted.add(task);
            poller.wake();
        }

        @Override
        public void later(Runnable task) {
            soon(task);
        }

        @Override
        public void hurry(boolean on) {}
    }

    private static final class Closing implements OutputSink {
        @Override
        public void attach(InstanceId id, String label, Map<String, String> attributes, Fd out, Fd err) {
            out.close();
            err.close();
        }

        @Override
        public void detach(InstanceId id, Runnable drained) {
            drained.run();
        }
    }
}
