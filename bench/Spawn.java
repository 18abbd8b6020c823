import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.sandbox.CapabilitySets;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.sandbox.Sandbox;
import dev.holdfast.linux.Spawn.Heritage;
import dev.holdfast.process.Identity;
import dev.holdfast.process.Launch;
import dev.holdfast.process.Solo;
import dev.holdfast.unit.MonoTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The launches of spawn.c by Holdfast's own launch path: Spawn COUNT [GROUP]. Prints microseconds, as spawn.c does. */
final class Spawn {
    public static void main(String[] args) throws Exception {
        var host = new Host(Path.of("/proc"), () -> new MonoTime(System.nanoTime()));
        var sandbox = new Sandbox(Sandbox.Means.NAMESPACES, Sandbox.ProtectSystem.STRICT, false, true, List.of(),
                List.of(), true, null, new CapabilitySets(0, 0), true, null);
        Path dir = Files.createTempDirectory(Path.of("/dev/shm"), "spawn");
        try (Poller poller = Poller.open()) {
            for (int i = Integer.parseInt(args[0]); i > 0; i--) {
                long begin = System.nanoTime();
                Cgroup group = args.length > 1 ? limited(new Cgroup(Path.of(args[1])).child("java-" + i)) : null;
                var output = new Launch.Output.Given(Descriptors.standard(1), Descriptors.standard(2));
                var launch = new Launch(InstanceId.fresh(), "true", Map.of(), List.of("/bin/true"), Map.of(), "/",
                        new Identity(65534, 65534, List.of(65534)), 022, 10, new Launch.IoPriority(2, 7),
                        List.of(new Launch.Rlimit(7, 1024, 4096)), List.of(), null, sandbox, output, null, false);
                var heritage = new Heritage(Descriptors.standard(0), true, 0);
                Solo.Begun begun = Solo.launch(host, poller, dir, launch, heritage, group);
                long took = System.nanoTime() - begin;
                if (!(begun instanceof Solo.Begun.Running running)) {
                    throw new IllegalStateException(begun.toString());
                }
                heritage.stdin().close();
                output.stdout().close();
                output.stderr().close();
                while (running.leader().reap(false).isEmpty()) {
                    Thread.onSpinWait();
                }
                running.leader().close();
                if (group != null) {
                    group.remove();
                }
                System.out.println(took / 1000);
            }
        } finally {
            Files.delete(dir);
        }
    }

    private static Cgroup limited(Cgroup group) throws Exception {
        group.make();
        group.set("memory.oom.group", "1");
        group.set("cpu.max", "50000 100000");
        group.set("memory.max", "536870912");
        group.set("pids.max", "64");
        return group;
    }
}
