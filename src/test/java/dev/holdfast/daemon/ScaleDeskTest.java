package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.scale.Crew;
import dev.holdfast.store.Jobs;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of replicas and queues before it is decided how many there are to be. */
class ScaleDeskTest {
    private static final MonoTime NOW = new MonoTime(Duration.ofHours(1).toNanos());

    @TempDir
    Path dir;

    private ProcessSpec web(int replicas) throws IOException {
        Path yaml = Files.writeString(dir.resolve("holdfast.yaml"), """
                version: 1
                processes: { web: { command: [sleep, '9'], scale: { max: 8, by: { cpu: 70% } } } }
                """);
        ProcessSpec spec = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(yaml))
                .config()
                .processes()
                .get("web");
        return Objects.requireNonNull(spec).withReplicas(replicas);
    }

    private static ReplicaView view(int index, String state, boolean wanted, int restarts, int seconds) {
        var since = new Now(Instant.EPOCH, new MonoTime(NOW.nanos() - seconds * 1_000_000_000L));
        return new ReplicaView(
                new ReplicaId("web", index), state, wanted, null, null, since, restarts, "", "for db", List.of());
    }

    private Crew crew(int replicas, Set<String> stopped, ReplicaView... views) throws IOException {
        return ScaleDesk.crew(web(replicas), List.of(views), stopped, NOW);
    }

    @Test
    void thoseThatRunAreUpAndThoseOnTheirWayOutAreNotCounted() throws IOException {
        assertThat(crew(
                        2,
                        Set.of(),
                        view(0, "up", true, 0, 1),
                        view(1, "unhealthy", true, 0, 500),
                        view(2, "stopping", false, 0, 1)))
                .isEqualTo(new Crew(2, 2, null, null, null));
    }

    @Test
    void eachThatMovesOrDoesNotStayUpIsNamed() throws IOException {
        assertThat(crew(1, Set.of(), view(0, "starting", true, 0, 1)).moving()).isEqualTo("web/0 is starting");
        assertThat(crew(1, Set.of(), view(0, "waiting", true, 0, 1)).moving()).isEqualTo("web/0 waits for db");
        assertThat(crew(1, Set.of(), view(0, "stopping", true, 0, 1)).moving()).isEqualTo("web/0 is stopping");
        assertThat(crew(1, Set.of(), view(0, "backoff", true, 1, 1)).ill()).isEqualTo("web/0 does not stay up");
        assertThat(crew(1, Set.of(), view(0, "failed", true, 9, 1)).ill()).isEqualTo("web/0 was given up");
        assertThat(crew(1, Set.of(), view(0, "up", true, 3, 29)).ill()).isEqualTo("web/0 was restarted just now");
        assertThat(crew(1, Set.of(), view(0, "up", true, 3, 30)).ill()).isNull();
    }

    @Test
    void whatPeopleHaveStoppedIsNamed() throws IOException {
        assertThat(crew(2, Set.of("web"), view(0, "stopping", false, 0, 1)).stopped())
                .isEqualTo("web");
        assertThat(crew(2, Set.of("web/1"), view(0, "up", true, 0, 1), view(1, "down", false, 0, 1))
                        .stopped())
                .isEqualTo("web/1");
        assertThat(crew(0, Set.of("web")).stopped()).isEqualTo("web");
    }

    @Test
    void whatCouldRunAndWhatRunsIsTheLoadOfAQueue() {
        assertThat(ScaleDesk.load(health(Jobs.Gate.OPEN))).isEqualTo(9);
        assertThat(ScaleDesk.load(health(Jobs.Gate.DRAINED))).isEqualTo(9);
        assertThat(ScaleDesk.load(health(Jobs.Gate.PAUSED))).isEqualTo(2);
    }

    private static Jobs.Health health(Jobs.Gate gate) {
        return new Jobs.Health("media", gate, 10, 3, 2, null, 0, 0, 0, 0);
    }
}
