package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.event.InstanceId;
import dev.holdfast.process.Launch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a real daemon with real programs. */
class SchedulesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    @TempDir
    Path home;

    @Test
    void runsWhatIsDueAndTellsItsHistory() {
        try (var daemon = up("""
                tick: { every: 1s, command: [sh, -c, 'echo "due $$HOLDFAST_DUE attempt $$HOLDFAST_ATTEMPT"'] }
                never: { cron: "0 0 29 2 *", timezone: Europe/Berlin, command: [/does/not/exist] }
                """)) {
            await().atMost(DEADLINE).until(() -> daemon.logged("tick.0.log").size() >= 2);
            assertThat(daemon.logged("tick.0.log"))
                    .allSatisfy(l -> assertThat(l).matches("due 20\\d\\d-.*Z attempt 1"));
            assertThat(daemon.ask("cron", "list").out())
                    .containsPattern("tick +every 1s +\\w+ +\\S+ \\S+ +\\S+.* success")
                    .containsPattern("never +0 0 29 2 \\* Europe/Berlin +idle +20\\d\\d-02-2[89]");
            assertThat(daemon.ask("cron", "history", "tick", "--lines", "1").out())
                    .contains("success: exited with 0; took")
                    .contains("  | due 20");
            assertThat(daemon.ask("cron", "next", "never", "-n", "2").out().lines())
                    .hasSize(2);
            assertThat(daemon.ask("cron", "overlaps").out()).contains("runs at once");
            assertThat(daemon.ask("cron", "run", "never", "--wait"))
                    .satisfies(r -> assertThat(r.exit()).isEqualTo(1))
                    .satisfies(r -> assertThat(r.out()).contains("could not be started"));
            assertThat(daemon.ask("cron", "next", "nver").err()).contains("did you mean never?");
            assertThat(daemon.ask("logs", "tick", "--grep", "attempt", "-n", "2")
                            .out()
                            .lines())
                    .hasSize(2)
                    .allSatisfy(l -> assertThat(l).matches("tick \\| due .* attempt 1"));
        }
    }

    private DaemonUnderTest up(String schedules) {
        return DaemonUnderTest.up(home, "version: 1\nschedules:\n" + schedules.indent(2));
    }

    @Test
    void leavesOutDueTimesWhilePausedAndWhileTheLastRunIsNotOver() {
        try (var daemon = up("""
                slow: { every: 1s, command: [sh, -c, 'echo one >> %1$s/runs; while [ ! -e %1$s/end ]; do sleep 0.1; done'] }
                """.formatted(home))) {
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "history", "slow").out().contains("the last run is not over"));
            assertThat(DaemonUnderTest.read(home.resolve("runs"))).isEqualTo("one\n");
            assertThat(daemon.ask("cron", "run", "slow").err()).contains("its overlap is skip");
            assertThat(daemon.ask("cron", "pause", "slow").exit()).isZero();
            assertThat(daemon.ask("cron", "pause", "slow").err()).contains("paused already");
            DaemonUnderTest.write(home.resolve("end"), "");
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "list").out().matches("(?s).*slow +every 1s +paused.*"));
            assertThat(daemon.ask("cron", "run", "slow", "--wait").out()).contains("slow success");
            assertThat(DaemonUnderTest.read(home.resolve("runs"))).isEqualTo("one\none\n");
            assertThat(daemon.ask("cron", "resume", "slow").exit()).isZero();
            await().atMost(DEADLINE)
                    .until(() ->
                            DaemonUnderTest.read(home.resolve("runs")).lines().count() >= 3);
        }
    }

    @Test
    void statusAndWhyTellOfSchedulesToo() {
        try (var daemon = up("""
                good: { cron: "@yearly", command: [echo, fine] }
                bad: { cron: "@yearly", max_failures: 2, command: [sh, -c, 'echo "no luck at $$HOLDFAST_ATTEMPT"; exit 3'] }
                """)) {
            assertThat(daemon.ask("cron", "run", "good", "--wait").exit()).isZero();
            assertThat(daemon.ask("cron", "run", "bad", "--wait").exit()).isEqualTo(1);
            assertThat(daemon.ask("cron", "run", "bad", "--wait").exit()).isEqualTo(1);
            assertThat(daemon.ask("status").out())
                    .startsWith("SCHEDULE")
                    .containsPattern("good +idle +20\\d\\d-01-01 \\S+ +\\d+s ago +success")
                    .containsPattern("bad +paused +- +\\d+s ago +failed +2 runs in a row failed");
            assertThat(daemon.ask("status", "good").exit()).isZero();
            assertThat(daemon.ask("status", "bad").exit()).isEqualTo(1);
            assertThat(daemon.ask("status", "--json", "good").out())
                    .contains("\"name\":\"good\"", "\"lastResult\":\"success\"")
                    .doesNotContain("\"name\":\"bad\"");
            assertThat(daemon.ask("status", "god").err()).contains("did you mean good?");
            assertThat(daemon.ask("start", "good").err()).contains("good is a schedule: holdfast cron");
            await().atMost(DEADLINE).until(() -> daemon.logged("bad.0.log").size() == 2);
            assertThat(daemon.ask("why", "bad").out())
                    .startsWith("bad: paused: 2 runs in a row failed; failed runs in a row: 2")
                    .containsPattern("exited with 3\\R    failed, attempt 1 of the run due at \\S+, by hand; ran 0\\.")
                    .contains("    | no luck at 1")
                    .contains("failed: exited with 3 after 0.");
            assertThat(daemon.ask("why", "good").out())
                    .contains("no failed run of it is known", "success: exited with 0 after");
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.ask("status").out()).containsPattern("bad +paused +- +\\S+ ago +failed");
        }
    }

    @Test
    void aWaitingRunAndARetryOutliveTheDaemonsDeath() {
        try (var daemon = up("""
                again:
                  cron: "@yearly"
                  retry: { max_attempts: 2, backoff: { initial: 2s, max: 2s } }
                  command: [sh, -c, 'echo "$$HOLDFAST_RUN $$HOLDFAST_ATTEMPT" >> %1$s/again; exit 1']
                queued:
                  cron: "@yearly"
                  overlap: { policy: queue, depth: 2 }
                  command: [sh, -c, 'echo $$HOLDFAST_RUN >> %1$s/queued; while [ ! -e %1$s/end ]; do sleep 0.1; done']
                """.formatted(home))) {
            daemon.ask("cron", "run", "queued");
            daemon.ask("cron", "run", "queued");
            daemon.ask("cron", "run", "again");
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("status", "again").out().contains("retrying"));
            daemon.kill9();
            assertThat(DaemonUnderTest.read(home.resolve("again")).lines()).hasSize(1);
            daemon.upAgain();
            await().atMost(DEADLINE)
                    .until(() ->
                            DaemonUnderTest.read(home.resolve("again")).lines().count() == 2);
            String[] again = DaemonUnderTest.read(home.resolve("again")).split("\\s+", -1);
            assertThat(List.of(again).subList(0, 4)).containsExactly(again[0], "1", again[0], "2");
            assertThat(daemon.ask("status", "queued").out()).containsPattern("queued +running \\+1");
            assertThat(DaemonUnderTest.read(home.resolve("queued")).lines()).hasSize(1);
            DaemonUnderTest.write(home.resolve("end"), "");
            await().atMost(DEADLINE)
                    .until(() ->
                            DaemonUnderTest.read(home.resolve("queued")).lines().count() == 2);
        }
    }

    @Test
    void endsTheWholeTreeAtItsTimeoutAlsoWhatIgnoresTheSignal() {
        String marker = "holdfast-schedule-deaf-" + ProcessHandle.current().pid();
        try (var daemon = up("""
                hang:
                  cron: "0 0 1 1 *"
                  timeout: 2s
                  stop: { timeout: 1s }
                  retry: { max_attempts: 2, backoff: { initial: 100ms, max: 100ms } }
                  on_failure: { command: [sh, -c, 'echo "$$HOLDFAST_SCHEDULE $$HOLDFAST_RESULT $$HOLDFAST_ATTEMPT" > %2$s/told'] }
                  command: [sh, -c, "setsid sh -c 'trap : TERM; while :; do sleep 1; done' %1$s 2>&- & echo begun; wait"]
                """.formatted(marker, home))) {
            var ran = daemon.ask("cron", "run", "hang", "--wait");
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.out()).contains("hang timeout: no end within 2s");
            assertThat(DaemonUnderTest.carrying(marker).stream()
                            .filter(pid -> pid != ProcessHandle.current().pid() && pid != daemon.pid()))
                    .isEmpty();
            assertThat(daemon.logged("hang.0.log")).containsExactly("begun", "begun");
            await().atMost(DEADLINE)
                    .until(() -> DaemonUnderTest.read(home.resolve("told")).equals("hang timeout 2\n"));
            assertThat(daemon.ask("cron", "history", "hang").out())
                    .containsPattern("timeout: no end within 2s")
                    .contains("(attempt 2)");
        }
    }

    @Test
    void tellsHeartbeatsAndWebhooks() throws IOException {
        List<String> asked = new CopyOnWriteArrayList<>();
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> answer(server, asked));
        String base = "http://127.0.0.1:" + server.getLocalPort();
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { schedule: { cron: "@yearly", heartbeat: "%1$s/beat" } }
                schedules:
                  good: { command: ["true"], on_success: { webhook: "%1$s/good" } }
                  bad: { command: ["false"], on_failure: { webhook: "%1$s/bad" } }
                """.formatted(base))) {
            assertThat(daemon.ask("cron", "run", "good", "--wait").exit()).isZero();
            await().atMost(DEADLINE).until(() -> asked.size() == 3);
            assertThat(asked)
                    .contains("GET /beat/start ", "GET /beat ")
                    .anySatisfy(a -> assertThat(a)
                            .startsWith("POST /good {")
                            .contains("\"schedule\":\"good\"", "\"result\":\"success\""));
            asked.clear();
            assertThat(daemon.ask("cron", "run", "bad", "--wait").exit()).isEqualTo(1);
            await().atMost(DEADLINE).until(() -> asked.size() == 3);
            assertThat(asked)
                    .contains("GET /beat/start ", "GET /beat/fail ")
                    .anySatisfy(a -> assertThat(a).startsWith("POST /bad {").contains("\"detail\":\"exited with 1\""));
        } finally {
            server.close();
        }
    }

    /** Notes method, path and body of each request. */
    private static void answer(ServerSocket server, List<String> asked) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                String request = in.readLine();
                int length = 0;
                for (String head = in.readLine(); head != null && !head.isEmpty(); head = in.readLine()) {
                    boolean tells = head.toLowerCase(Locale.ROOT).startsWith("content-length: ");
                    length = tells ? Integer.parseInt(head.substring(16)) : length;
                }
                var body = new char[length];
                int read = 0;
                while (read < length) {
                    read += in.read(body, read, length - read);
                }
                asked.add(request.replace(" HTTP/1.1", "") + " " + new String(body));
                client.getOutputStream()
                        .write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                // the test has ended, or the client hung up
            }
        }
    }

    @Test
    void aRunIsLaunchedInsideTheLimitsOfItsSchedule() {
        var loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/mautic-n8n.yaml"));
        ScheduleSpec spec = Objects.requireNonNull(
                ((Loaded.Sound) loaded).config().schedules().get("messages-send"));
        Launch launch = new Launches(Map.of("PATH", "/bin"), false)
                .scheduled(
                        new InstanceId("i"),
                        spec.asProcess(),
                        Timetable.RUN,
                        spec.launch().command(),
                        Map.of("due", "then"),
                        Map.of("HOLDFAST_SCHEDULE", "messages-send"));
        assertThat(launch.group()).isEqualTo(new Launch.Group("messages-send", Limits.of(spec.resources())));
        assertThat(spec.resources().memory()).hasToString("256Mi");
        assertThat(launch.nice()).isEqualTo(10);
        assertThat(launch.io()).isEqualTo(new Launch.IoPriority(2, 7));
        assertThat(launch.attributes()).containsEntry("due", "then");
        assertThat(launch.environment()).containsEntry("HOLDFAST_SCHEDULE", "messages-send");
    }

    @Test
    void aReloadTakesSchedulesAndLeavesWhatRuns() {
        try (var daemon = up("""
                stays: { cron: "@yearly", command: [sh, -c, 'echo $$$$ >> %1$s/pid; while [ ! -e %1$s/end ]; do sleep 0.1; done'] }
                goes: { cron: "@yearly", command: [sleep, "1000"] }
                """.formatted(home))) {
            assertThat(daemon.ask("cron", "run", "stays").exit()).isZero();
            assertThat(daemon.ask("cron", "run", "goes").exit()).isZero();
            await().atMost(DEADLINE)
                    .until(() -> !DaemonUnderTest.read(home.resolve("pid")).isEmpty());
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                    version: 1
                    schedules:
                      stays: { cron: "@monthly", command: ["true"] }
                      comes: { cron: "@yearly", command: ["true"] }
                    """);
            assertThat(daemon.ask("plan").out())
                    .containsPattern("add +comes")
                    .containsPattern("remove +goes")
                    .containsPattern("change +stays +command: .*")
                    .containsPattern("cron: @yearly \\S+ \\S+ @monthly");
            assertThat(daemon.ask("reload").out())
                    .containsPattern("added +comes")
                    .containsPattern("changed +stays");
            assertThat(daemon.ask("plan").out()).isEqualTo("nothing would change\n");
            await().atMost(DEADLINE)
                    .until(() -> !daemon.ask("cron", "list").out().contains("goes"));
            assertThat(daemon.ask("cron", "list").out())
                    .containsPattern("stays +@monthly \\S+ +running")
                    .containsPattern("comes +@yearly \\S+ +idle");
            DaemonUnderTest.write(home.resolve("end"), "");
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "history", "stays").out().contains("success"));
            assertThat(daemon.ask("cron", "run", "comes", "--wait").exit()).isZero();
        }
    }

    @Test
    void runsAsAnotherUser() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can run as another user");
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults: { schedule: { user: nobody, group: daemon, nice: 10, io: { class: best-effort, priority: 7 } } }
                schedules:
                  who: { cron: "@yearly", command: [sh, -c, 'echo "$$(id -un) $$(id -gn) $$(nice) $$(ionice)"'] }
                """)) {
            assertThat(daemon.ask("cron", "run", "who", "--wait").out()).contains("who success");
            await().atMost(DEADLINE)
                    .until(() -> daemon.logged("who.0.log").contains("nobody daemon 10 best-effort: prio 7"));
        }
    }

    @Test
    void adoptsARunAfterTheDaemonsDeathAndRecordsItsEndOnce() {
        try (var daemon = up("""
                long: { every: 1s, command: [sh, -c, 'echo $$$$ >> %1$s/runs; while [ ! -e %1$s/end ]; do sleep 0.1; done'] }
                """.formatted(home))) {
            await().atMost(DEADLINE)
                    .until(() -> !DaemonUnderTest.read(home.resolve("runs")).isEmpty());
            daemon.kill9();
            daemon.upAgain();
            assertThat(daemon.daemonOutput()).contains("long adopted, its run goes on");
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "list").out().matches("(?s).*long +every 1s +running.*"));
            assertThat(DaemonUnderTest.read(home.resolve("runs")).lines()).hasSize(1);
            assertThat(daemon.ask("cron", "pause", "long").exit()).isZero();
            DaemonUnderTest.write(home.resolve("end"), "");
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "list").out().matches("(?s).*long +every 1s +paused.*"));
            assertThat(daemon.ask("cron", "history", "long", "-n", "1000")
                            .out()
                            .lines()
                            .filter(l -> l.contains("; took")))
                    .as("what the kernel can tell of the end of a stranger's child depends on the kernel")
                    .singleElement()
                    .asString()
                    .containsPattern("success: exited with 0|unknown: ");
        }
    }

    @Test
    void runsTheLatestOfWhatWasMissedWhileNoDaemonWasThere() {
        try (var daemon = up("""
                often: { every: 2s, catch_up: last, command: [sh, -c, 'echo $$HOLDFAST_DUE >> %1$s/runs'] }
                """.formatted(home))) {
            await().atMost(DEADLINE)
                    .until(() -> !DaemonUnderTest.read(home.resolve("runs")).isEmpty());
            assertThat(daemon.ask("down").exit()).isZero();
            assertThat(daemon.join()).isZero();
            // Long ago, as far as the schedule knows: it was not considered since.
            DaemonUnderTest.write(home.resolve("state/schedules.jsonl"), """
                    {"schedule":"often","considered":"2026-01-01T00:00:00Z","timing":"every 2s","failures":0,"boot":""}
                    """);
            daemon.upAgain();
            await().atMost(DEADLINE)
                    .until(() -> daemon.ask("cron", "history", "often", "-n", "100")
                            .out()
                            .contains("missed 999 times"));
        }
    }
}
