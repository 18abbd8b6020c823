package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
@Timeout(60)
class KernelLauncherTest {
    @TempDir
    Path run;

    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final List<ProcessEvent> events = new ArrayList<>();
    private java.util.function.Consumer<ProcessEvent> onEvent = event -> {};
    private final List<String> warnings = new ArrayList<>();
    private final Map<InstanceId, Fd> stdout = new HashMap<>();
    private Poller poller;
    private KernelLauncher launcher;

    @BeforeEach
    void start() throws Exception {
        poller = Poller.open();
        var host = new Host(Path.of("/proc"), () -> new MonoTime(System.nanoTime()));
        host.becomeSubreaper();
        launcher = launcher(host);
    }

    private KernelLauncher launcher(Host host) {
        try {
            return new KernelLauncher(
                    run,
                    host,
                    poller,
                    new LoopTasks() {
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
                    },
                    KernelLauncherTest::now,
                    new OutputSink() {
                        @Override
                        public void attach(InstanceId id, String label, Map<String, String> a, Fd out, Fd err) {
                            stdout.put(id, out);
                            err.close();
                        }

                        @Override
                        public void detach(InstanceId id, Runnable drained) {
                            drained.run();
                        }
                    },
                    new Groups(new CgroupHome.None("a test"), List.of(), warnings::add),
                    event -> {
                        events.add(event);
                        onEvent.accept(event);
                    },
                    warnings::add);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void hearsReadinessOnTheNotifySocketAfterTheStart() {
        InstanceId id = launch(true, "perl", "-MSocket", "-e", """
                socket(S, AF_UNIX, SOCK_DGRAM, 0);
                send(S, "STATUS=warm\\nREADY=1", 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die $!;
                """);
        until(() -> emptied(id));
        assertThat(events.get(0)).isInstanceOf(ProcessEvent.Started.class);
        assertThat(events).contains(new ProcessEvent.Notified(id, "STATUS=warm\nREADY=1"));
    }

    @Test
    void aFloodOfNoticesLeavesTheLoopTimeForOthers() {
        InstanceId id = launch(true, "perl", "-MSocket", "-e", """
                socket(S, AF_UNIX, SOCK_DGRAM, 0);
                $to = sockaddr_un($ENV{NOTIFY_SOCKET});
                while (1) { send(S, "STATUS=busy", 0, $to) }
                """);
        until(() -> events.stream().anyMatch(ProcessEvent.Notified.class::isInstance));
        for (int turn = 0; turn < 50; turn++) {
            int before = events.size();
            poller.await(1_000_000);
            assertThat(events.size() - before).as("messages of one turn").isLessThanOrEqualTo(16);
        }
        launcher.kill(id);
        until(() -> emptied(id));
    }

    @AfterEach
    void stop() {
        launcher.retire();
        until(launcher::quiet);
        crash();
    }

    private void crash() {
        launcher.close();
        posted.clear(); // its loop is over
        poller.close();
    }

    @Test
    void tellsTheExitCode() {
        InstanceId id = launch("sh", "-c", "echo hello; exit 42");
        until(() -> emptied(id));
        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isInstanceOf(ProcessEvent.Started.class);
        assertThat(((ProcessEvent.Exited) events.get(1)).outcome()).isEqualTo(new Outcome.Exited(42));
        assertThat(output(id)).isEqualTo("hello\n");
    }

    @Test
    void takesASignalFromWhoeverHearsOfTheStart() {
        onEvent = e -> {
            if (e instanceof ProcessEvent.Started(InstanceId started, var _)) {
                launcher.signal(started, dev.holdfast.unit.Signal.TERM);
            }
        };
        launch("sleep", "1000");
        until(() -> events.size() == 3);
        assertThat(((ProcessEvent.Exited) events.get(1)).outcome()).isEqualTo(new Outcome.Signalled(15, false));
    }

    @Test
    void raisesItsOwnLimitOfOpenFilesButNotItsProgramsOne() {
        var host = new Host(Path.of("/proc"), () -> new MonoTime(System.nanoTime()));
        long hard = host.raiseOpenFiles(); // this JVM's, which raised it by itself
        assertThat(hard).isGreaterThan(1000);
        launcher.close();
        lowerOwnLimit(1000, hard);
        launcher = launcher(host);
        assertThat(host.raiseOpenFiles()).isEqualTo(hard);
        InstanceId id = launch("sh", "-c", "ulimit -Sn; ulimit -Hn");
        until(() -> emptied(id));
        assertThat(output(id)).isEqualTo("1000\n" + hard + "\n");
    }

    private static void lowerOwnLimit(long soft, long hard) {
        try {
            Process prlimit = new ProcessBuilder(
                            "prlimit", "--pid=" + ProcessHandle.current().pid(), "--nofile=" + soft + ":" + hard)
                    .start();
            assertThat(prlimit.waitFor()).isZero();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysWhyAProgramCannotBeRun() {
        launch("no-such-program");
        until(() -> !events.isEmpty());
        assertThat(((ProcessEvent.LaunchFailed) events.getFirst()).why()).contains("no-such-program: not found");
    }

    @Test
    void killsAGrandchildThatLeftTheSession() {
        InstanceId id = launch("sh", "-c", "setsid sh -c 'sleep 600 & sleep 601' & trap '' TERM; sleep 602; sleep 603");
        until(() -> !events.isEmpty());
        launcher.kill(id);
        until(() -> emptied(id));
        assertThat(((ProcessEvent.Emptied) events.getLast()).survivors()).isEmpty();
    }

    @Test
    void launchesManyAtOnce() {
        long start = System.nanoTime();
        var ids = new ArrayList<InstanceId>();
        for (int i = 0; i < 300; i++) {
            ids.add(launch("sleep", "1000"));
        }
        until(() -> events.size() == 300);
        long up = System.nanoTime();
        ids.forEach(launcher::kill);
        until(() -> events.size() == 900);
        System.out.printf("300 up %.1f ms, gone %.1f ms%n", (up - start) / 1e6, (System.nanoTime() - up) / 1e6);
        assertThat(events.stream().filter(ProcessEvent.Emptied.class::isInstance))
                .hasSize(300);
    }

    @Test
    void reapsAStormOfOrphansAndStealsNoExitCode() {
        // Each sh leaves 50 grandchildren that end on their own, and ends with a code of its own.
        var codes = new HashMap<InstanceId, Integer>();
        for (int i = 0; i < 20; i++) {
            String script = "for n in $(seq 50); do (sleep 0.2 &) ; done; exit " + (i + 1);
            codes.put(launch("sh", "-c", script), i + 1);
        }
        until(() -> codes.keySet().stream().allMatch(this::emptied));
        for (ProcessEvent e : events) {
            if (e instanceof ProcessEvent.Exited exited) {
                assertThat(exited.outcome())
                        .isEqualTo(new Outcome.Exited(java.util.Objects.requireNonNull(codes.get(e.id()))));
            }
        }
        until(() -> zombies() == 0);
    }

    @Test
    void runsAsAnotherUserWithItsGroupsUmaskNiceAndLimits() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                new dev.holdfast.linux.Host(Path.of("/proc"), () -> new MonoTime(0)).uid() == 0, "needs root");
        var id = new InstanceId(UUID.randomUUID().toString().replace("-", ""));
        launcher.launch(new Launch(
                id,
                "test",
                Map.of(),
                List.of("sh", "-c", "id -u; id -g; id -G; umask; nice; ulimit -n; pwd; cat /proc/self/oom_score_adj"),
                Map.of("PATH", "/usr/bin:/bin"),
                "/usr",
                new Identity(65534, 65534, List.of(65534, 4)),
                027,
                7,
                new Launch.IoPriority(2, 7),
                List.of(new Launch.Rlimit(7, 123, 123)),
                List.of(0),
                500,
                new Launch.Output.Captured(),
                null,
                false));
        until(() -> emptied(id) || events.stream().anyMatch(ProcessEvent.LaunchFailed.class::isInstance));
        assertThat(output(id).lines())
                .as("%s", events)
                .containsExactly("65534", "65534", "65534 4", "0027", "7", "123", "/usr", "500");
    }

    @Test
    void isNotHeldUpByAnOrphanThatHoldsItsOutput() {
        InstanceId id = launch("sh", "-c", "sleep 300 & exit 3");
        until(() -> events.stream().anyMatch(ProcessEvent.Exited.class::isInstance));
        assertThat(emptied(id)).isFalse();
        launcher.kill(id);
        until(() -> emptied(id));
    }

    @Test
    void endsATreeWhoseLeaderGoesAndWhoseChildIgnoresTerm() {
        InstanceId id = launch("sh", "-c", "sh -c \"trap '' TERM; sleep 300; sleep 300\" & trap 'exit 0' TERM; wait");
        until(() -> !events.isEmpty());
        // A signal before the traps are set would be a different test.
        until(() -> carrying(id) >= 2);
        launcher.signal(id, dev.holdfast.unit.Signal.TERM);
        until(() -> events.stream().anyMatch(ProcessEvent.Exited.class::isInstance));
        launcher.kill(id);
        until(() -> emptied(id));
        assertThat(carrying(id)).isZero();
    }

    @Test
    void takesBackLaunchesWhoseTurnHasNotCome() {
        List<InstanceId> ids = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ids.add(launch("sleep", "300"));
        }
        ids.forEach(launcher::kill);
        until(() -> ids.stream().allMatch(id -> emptied(id) || failed(id)));
        assertThat(ids).anyMatch(this::failed);
    }

    private boolean failed(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.LaunchFailed f && f.id().equals(id));
    }

    @Test
    void adoptsWhatAnEarlierLauncherLeftAndTellsItsEnd() throws Exception {
        InstanceId id = launch("sleep", "300");
        until(() -> !events.isEmpty());
        var started = (ProcessEvent.Started) events.getFirst();
        crash();
        events.clear();
        start();
        List<KernelLauncher.Adopted> adopted = launcher.adopt();
        assertThat(adopted).hasSize(1);
        assertThat(adopted.getFirst().leader()).isEqualTo(started.leader());
        assertThat(adopted.getFirst().alive()).isTrue();
        launcher.kill(id);
        until(() -> emptied(id));
    }

    private long carrying(InstanceId id) {
        var proc = new dev.holdfast.linux.Proc(Path.of("/proc"));
        try {
            return proc.pids().stream()
                    .filter(pid -> proc.environment(pid, "HOLDFAST_INSTANCE")
                            .filter(id.value()::equals)
                            .isPresent())
                    .count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private long zombies() {
        var host = new Host(Path.of("/proc"), () -> new MonoTime(0));
        return host.proc().children(host.pid(), host.pid()).stream()
                .flatMap(pid -> host.proc().stat(pid).stream())
                .filter(s -> s.state() == 'Z')
                .count();
    }

    private String output(InstanceId id) {
        NativeBuffer b = NativeBuffer.allocate(4096);
        int n = Descriptors.read(java.util.Objects.requireNonNull(stdout.get(id)), b, 0, 4096);
        byte[] text = new byte[Math.max(n, 0)];
        b.bytes().get(0, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private boolean emptied(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.Emptied && e.id().equals(id));
    }

    private InstanceId launch(String... argv) {
        return launch(false, argv);
    }

    private InstanceId launch(boolean notifySocket, String... argv) {
        var id = new InstanceId(UUID.randomUUID().toString().replace("-", ""));
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
                new Launch.Output.Captured(),
                null,
                notifySocket));
        return id;
    }

    @Test
    void nobodyIsLeftAtTheGateOfALauncherThatCloses() throws Exception {
        var host = new Host(Path.of("/proc"), () -> new MonoTime(0));
        var gates = new HashSet<String>();
        for (int round = 0; round < 10; round++) {
            gates.add(host.gateName(run));
            launch("sleep", "1000");
            launch("sleep", "1000");
            crash();
            // The next launcher of the same directory would end whom this one forgot.
            run = java.nio.file.Files.createDirectory(run.resolve("next"));
            start();
        }
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> host.proc().pids().stream()
                        .flatMap(pid -> host.proc().stat(pid).stream())
                        .noneMatch(child -> child.state() != 'Z' && gates.contains(comm(child.pid()))));
    }

    private static String comm(int pid) {
        try {
            return java.nio.file.Files.readString(Path.of("/proc/" + pid + "/comm"))
                    .strip();
        } catch (java.io.IOException gone) {
            return "";
        }
    }

    private void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(
                            "deadline; events: %s",
                            events.stream()
                                    .collect(java.util.stream.Collectors.groupingBy(
                                            e -> e.getClass().getSimpleName()
                                                    + (e instanceof ProcessEvent.LaunchFailed f ? f.why() : ""),
                                            java.util.stream.Collectors.counting())))
                    .isLessThan(deadline);
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
}
