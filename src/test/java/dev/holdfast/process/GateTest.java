package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Host;
import dev.holdfast.unit.MonoTime;
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
    void stop() {
        it.stop();
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
}
