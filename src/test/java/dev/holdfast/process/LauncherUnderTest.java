package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A launcher on the real kernel, with a loop of its own that runs while something is waited for. */
final class LauncherUnderTest {
    static final Path PROC = Path.of("/proc");

    Path run;
    final List<ProcessEvent> events = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    Consumer<ProcessEvent> onEvent = event -> {};
    Poller poller;
    KernelLauncher launcher;

    private final Host host;
    private final CgroupHome home;
    private final Duration patience;
    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final List<InstanceId> launched = new ArrayList<>();
    private final Map<InstanceId, Fd> stdout = new HashMap<>();
    private final AtomicLong skew = new AtomicLong();
    /** How many tasks the loop has done: a loop that is asked too often is a busy one. */
    long turns;

    LauncherUnderTest(Path run) throws IOException {
        this(run, PROC);
    }

    /** @param proc /proc, or a tree that leads there but for some faults */
    LauncherUnderTest(Path run, Path proc) throws IOException {
        this(run, proc, new CgroupHome.None("a test"), Duration.ofSeconds(20));
    }

    /**
     * @param home of the instances' groups
     * @param patience of {@link #until}
     */
    LauncherUnderTest(Path run, CgroupHome home, Duration patience) throws IOException {
        this(run, PROC, home, patience);
    }

    private LauncherUnderTest(Path run, Path proc, CgroupHome home, Duration patience) throws IOException {
        this.run = run;
        this.home = home;
        this.patience = patience;
        this.host = new Host(proc, () -> now().mono());
        host.becomeSubreaper();
        this.poller = Poller.open();
        this.launcher = launcher();
    }

    /** Another daemon, of the directory {@link #run}. */
    void start() throws IOException {
        poller = Poller.open();
        launcher = launcher();
    }

    private KernelLauncher launcher() throws IOException {
        var groups = new Groups(home, List.of(), warnings::add);
        return new KernelLauncher(run, host, poller, tasks(), this::now, outputs(), groups, this::heard, warnings::add);
    }

    /** The same loop, another launcher. */
    void relaunch() throws IOException {
        launcher.close();
        launcher = launcher();
    }

    private void heard(ProcessEvent event) {
        events.add(event);
        onEvent.accept(event);
    }

    private LoopTasks tasks() {
        return new LoopTasks() {
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
        };
    }

    private OutputSink outputs() {
        return new OutputSink() {
            @Override
            public void attach(InstanceId id, String label, Map<String, String> a, Fd out, Fd err) {
                stdout.put(id, out);
                err.close();
            }

            @Override
            public void detach(InstanceId id, Runnable drained) {
                drained.run();
            }
        };
    }

    /** Lets everything end. */
    void stop() {
        launched.forEach(launcher::kill);
        launcher.retire();
        until(launcher::quiet);
        crash();
    }

    /** Its end without a word to what runs. */
    void crash() {
        launcher.close();
        posted.clear(); // its loop is over
        poller.close();
    }

    void pass(Duration time) {
        skew.addAndGet(time.toNanos());
    }

    Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime() + skew.get()));
    }

    InstanceId launch(String... argv) {
        return launch(false, argv);
    }

    InstanceId launch(boolean notifySocket, String... argv) {
        InstanceId id = InstanceId.fresh();
        launch(launchOf(id, notifySocket, null, argv));
        return id;
    }

    InstanceId launch(Launch.Group group, String... argv) {
        InstanceId id = InstanceId.fresh();
        launch(launchOf(id, false, group, argv));
        return id;
    }

    private void launch(Launch launch) {
        launched.add(launch.id());
        launcher.launch(launch);
    }

    static Launch launchOf(InstanceId id, boolean notifySocket, Launch.@Nullable Group group, String... argv) {
        return new Launch(
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
                new Launch.Output.Captured(),
                group,
                notifySocket);
    }

    String output(InstanceId id) {
        NativeBuffer b = NativeBuffer.allocate(4096);
        int n = Descriptors.read(Objects.requireNonNull(stdout.get(id)), b, 0, 4096);
        byte[] text = new byte[Math.max(n, 0)];
        b.bytes().get(0, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    boolean emptied(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.Emptied && e.id().equals(id));
    }

    boolean failed(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.LaunchFailed f && f.id().equals(id));
    }

    String whyFailed(InstanceId id) {
        return events.stream()
                .filter(e -> e.id().equals(id) && e instanceof ProcessEvent.LaunchFailed)
                .map(e -> ((ProcessEvent.LaunchFailed) e).why())
                .collect(Collectors.joining());
    }

    boolean started(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.Started && e.id().equals(id));
    }

    /** Ended children of this JVM's first thread, to which the kernel hands orphans. */
    static long zombies() {
        var proc = new Proc(PROC);
        int self = (int) ProcessHandle.current().pid();
        long zombies = 0;
        try {
            for (int pid : proc.children(self, self)) {
                zombies += proc.stat(pid).filter(s -> s.state() == 'Z').isPresent() ? 1 : 0;
            }
            return zombies;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processes of this kernel name that are no zombies. */
    static List<Integer> named(String name) {
        var proc = new Proc(PROC);
        var named = new ArrayList<Integer>();
        try {
            for (int pid : proc.pids()) {
                if (proc.name(pid).filter(name::equals).isPresent()
                        && proc.stat(pid).filter(s -> s.state() != 'Z').isPresent()) {
                    named.add(pid);
                }
            }
            return named;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline; events: %s", told()).isLessThan(deadline);
            poller.await(10_000_000);
            doTasks();
            launcher.tick(now().mono());
        }
    }

    private void doTasks() {
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            task.run();
            turns++;
        }
    }

    /** No descriptor is heard meanwhile: what depends on one, such as a child's hello, stays as it is. */
    void onlyTasksUntil(BooleanSupplier condition) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInSameThread().until(() -> {
            doTasks();
            return condition.getAsBoolean();
        });
    }

    private Map<String, Long> told() {
        return events.stream()
                .collect(Collectors.groupingBy(
                        e -> e.getClass().getSimpleName() + (e instanceof ProcessEvent.LaunchFailed f ? f.why() : ""),
                        Collectors.counting()));
    }
}
