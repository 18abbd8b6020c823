package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
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
    private final Map<InstanceId, Fd> stdout = new HashMap<>();
    private Poller poller;
    private KernelLauncher launcher;

    @BeforeEach
    void start() throws Exception {
        poller = Poller.open();
        var host = new Host(Path.of("/proc"), () -> new MonoTime(System.nanoTime()));
        host.becomeSubreaper();
        launcher = new KernelLauncher(
                run,
                host,
                poller,
                task -> {
                    posted.add(task);
                    poller.wake();
                },
                KernelLauncherTest::now,
                new OutputSink() {
                    @Override
                    public void attach(InstanceId id, String label, Map<String, String> a, Fd out, Fd err) {
                        stdout.put(id, out);
                        err.close();
                    }

                    @Override
                    public void detach(InstanceId id) {}
                },
                events::add);
    }

    @AfterEach
    void stop() {
        launcher.close();
        poller.close();
    }

    @Test
    void tellsTheExitCode() {
        InstanceId id = launch("sh", "-c", "echo hello; exit 42");
        until(() -> emptied(id));
        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isInstanceOf(ProcessEvent.Started.class);
        assertThat(((ProcessEvent.Exited) events.get(1)).outcome()).isEqualTo(new Outcome.Exited(42));
        NativeBuffer b = NativeBuffer.allocate(100);
        int n = Descriptors.read(java.util.Objects.requireNonNull(stdout.get(id)), b, 0, 100);
        byte[] text = new byte[Math.max(n, 0)];
        b.bytes().get(0, text);
        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("hello\n");
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

    private boolean emptied(InstanceId id) {
        return events.stream().anyMatch(e -> e instanceof ProcessEvent.Emptied && e.id().equals(id));
    }

    private InstanceId launch(String... argv) {
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
                false));
        return id;
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
