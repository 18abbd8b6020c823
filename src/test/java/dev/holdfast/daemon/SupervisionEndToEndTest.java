package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.carrying;
import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as its users meet it: real processes, the real socket, the real command line. */
@Tag("process")
@Timeout(120)
class SupervisionEndToEndTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path home;

    @Test
    void startsInDependencyOrderAndLeavesNoSurvivor() throws Exception {
        Path order = home.resolve("order");
        String marker = "hf-marker-" + home.getFileName();
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  migrate:
                    type: oneshot
                    command: "echo migrate >> %1$s"
                    shell: true
                  app:
                    command: [bash, -c, "echo app >> %1$s; exec -a %2$s sleep 1000"]
                    depends_on: { migrate: completed }
                  web:
                    command: "echo web >> %1$s; (setsid sh -c 'sleep 1000 & sleep 1001' &) ; sleep 1002"
                    shell: true
                    env: { HF_MARKER: %2$s }
                    depends_on: [app]
                """.formatted(order, marker));
        try (daemon) {
            await().atMost(SOON).untilAsserted(() -> assertThat(read(order)).isEqualTo("migrate\napp\nweb\n"));
            await().atMost(SOON).until(() -> carrying(marker).size() >= 4);
            var down = daemon.cli("down");
            assertThat(down.exit()).as(down.err()).isZero();
            assertThat(daemon.join()).isZero();
        }
        assertThat(carrying(marker)).isEmpty();
    }

    @Test
    void adoptsTheSamePidsAfterKillNineAndLosesNoLine() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  counter:
                    command: [sh, -c, 'i=0; while :; do i=$$((i+1)); echo "line $$i"; sleep 0.005; done']
                """);
        try (daemon) {
            Path log = home.resolve("log/counter.0.log");
            await().atMost(SOON).until(() -> lines(log) > 20);
            String before = daemon.cli("status", "--json").out();
            for (int round = 0; round < 3; round++) {
                daemon.kill9();
                daemon.upAgain();
                int seen = lines(log);
                await().atMost(SOON).until(() -> lines(log) > seen + 20);
            }
            assertThat(pidOf(daemon.cli("status", "--json").out())).isEqualTo(pidOf(before));
            assertThat(daemon.cli("down").exit()).isZero();
        }
        List<String> texts = read(home.resolve("log/counter.0.log"))
                .lines()
                .map(l -> l.replaceFirst("^\\S+ \\S+ F\\S* ", ""))
                .toList();
        assertThat(texts)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, texts.size())
                        .mapToObj(i -> "line " + i)
                        .toList());
    }

    @Test
    void restartsWhatDiesAndSaysWhy() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  crash:
                    command: [sh, -c, 'echo last words; exit 7']
                    restart: { policy: on-failure, delay: 50ms, limit: 3, window: 1m }
                """);
        try (daemon) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(daemon.cli("status").out()).containsIgnoringCase("failed"));
            var why = daemon.cli("why", "crash");
            assertThat(why.exit()).isZero();
            assertThat(why.out()).contains("7").contains("last words");
        }
    }

    @Test
    void refusesABrokenReloadAndChangesNothing() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  a: { command: [sleep, "1000"] }
                  b: { command: [sleep, "1000"] }
                """);
        try (daemon) {
            await().atMost(SOON)
                    .until(() -> pidOf(daemon.cli("status", "--json", "a").out()) > 0);
            int a = pidOf(daemon.cli("status", "--json", "a").out());
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), "version: 1\nprocesses:\n  a: { comand: [x] }\n");
            var refused = daemon.cli("reload");
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.err() + refused.out())
                    .contains("holdfast.yaml:3:")
                    .contains("command");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                    version: 1
                    processes:
                      a: { command: [sleep, "1000"] }
                      b: { command: [sleep, "1001"] }
                    """);
            assertThat(daemon.cli("plan").out()).contains("restart").contains("command");
            assertThat(daemon.cli("reload").exit()).isZero();
            assertThat(pidOf(daemon.cli("status", "--json", "a").out())).isEqualTo(a);
        }
    }

    @Test
    void isPidOneOfItsNamespaceAndEndsWithTheDecidersCode() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                DaemonUnderTest.runPlain(List.of("unshare", "--pid", "--fork", "--mount-proc", "true"))
                                .exit()
                        == 0,
                "unshare --pid is not permitted here");
        Files.writeString(home.resolve("holdfast.yaml"), """
                version: 1
                global:
                  exit: { when: all-stopped }
                processes:
                  work:
                    type: oneshot
                    command: "sh -c '(sleep 0.1 &) ; exit 0'; sleep 0.5; exit 9"
                    shell: true
                """);
        var ran = DaemonUnderTest.runPlain(DaemonUnderTest.command(
                List.of("unshare", "--pid", "--fork", "--mount-proc"),
                "--dir",
                home.toString(),
                "up",
                home.resolve("holdfast.yaml").toString()));
        assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(9);
    }

    private static int lines(Path file) {
        return (int) read(file).lines().count();
    }

    private static int pidOf(String json) {
        var m = java.util.regex.Pattern.compile("\"replicas\".*?\"pid\"\\s*:\\s*(\\d+)", java.util.regex.Pattern.DOTALL)
                .matcher(json);
        return m.find() ? Integer.parseInt(m.group(1)) : -1;
    }
}
