package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final int SPAWNS = Integer.getInteger("holdfast.test.spawns", 1000);

    private static final int BATCH = 50;

    @TempDir
    private Path run;

    private LauncherUnderTest it;
    private CgroupHome.Ready home;

    @BeforeEach
    void start() throws IOException {
        home = (CgroupHome.Ready)
                CgroupHome.open(PROC, (int) ProcessHandle.current().pid(), "holdfast-test");
        it = new LauncherUnderTest(run, home, Duration.ofMinutes(2));
    }

    @AfterEach
    void stop() {
        it.stop();
        home.leave((int) ProcessHandle.current().pid()); // daemons of other tests start where this one is
    }

    @Test
    void noneOfAThousandEscapesByForkingAtOnce() throws IOException {
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
            it.until(() -> exited() >= all.size());
            ids.forEach(id -> it.until(() -> sleeps(id, marker)));
            System.out.printf("%d after %.1f s%n", all.size(), (System.nanoTime() - began) / 1e9);
        }
        List<String> sleepers = groupsOf(marker);
        assertThat(sleepers).hasSize(SPAWNS);
        assertThat(sleepers)
                .allMatch(group -> all.contains(new InstanceId(group.substring(group.lastIndexOf('/') + 1))));
        double up = (System.nanoTime() - began) / 1e9;
        all.forEach(it.launcher::kill);
        it.until(() -> all.stream().allMatch(it::emptied));
        assertThat(it.events)
                .noneMatch(e ->
                        e instanceof ProcessEvent.Emptied x && !x.survivors().isEmpty());
        System.out.printf("%d spawns that fork at once: 0 escapes, up %.1f s%n", SPAWNS, up);
        assertThat(groupsOf(marker)).isEmpty();
        it.until(() -> !home.base().child("test").exists());
        assertThat(it.warnings).isEmpty();
    }

    @Test
    void runsNoInstructionOutsideOfItsGroup() {
        InstanceId id = launch(
                new GroupLimits(null, 64L << 20, null, null, 7, null, null, null, null),
                "sh",
                "-c",
                "grep -q $HOLDFAST_INSTANCE$ /proc/self/cgroup && exit 42");
        it.until(() -> it.emptied(id));
        assertThat(it.events)
                .anyMatch(e -> e instanceof ProcessEvent.Exited x && x.outcome().equals(new Outcome.Exited(42)));
    }

    /** A group that is none of ours stands in for the host, which had better not run out of memory. */
    @Test
    void tellsByTheKernelsLogWhomTheOomKillerEndedWithoutAGroup() throws IOException {
        it.stop();
        it = new LauncherUnderTest(run, new CgroupHome.None("a test"), Duration.ofMinutes(2));
        var small = new Cgroup(Path.of("/sys/fs/cgroup/holdfast-small"));
        small.make();
        try {
            small.set("memory.max", "16777216");
            InstanceId id = launch(
                    GroupLimits.NONE,
                    "sh",
                    "-c",
                    "echo $$ > " + small + "/cgroup.procs; x=a; while :; do x=$x$x; done");
            it.until(() -> it.emptied(id));
            assertThat(it.events)
                    .anyMatch(e -> e instanceof ProcessEvent.Exited x
                            && x.usage() != null
                            && new Kill(Kill.By.HOST, 1, null).equals(x.usage().kill()));
        } finally {
            small.remove();
        }
    }

    @Test
    void saysWhatTheKernelRefuses() {
        InstanceId id = launch(new GroupLimits(null, null, null, null, -5, null, null, null, null), "true");
        it.until(() -> !it.events.isEmpty());
        assertThat(it.events.getFirst())
                .isInstanceOfSatisfying(
                        ProcessEvent.LaunchFailed.class,
                        f -> assertThat(f.why()).contains("write -5 to").contains("pids.max: invalid argument"));
        assertThat(home.base().child("test").child(id.value()).exists()).isFalse();
    }

    private boolean sleeps(InstanceId id, String marker) {
        Cgroup group = home.base().child("test").child(id.value());
        try {
            return group.pids().stream().anyMatch(pid -> command(pid).equals("sleep " + marker));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        return it.events.stream().filter(ProcessEvent.Exited.class::isInstance).count();
    }

    private InstanceId launch(GroupLimits limits, String... argv) {
        return it.launch(new Launch.Group("test", limits), argv);
    }
}
