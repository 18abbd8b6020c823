package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.probe.Sample;
import dev.holdfast.process.GroupUsage;
import dev.holdfast.scale.CpuMean;
import dev.holdfast.scale.Crew;
import dev.holdfast.scale.Figure;
import dev.holdfast.scale.Memory;
import dev.holdfast.store.Fleet;
import dev.holdfast.store.Jobs;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Percent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of replicas and queues before it is decided how many there are to be. */
class ScaleDeskTest {
    private static final MonoTime NOW = new MonoTime(Duration.ofHours(1).toNanos());

    private static MonoTime before(int seconds) {
        return new MonoTime(NOW.nanos() - seconds * 1_000_000_000L);
    }

    @TempDir
    Path dir;

    private ProcessSpec web(int replicas) throws IOException {
        return web(replicas, "");
    }

    private ProcessSpec web(int replicas, String limits) throws IOException {
        Path yaml = Files.writeString(dir.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  web:
                    command: [sleep, '9']
                    resources: { limits: { %s } }
                    scale: { max: 8, by: { cpu: 70%% } }
                """.formatted(limits));
        ProcessSpec spec = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(yaml))
                .config()
                .processes()
                .get("web");
        return Objects.requireNonNull(spec).withReplicas(replicas);
    }

    private static ReplicaView view(int index, String state, boolean wanted, int failures, int seconds) {
        var since = new Now(Instant.EPOCH, before(seconds));
        return new ReplicaView(
                new ReplicaId("web", index),
                state,
                wanted,
                null,
                null,
                since,
                failures,
                failures,
                "",
                "for db",
                List.of());
    }

    private Crew crew(int replicas, Set<String> stopped, ReplicaView... views) throws IOException {
        return ScaleSight.crew(web(replicas), List.of(views), stopped, NOW);
    }

    @Test
    void thoseThatRunAreUpAndThoseOnTheirWayOutAreNotCounted() throws IOException {
        assertThat(crew(
                        2,
                        Set.of(),
                        view(0, "up", true, 0, 1),
                        view(1, "unhealthy", true, 0, 500),
                        view(2, "stopping", false, 0, 1)))
                .isEqualTo(new Crew(2, null, null, null));
    }

    @Test
    void eachThatMovesOrDoesNotStayUpIsNamed() throws IOException {
        assertThat(crew(1, Set.of(), view(0, "starting", true, 0, 1)).moving()).isEqualTo("web/0 is starting");
        assertThat(crew(1, Set.of(), view(0, "waiting", true, 0, 1)).moving()).isEqualTo("web/0 waits for db");
        assertThat(crew(1, Set.of(), view(0, "stopping", true, 0, 1)).moving()).isEqualTo("web/0 is stopping");
        assertThat(crew(1, Set.of(), view(0, "backoff", true, 1, 1)).ill()).isEqualTo("web/0 does not stay up");
        assertThat(crew(1, Set.of(), view(0, "failed", true, 9, 1)).ill()).isEqualTo("web/0 was given up");
        assertThat(crew(1, Set.of(), view(0, "up", true, 3, 29)).ill()).isEqualTo("web/0 has failed just now");
        assertThat(crew(1, Set.of(), view(0, "up", true, 3, 30)).ill()).isNull();
    }

    @Test
    void endsThatWereMeantAreNoIllness() throws IOException {
        var since = new Now(Instant.EPOCH, NOW);
        var replica = new ReplicaId("web", 0);
        for (String state : List.of("up", "backoff")) {
            var often = new ReplicaView(replica, state, true, null, null, since, 99, 0, "", "", List.of());
            assertThat(crew(1, Set.of(), often))
                    .isEqualTo(
                            new Crew(1, state.equals("up") ? null : "web/0 pauses before it starts again", null, null));
        }
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
        assertThat(ScaleSight.load(health(Jobs.Gate.OPEN))).isEqualTo(5);
        assertThat(ScaleSight.load(health(Jobs.Gate.DRAINED))).isEqualTo(5);
        assertThat(ScaleSight.load(health(Jobs.Gate.PAUSED))).isEqualTo(2);
    }

    @Test
    void aStoreThatDoesNotAnswerIsNoEmptyQueue() {
        assertThat(ScaleSight.length("media", OptionalDouble.of(5), null, NOW))
                .isEqualTo(new Figure.Known(5, NOW, NOW));
        var locked = new IOException("it is locked");
        for (Throwable failure : List.of(locked, new CompletionException(locked))) {
            assertThat(ScaleSight.length("media", null, failure, NOW))
                    .isEqualTo(new Figure.Missing("queue media cannot be asked: it is locked"));
        }
        assertThat(ScaleSight.length("media", ScaleSight.share(List.of(), 1), null, NOW))
                .isEqualTo(new Figure.Missing("queue media cannot be asked"));
    }

    @Test
    void ofAQueueThatSeveralHostsWorkForEachHasItsShare() {
        List<Jobs.Health> five = List.of(health(Jobs.Gate.OPEN));
        assertThat(ScaleSight.share(five, 1)).hasValue(5);
        assertThat(ScaleSight.share(five, 2)).hasValue(3);
        assertThat(ScaleSight.share(five, 9)).hasValue(1);
        List<Fleet.Heard> hosts = List.of(
                heard("media", Duration.ZERO, null),
                heard("media", Fleet.SILENCE, null),
                heard("media", Fleet.SILENCE.plusSeconds(1), null),
                heard("media", Duration.ZERO, Duration.ofSeconds(1)),
                heard("other", Duration.ZERO, null));
        assertThat(FleetRoll.workers(hosts, "media")).isEqualTo(2);
        assertThat(FleetRoll.workers(List.of(), "media")).as("ourselves").isEqualTo(1);
    }

    private static Fleet.Heard heard(String queue, Duration silent, @Nullable Duration left) {
        return new Fleet.Heard(
                new Fleet.Member("h", "1", Duration.ofHours(1), 2, 0, 0, 0, 0, 0, List.of(queue)), silent, left);
    }

    private static Figure probed(@Nullable Sample last, int askedAgo, boolean latency) {
        var check = new ProbeSpec.Check.Exec(new CommandSpec(List.of("backlog")), null, null, Set.of(0), null);
        var spec = new ProbeSpec(
                "backlog",
                check,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        MonoTime asked = before(askedAgo);
        var view = new ProbeView(spec, last, asked, Instant.EPOCH, null, List.of(), null, null);
        return ScaleSight.probed("backlog", view, latency, NOW);
    }

    private static Sample tells(double value) {
        return new Sample(true, "", Map.of("value", value, "latency", 0.25));
    }

    @Test
    void whatAProbeTellsIsOfTheTimeAtWhichItWasAskedAndCountsUntilItsNextAnswerIsLate() {
        MonoTime asked = before(75);
        assertThat(probed(tells(7), 75, false)).isEqualTo(new Figure.Known(7, asked, NOW));
        assertThat(probed(tells(7), 75, true)).isEqualTo(new Figure.Known(0.25, asked, NOW));
        assertThat(probed(tells(7), 76, false)).isEqualTo(new Figure.Missing("probe backlog was not asked for 1m16s"));
    }

    @Test
    void aProbeThatTellsNoNumberIsNoZero() {
        assertThat(ScaleSight.probed("backlog", null, false, NOW))
                .isEqualTo(new Figure.Missing("probe backlog has not answered yet"));
        assertThat(probed(null, 1, false)).isEqualTo(new Figure.Missing("probe backlog has not answered yet"));
        assertThat(probed(Sample.down("exit code 1"), 1, false))
                .isEqualTo(new Figure.Missing("probe backlog is down: exit code 1"));
        for (Sample s : List.of(tells(-1), tells(Double.NaN), new Sample(true, "", Map.of()))) {
            assertThat(probed(s, 1, false)).isEqualTo(new Figure.Missing("probe backlog tells no number"));
        }
    }

    private static ScaleDesk.Sampled sampled(int ago, ScaleDesk.Use... uses) {
        var by = new HashMap<ReplicaId, ScaleDesk.Use>();
        for (ScaleDesk.Use use : uses) {
            by.put(new ReplicaId("web", by.size()), use);
        }
        return new ScaleDesk.Sampled(1000, 2000, by, before(ago + 5), before(ago));
    }

    private static ScaleDesk.Use use(String life, double cores, double bytes) {
        return new ScaleDesk.Use(new InstanceId(life), (float) cores, (float) bytes);
    }

    @Test
    void whatReplicasUseIsAShareOfTheirLimitAndUnknownWithOneOfThem() throws IOException {
        var cpu = new CpuMean();
        for (int ago : new int[] {10, 5, 0}) {
            ScaleSight.look(cpu, web(2, "cpu: 500m"), sampled(ago, use("a", 0.25, 1), use("b", 0.5, 1)));
        }
        assertThat(cpu.figure(null)).isEqualTo(new Figure.Known(0.75, before(15), NOW));
        ScaleSight.look(cpu, web(2, "cpu: 500m"), sampled(0, use("a", 0.25, 1)));
        assertThat(cpu.figure(null)).isInstanceOf(Figure.Missing.class);
    }

    @Test
    void whatOneMoreMayTakeIsItsLimitOrTheMostThatWasSeen() throws IOException {
        Percent reserve = Percent.parse("10%");
        ScaleDesk.Sampled s = sampled(0, use("a", 0, 40), use("b", 0, Float.NaN));
        var free = new ScaleSight.Scaled(web(2), 50L);
        assertThat(ScaleSight.used(free.spec(), s)).containsExactly(40L);
        // Of one 10 are to come, of the other, of which nothing is known, all 50.
        assertThat(ScaleSight.memory(s, List.of(free), free, reserve, NOW))
                .isEqualTo(new Memory(1000 - 200 - 10 - 50, 50L, false));
        var limited = new ScaleSight.Scaled(web(2, "memory: 100"), 50L);
        assertThat(ScaleSight.memory(s, List.of(free, limited), limited, reserve, NOW))
                .isEqualTo(new Memory(1000 - 200 - 60 - 160, 100L, true));
        var unseen = new ScaleSight.Scaled(web(1), null);
        assertThat(ScaleSight.memory(s, List.of(unseen), unseen, reserve, NOW)).isEqualTo(new Memory(800, null, false));
        assertThat(ScaleSight.memory(null, List.of(free), free, reserve, NOW)).isNull();
        assertThat(ScaleSight.memory(sampled(31), List.of(free), free, reserve, NOW))
                .as("nobody knows any more")
                .isNull();
    }

    @Test
    void pageCacheIsNotWhatAReplicaTakes() {
        var group = new GroupUsage(Duration.ofSeconds(1), 1000L, null, null);
        ReplicaView view = view(0, "up", true, 0, 1);
        assertThat(new ProcessFigures.Used(view, null, group, OptionalLong.of(400), 1).takenBytes())
                .isEqualTo(400);
        assertThat(new ProcessFigures.Used(view, null, group, OptionalLong.empty(), 1).takenBytes())
                .isEqualTo(1000);
    }

    private static Jobs.Health health(Jobs.Gate gate) {
        return new Jobs.Health("media", gate, 10, 3, 4, 2, null, 0, 0, 0, 0);
    }
}
