package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Between the spawn and the first instruction. */
@Tag("process")
@Timeout(60)
class GateTest {
    @TempDir
    private Path run;

    private LauncherUnderTest it;

    @BeforeEach
    void start() throws Exception {
        it = new LauncherUnderTest(run);
    }

    @AfterEach
    void stop() throws Exception {
        it.stop();
        Files.deleteIfExists(run.resolve("proc")); // a link to a directory that is not ours to clear
    }

    private FaultyProc startAnewWithFaultyProc() throws Exception {
        it.stop();
        var proc = new FaultyProc(run.resolve("proc"));
        it = new LauncherUnderTest(Files.createDirectory(run.resolve("faulty")), proc.root());
        return proc;
    }

    @Test
    void takesBackLaunchesWhoseTurnHasNotCome() {
        List<InstanceId> ids = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ids.add(it.launch("sleep", "300"));
        }
        ids.forEach(it.launcher::kill);
        it.until(() -> ids.stream().allMatch(id -> it.emptied(id) || it.failed(id)));
        assertThat(ids).anyMatch(it::failed);
    }

    @Test
    void nobodyIsLeftAtTheGateOfALauncherThatCloses() throws Exception {
        var host = new Host(LauncherUnderTest.PROC, () -> new MonoTime(0));
        var gates = new HashSet<String>();
        for (int round = 0; round < 10; round++) {
            gates.add(host.gateName(it.run));
            it.launch("sleep", "1000");
            it.launch("sleep", "1000");
            it.crash();
            // The next launcher of the same directory would end whom this one forgot.
            it.run = Files.createDirectory(it.run.resolve("next"));
            it.start();
        }
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> gates.stream()
                        .allMatch(gate -> LauncherUnderTest.named(gate).isEmpty()));
    }

    @Test
    void whatIsStoppedBeforeItsFirstInstructionWasNeverStarted() {
        for (int round = 0; round < 5; round++) {
            InstanceId id = it.launch("sleep", "300");
            it.launcher.kill(id);
            it.until(() -> it.emptied(id) || it.failed(id));
            assertThat(it.whyFailed(id)).startsWith("it was stopped before its ");
            assertThat(it.started(id)).isFalse();
        }
    }

    @Test
    void oneThatNeverComesToItsGateHoldsUpTheOthersForSoLongOnly() {
        InstanceId hung = it.launch("sleep", "300");
        InstanceId next = it.launch("sleep", "300");
        it.pass(Duration.ofSeconds(31));
        it.launcher.tick(it.now().mono()); // whether it is there by now or comes later, nobody has heard of it
        it.until(() -> it.started(next));
        assertThat(it.whyFailed(hung)).isEqualTo("it did not come to its gate within 30 s");
        it.until(() -> LauncherUnderTest.named(gate()).isEmpty());
        assertThat(it.events).filteredOn(e -> e.id().equals(hung)).hasSize(1);
        it.launcher.kill(next);
        it.until(() -> it.emptied(next));
        it.until(() -> LauncherUnderTest.zombies() == 0);
    }

    @Test
    void whoCannotBeFoundAtItsGateIsRefusedWithTheReasonAndTheOthersGoOn() throws Exception {
        FaultyProc proc = startAnewWithFaultyProc();
        proc.hideOwnChildren();
        InstanceId unseen = it.launch("sleep", "300");
        InstanceId next = it.launch("sleep", "300");
        it.until(() -> !LauncherUnderTest.named(gate()).isEmpty());
        it.pass(Duration.ofSeconds(6));
        it.until(() -> it.failed(unseen));
        assertThat(it.whyFailed(unseen)).contains("cannot be found at its gate", "symbolic links");
        proc.mend();
        it.until(() -> it.started(next));
        it.until(() -> LauncherUnderTest.named(gate()).isEmpty());
        assertThat(it.started(unseen)).isFalse();
        assertThat(it.emptied(next)).isFalse();
    }

    @Test
    void aPassingTroubleWithProcCostsNoStart() throws Exception {
        FaultyProc proc = startAnewWithFaultyProc();
        proc.hideOwnChildren();
        InstanceId id = it.launch("sleep", "300");
        it.until(() -> !LauncherUnderTest.named(gate()).isEmpty());
        long deadline = System.nanoTime() + 200_000_000;
        it.until(() -> System.nanoTime() > deadline);
        assertThat(it.events).isEmpty();
        proc.mend();
        it.until(() -> it.started(id));
    }

    @Test
    void orphansAreReapedWhileALaunchIsOnItsWay() throws Exception {
        InstanceId parent = it.launch("sh", "-c", "(sleep 1 & echo $!); exec sleep 300");
        it.until(() -> it.started(parent));
        StringBuilder said = new StringBuilder();
        it.until(() -> said.append(it.output(parent)).toString().endsWith("\n"));
        int orphan = Integer.parseInt(said.toString().strip());
        InstanceId onItsWay = it.launch("sleep", "300");
        var proc = new Proc(LauncherUnderTest.PROC);
        it.onlyTasksUntil(() -> {
            try {
                return proc.stat(orphan).isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(it.started(onItsWay)).as("nobody heard its hello").isFalse();
        it.until(() -> it.started(onItsWay));
    }

    @Test
    void anOrphanThatMustWaitKeepsNobodyBusy() throws Exception {
        FaultyProc proc = startAnewWithFaultyProc();
        InstanceId parent = it.launch("sh", "-c", "(sleep 0.3 &); exec sleep 300");
        it.until(() -> it.started(parent));
        proc.hideOwnChildren();
        it.launch("sleep", "300");
        it.until(() -> LauncherUnderTest.zombies() > 0);
        long before = it.turns;
        long deadline = System.nanoTime() + 500_000_000;
        it.until(() -> System.nanoTime() > deadline);
        assertThat(it.turns - before).isLessThan(300);
        proc.mend();
        it.until(() -> LauncherUnderTest.zombies() == 0);
    }

    @Test
    void whoWaitsAtItsGateHoldsNothingOfOurs() throws Exception {
        FaultyProc proc = startAnewWithFaultyProc();
        proc.hideOwnChildren();
        var address = UnixDomainSocketAddress.of(run.resolve("socket"));
        try (var ours = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            ours.bind(address);
            it.launch("sleep", "300");
            it.until(() -> !LauncherUnderTest.named(gate()).isEmpty());
        }
        it.until(() -> isRefused(address));
        assertThat(LauncherUnderTest.named(gate())).as("while it waits").isNotEmpty();
        proc.mend();
    }

    private static boolean isRefused(UnixDomainSocketAddress address) {
        try (var channel = SocketChannel.open(address)) {
            return !channel.isConnected();
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String gate() {
        return new Host(LauncherUnderTest.PROC, () -> new MonoTime(0)).gateName(it.run);
    }
}
