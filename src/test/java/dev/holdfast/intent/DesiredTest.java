package dev.holdfast.intent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.MonoTime;
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
        assertThat(desired.scale("web", 5, null)).isTrue();
        desired.take(read);
        assertThat(replicas(desired)).isEqualTo(5);
    }

    @Test
    void theLastOfSeveralScalingsHoldsThroughReloadsAndTheNextDaemon() throws Exception {
        var desired = new Desired(file(2), intents());
        desired.scale("web", 4, null);
        desired.scale("web", 1, null);
        desired.take(file(2));
        assertThat(replicas(desired)).isEqualTo(1);
        assertThat(replicas(new Desired(file(2), intents()))).isEqualTo(1);
    }

    @Test
    void aFileWithAnotherNumberEndsTheScalingForGood() throws Exception {
        var desired = new Desired(file(2), intents());
        desired.scale("web", 4, null);
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
        assertThat(desired.scale("web", 4, null)).isFalse();
    }

    @Test
    void aNumberThatFollowsSomethingIsKeptWithinItsBoundsThroughReloadsAndTheNextDaemon() throws Exception {
        var desired = new Desired(following(1, 8), intents());
        assertThat(replicas(desired)).isOne();
        desired.scale("web", 6, null);
        desired.take(following(2, 8));
        assertThat(replicas(desired)).isEqualTo(6);
        assertThat(replicas(new Desired(following(1, 4), intents()))).isEqualTo(4);
        desired.scale("web", 9, new MonoTime(5));
        desired.take(following(1, 4));
        assertThat(replicas(desired)).as("what people hold").isEqualTo(9);
        Intents next = intents();
        assertThat(next.heldUntil("web")).isEqualTo(new MonoTime(5));
        next.released("web");
        assertThat(intents().heldUntil("web")).isNull();
        assertThat(replicas(new Desired(following(1, 4), intents()))).isEqualTo(4);
    }

    @Test
    void aScaleBeginsWithWhatRunsAndWithoutItTheFileCountsAgain() throws Exception {
        var desired = new Desired(file(5), intents());
        desired.scale("web", 6, null);
        SortedMap<String, ProcessSpec> planned = desired.wouldBe(following(1, 8));
        assertThat(replicas(desired)).as("a plan changes nothing").isEqualTo(6);
        desired.take(following(1, 8));
        assertThat(planned).as("and says what comes").isEqualTo(desired.specs());
        assertThat(replicas(desired)).isEqualTo(6);
        assertThat(replicas(new Desired(following(1, 8), intents()))).isEqualTo(6);
        desired.take(file(5));
        assertThat(replicas(desired)).isEqualTo(5);
        desired.take(following(1, 4));
        assertThat(replicas(desired)).isEqualTo(4);
    }

    @Test
    void ofWhyThereIsNoneItIsToldWhatItFollows() throws Exception {
        var desired = new Desired(following(0, 8), intents());
        assertThat(desired.absent("web")).contains("scaled to 0 by queue media, 5 a replica");
        desired.scale("web", 0, new MonoTime(5));
        assertThat(desired.absent("web")).contains("held at 0 by hand");
    }

    private SortedMap<String, ProcessSpec> following(int min, int max) throws Exception {
        Path yaml = dir.resolve("scaled.yaml");
        Files.writeString(yaml, """
                version: 1
                queues: { media: { pull: { lease: 1m } } }
                processes:
                  web:
                    command: [sleep, '9']
                    scale: { min: %d, max: %d, by: { queue: media, per_replica: 5 } }
                """.formatted(min, max));
        return ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(yaml))
                .config()
                .processes();
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
