import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.sandbox.CapabilitySets;
import dev.holdfast.linux.sandbox.Sandbox;
import dev.holdfast.process.Groups;
import dev.holdfast.process.Identity;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.Launch;
import dev.holdfast.process.LoopTasks;
import dev.holdfast.process.OutputSink;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/** The launches of spawn.c by the daemon's launcher: Spawn COUNT [GROUP]. Prints microseconds, as spawn.c does. */
final class Spawn {
    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final Poller poller = Poller.open();
    private final KernelLauncher launcher;
    private boolean hurried;
    private boolean started;

    private Spawn(Path dir, CgroupHome home) throws Exception {
        var host = new Host(Path.of("/proc"), () -> now().mono());
        host.becomeSubreaper();
        var groups = new Groups(home, List.of(), System.err::println);
        launcher = new KernelLauncher(
                dir, host, poller, new Tasks(), Spawn::now, new Closing(), groups, this::heard, System.err::println);
    }

    public static void main(String[] args) throws Exception {
        Path dir = Files.createTempDirectory(Path.of("/dev/shm"), "spawn");
        CgroupHome home = args.length > 1
                ? new CgroupHome.Ready(new Cgroup(Path.of(args[1])), Map.of())
                : new CgroupHome.None("there are no limits in this run");
        var sandbox = new Sandbox(Sandbox.Means.NAMESPACES, Sandbox.ProtectSystem.STRICT, false, true, List.of(),
                List.of(), true, null, new CapabilitySets(0, 0), true, null);
        var limits = new GroupLimits(500, 512L << 20, null, null, 64, null, null, null, null);
        var spawn = new Spawn(dir, home);
        for (int i = Integer.parseInt(args[0]); i > 0; i--) {
            var launch = new Launch(InstanceId.fresh(), "true", Map.of(), List.of("/bin/true"), Map.of(), "/",
                    new Identity(65534, 65534, List.of(65534)), 022, 10, new Launch.IoPriority(2, 7),
                    List.of(new Launch.Rlimit(7, 1024, 4096)), List.of(), null, sandbox,
                    new Launch.Output.Discarded(), new Launch.Group("true", limits), false);
            System.out.println(spawn.micros(launch));
        }
        spawn.launcher.close();
        System.exit(0);
    }

    private long micros(Launch launch) {
        started = false;
        long begin = System.nanoTime();
        launcher.launch(launch);
        until(() -> started);
        long took = System.nanoTime() - begin;
        until(launcher::quiet);
        return took / 1000;
    }

    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            poller.await(posted.isEmpty() && (later.isEmpty() || hurried) ? 10_000_000 : 0);
            for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
                task.run();
            }
            if (!hurried && !later.isEmpty()) {
                later.remove().run();
            }
            launcher.tick(now().mono());
        }
    }

    private void heard(ProcessEvent event) {
        switch (event) {
            case ProcessEvent.Started s -> started = true;
            case ProcessEvent.LaunchFailed f -> throw new IllegalStateException(f.toString());
            default -> {}
        }
    }

    private static Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime()));
    }

    /** As the daemon's loop has them. */
    private final class Tasks implements LoopTasks {
        @Override
        public void soon(Runnable task) {
            posted.add(task);
            poller.wake();
        }

        @Override
        public void later(Runnable task) {
            later.add(task);
        }

        @Override
        public void hurry(boolean on) {
            hurried = on;
        }
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
