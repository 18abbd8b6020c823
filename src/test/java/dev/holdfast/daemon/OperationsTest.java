package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.Client;
import dev.holdfast.api.Done;
import dev.holdfast.api.PlanReply;
import dev.holdfast.api.Request;
import dev.holdfast.api.Status;
import dev.holdfast.linux.Descriptors;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people ask for by hand, one thing after another and two at once. */
@Tag("process")
@Timeout(120)
class OperationsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @Test
    void scalesUpAndDownAndRestartsOneReplicaAlone() {
        var daemon = DaemonUnderTest.up(home, """
            version: 1
            processes:
              web:
                replicas: 2
                port_base: 9000
                command: [bash, -c, 'echo "replica $$HOLDFAST_REPLICA port $$HOLDFAST_PORT"; exec sleep 1000']
            """);
        try (daemon) {
            daemon.awaitState("web/1", "up");
            int zero = daemon.pidOf("web/0");
            int one = daemon.pidOf("web/1");

            assertThat(daemon.ask("scale", "web", "4").exit()).isZero();
            assertThat(daemon.replicas())
                    .extracting(Status.Replica::name)
                    .containsExactly("web/0", "web/1", "web/2", "web/3");
            daemon.awaitState("web/3", "up");
            await().atMost(SOON).until(() -> daemon.logged("web.3.log").contains("replica 3 port 9003"));

            assertThat(daemon.ask("restart", "web/1").exit()).isZero();
            daemon.awaitState("web/1", "up");
            assertThat(daemon.pidOf("web/1")).isNotEqualTo(one);
            assertThat(daemon.pidOf("web/0")).isEqualTo(zero);

            assertThat(daemon.ask("scale", "web", "1").exit()).isZero();
            assertThat(daemon.replicas()).hasSize(1);
            assertThat(daemon.pidOf("web")).isEqualTo(zero);
            assertThat(daemon.ask("why", "web/3").out()).contains("scaled away");
            assertThat(daemon.ask("why", "web/4").exit())
                    .as("there never was one")
                    .isEqualTo(4);
            assertThat(daemon.ask("scale", "nobody", "1").exit()).isEqualTo(4);
        }
    }

    @Test
    void whatWasStoppedAndWhatWasDoneOutlivesTheDaemon() {
        Path runs = home.resolve("runs");
        var daemon = DaemonUnderTest.up(home, """
            version: 1
            processes:
              work:
                type: oneshot
                command: [sh, -c, 'echo ran >> %s']
              stopped: { command: [sleep, "1000"] }
              kept: { command: [sleep, "1000"], depends_on: { work: completed } }
            """.formatted(runs));
        try (daemon) {
            daemon.awaitState("work", "completed");
            daemon.awaitState("kept", "up");
            int kept = daemon.pidOf("kept");
            assertThat(daemon.ask("stop", "stopped").exit()).isZero();
            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("kept", "up");
            assertThat(daemon.pidOf("kept")).isEqualTo(kept);
            assertThat(daemon.replica("stopped").state()).isEqualTo("down");
            assertThat(daemon.replica("work").state()).isEqualTo("completed");
            assertThat(read(runs)).isEqualTo("ran\n");
            assertThat(daemon.ask("start", "stopped").exit()).isZero();
            daemon.awaitState("stopped", "up");
        }
    }

    @Test
    void twoRestartsAtOnceEndInOneInstance() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
            version: 1
            processes:
              app: { command: [bash, -c, 'exec -a hf-one-%s sleep 1000'] }
            """.formatted(home.getFileName()));
        try (daemon) {
            daemon.awaitState("app", "up");
            int before = daemon.pidOf("app");
            var first = CompletableFuture.supplyAsync(() -> daemon.ask("restart", "app"));
            var second = CompletableFuture.supplyAsync(() -> daemon.ask("restart", "app"));
            assertThat(first.get().exit()).as(first.get().err()).isZero();
            assertThat(second.get().exit()).as(second.get().err()).isZero();
            daemon.awaitState("app", "up");
            assertThat(daemon.pidOf("app")).isNotEqualTo(before);
            await().atMost(SOON)
                    .until(() -> DaemonUnderTest.named("hf-one-" + home.getFileName())
                            .equals(List.of((long) daemon.pidOf("app"))));
        }
    }

    @Test
    void aStopDuringTheStartEndsItAndWhatWaitedForItStaysDown() {
        var daemon = DaemonUnderTest.up(home, """
            version: 1
            processes:
              slow:
                command: [bash, -c, 'exec -a hf-slow-%s sleep 1000']
                readiness: { exec: { command: [test, -e, %s/never] }, period: 200ms }
                start_timeout: 1h
              after: { command: [sleep, "1000"], depends_on: { slow: healthy } }
            """.formatted(home.getFileName(), home));
        try (daemon) {
            daemon.awaitState("slow", "starting");
            daemon.awaitState("after", "waiting");
            // A restart of what waits for another leaves it waiting.
            assertThat(daemon.ask("restart", "after", "--no-wait").exit()).isZero();
            daemon.awaitState("after", "waiting");
            assertThat(daemon.ask("stop", "slow").exit()).isZero();
            daemon.awaitState("slow", "down");
            assertThat(DaemonUnderTest.named("hf-slow-" + home.getFileName())).isEmpty();
            assertThat(daemon.replica("after").pid()).isNull();
        }
    }

    @Test
    void aReloadTouchesOnlyWhatChanged() {
        String file = """
            version: 1
            processes:
              same: { command: [sleep, "1000"] }
              other: { command: [sleep, "%s"] }
              %s: { command: [sleep, "1000"] }
            """;
        var daemon = DaemonUnderTest.up(home, file.formatted("1000", "old"));
        try (daemon) {
            for (String name : List.of("same", "other", "old")) {
                daemon.awaitState(name, "up");
            }
            int same = daemon.pidOf("same");
            int other = daemon.pidOf("other");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), file.formatted("1001", "fresh"));
            daemon.signal("HUP");
            await().atMost(SOON)
                    .until(() -> daemon.replicas().stream()
                            .map(Status.Replica::name)
                            .toList()
                            .equals(List.of("fresh", "other", "same")));
            daemon.awaitState("fresh", "up");
            daemon.awaitAnother("other", other);
            assertThat(daemon.pidOf("same")).isEqualTo(same);

            int fresh = daemon.pidOf("fresh");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), "version: 1\nprocesses: { fresh: { comand: [x] } }\n");
            daemon.signal("HUP");
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("not reloaded"));
            assertThat(daemon.daemonOutput()).contains("holdfast.yaml:2:").contains("did you mean");
            assertThat(daemon.pidOf("fresh")).isEqualTo(fresh);
            assertThat(daemon.pidOf("same")).isEqualTo(same);
        }
    }

    @Test
    void ofAStormOfHangupsOneReloadIsUnderWayAndOneWaits() throws Exception {
        var file = new StringBuilder("version: 1\nprocesses:\n");
        for (int i = 0; i < 150; i++) {
            file.append("  p%03d: { command: [sleep, '1000'], manual: true }\n".formatted(i));
        }
        String last = file + "  fresh: { command: [sleep, '1000'] }\n";
        var daemon = DaemonUnderTest.up(home, file.toString());
        try (daemon) {
            daemon.awaitState("p149", "down");
            Path config = home.resolve("holdfast.yaml");
            Files.delete(config);
            Descriptors.mkfifo(config.toString(), 0600, -1, -1); // whoever reads it waits for us
            daemon.signal("HUP");
            OutputStream first = opened(config);
            Process storm = new ProcessBuilder(
                            "sh",
                            "-c",
                            "for i in $(seq 200); do /bin/kill -HUP $0; done; /bin/kill -USR2 $0",
                            Long.toString(daemon.pid()))
                    .start();
            assertThat(storm.waitFor()).isZero();
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("SIGUSR2 is meant for nobody"));
            try (first) {
                first.write(file.toString().getBytes(StandardCharsets.UTF_8));
            }
            await().atMost(SOON).until(() -> reloads(daemon) == 1); // else the second is read with the first
            try (OutputStream second = opened(config)) {
                second.write(last.getBytes(StandardCharsets.UTF_8));
            }
            await().atMost(SOON).until(() -> reloads(daemon) == 2);
            Path regular = home.resolve("holdfast.new");
            DaemonUnderTest.write(regular, last);
            Files.move(regular, config, StandardCopyOption.REPLACE_EXISTING);
            daemon.signal("HUP");
            await().atMost(SOON).until(() -> reloads(daemon) == 3);
            assertThat(daemon.daemonOutput()).containsOnlyOnce("reloaded: start fresh");
        }
    }

    /** For writing, as soon as somebody reads it. */
    private static OutputStream opened(Path fifo) throws Exception {
        return CompletableFuture.supplyAsync(() -> {
                    try {
                        return Files.newOutputStream(fifo, StandardOpenOption.WRITE);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static long reloads(DaemonUnderTest daemon) {
        return daemon.daemonOutput()
                .lines()
                .filter(l -> l.contains("reloaded: "))
                .count();
    }

    @Test
    void aReloadAndAScalingThatCrossDoNotUndoEachOther() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
            version: 1
            processes:
              web: { command: [sleep, "1000"], manual: true, replicas: 2 }
            """);
        try (daemon) {
            var client = new Client(home.resolve("run/holdfast.sock"));
            for (int round = 0; round < 60; round++) {
                int n = 2 + round % 5;
                var scale = new Request(List.of("web"), null, n, null, false, 0);
                var reload = CompletableFuture.runAsync(() -> post(client, "reload", "", PlanReply.class));
                post(client, "processes/scale", Client.write(scale), Done.class);
                reload.get();
                assertThat(daemon.replicas()).as("round %s", round).hasSize(n);
            }
        }
    }

    private static void post(Client client, String what, String body, Class<?> answer) {
        try {
            client.postText("/api/v1/" + what, body, answer);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSecondDaemonInTheSameDirectoryIsRefused() {
        var daemon = DaemonUnderTest.up(home, "version: 1\nprocesses: { a: { command: [sleep, '1000'] } }\n");
        try (daemon) {
            daemon.awaitState("a", "up");
            int pid = daemon.pidOf("a");
            var second = daemon.ask("up", home.resolve("holdfast.yaml").toString());
            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.err()).contains("a daemon runs here already").hasLineCount(1);
            assertThat(daemon.pidOf("a")).isEqualTo(pid);
        }
    }
}
