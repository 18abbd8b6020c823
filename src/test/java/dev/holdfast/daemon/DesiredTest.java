package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.ReplicaId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesiredTest {
    @TempDir
    private Path dir;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void aReloadThatReadTheFileBeforeAScalingLeavesItScaled() throws Exception {
        var desired = new Desired(file(2), intents());
        SortedMap<String, ProcessSpec> read = file(2);
        assertThat(desired.scale("web", 5)).isTrue();
        desired.take(read);
        assertThat(replicas(desired)).isEqualTo(5);
    }

    @Test
    void theLastOfSeveralScalingsHoldsThroughReloadsAndTheNextDaemon() throws Exception {
        var desired = new Desired(file(2), intents());
        desired.scale("web", 4);
        desired.scale("web", 1);
        desired.take(file(2));
        assertThat(replicas(desired)).isEqualTo(1);
        assertThat(replicas(new Desired(file(2), intents()))).isEqualTo(1);
    }

    @Test
    void aFileWithAnotherNumberEndsTheScalingForGood() throws Exception {
        var desired = new Desired(file(2), intents());
        desired.scale("web", 4);
        desired.take(file(3));
        assertThat(replicas(desired)).isEqualTo(3);
        desired.take(file(2));
        assertThat(replicas(desired)).isEqualTo(2);
    }

    @Test
    void whatTheFileLostWhileNoDaemonRanIsForgottenForGood() throws Exception {
        var web = new ReplicaId("web", 0);
        Intents intents = intents();
        intents.note(new Event.Completed(Instant.EPOCH, web));
        assertThat(new Desired(file(2), intents()).specs()).containsKey("web");
        assertThat(intents().completed()).containsExactly(web);
        assertThat(new Desired(new TreeMap<>(), intents()).specs()).isEmpty();
        assertThat(intents().completed()).isEmpty();
    }

    @Test
    void whatTheFileNoLongerHasCannotBeScaled() throws Exception {
        var desired = new Desired(file(2), intents());
        desired.take(new TreeMap<>());
        assertThat(desired.scale("web", 4)).isFalse();
    }

    private Intents intents() {
        return new Intents(dir.resolve("intents"), "this-boot", warnings::add);
    }

    private static int replicas(Desired desired) {
        return desired.specs()
                .getOrDefault("web", desired.specs().firstEntry().getValue())
                .replicas();
    }

    private SortedMap<String, ProcessSpec> file(int replicas) throws Exception {
        Path yaml = dir.resolve("holdfast.yaml");
        Files.writeString(
                yaml, "version: 1\nprocesses: { web: { command: [sleep, '9'], replicas: " + replicas + " } }\n");
        Config config = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(yaml)).config();
        return config.processes();
    }
}
