package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.AlertList;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.post.Exim;
import dev.holdfast.post.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts of a real daemon, to programs, a webhook and a mail server. */
@Tag("process")
class AlertsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final String HOPELESS =
            "version: 1\nprocesses:\n  web: { command: [sh, -c, \"echo cannot bind; exit 3\"], restart: never }\n";

    @TempDir
    Path home;

    private final Receiver receiver = new Receiver();

    @AfterEach
    void stop() {
        receiver.close();
    }

    /** What the webhooks took. */
    private List<String> got() {
        return receiver.got().stream()
                .filter(g -> g.answered() == 200)
                .map(Receiver.Got::body)
                .toList();
    }

    private String hook(String name) {
        return "    " + name + ": { type: webhook, url: \"http://127.0.0.1:" + receiver.port() + "/" + name
                + "\", group_window: 0s }\n";
    }

    private AlertList list() {
        try {
            return new Client(home.resolve("run/holdfast.sock")).get("/api/v1/alerts", AlertList.class);
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatWasGivenUpIsToldWithItsLastLinesAndThatItIsOver() throws IOException {
        try (var daemon = DaemonUnderTest.up(
                home,
                HOPELESS + "alerts:\n  channels:\n" + hook("ops")
                        + """
                    log:
                      type: exec
                      command: [sh, -c, 'cat >>%1$s/json; echo "$HOLDFAST_ALERT_SEVERITY $HOLDFAST_ALERT_STATE $HOLDFAST_ALERT_KEY" >>%1$s/env']
                      group_window: 0s
                """.formatted(home).replace("$", "$$"))) {
            await().atMost(DEADLINE).until(() -> got().size() == 1 && Files.exists(home.resolve("env")));
            assertThat(got().getFirst())
                    .contains("\"key\":\"process/web/0/given-up\"")
                    .contains("\"severity\":\"critical\"")
                    .contains("\"title\":\"web was given up: exited with 3\"")
                    .contains("\"output\":[\"cannot bind\"]")
                    .contains("\"look\":\"holdfast why web\"");
            assertThat(Files.readString(home.resolve("env"))).isEqualTo("critical raised process/web/0/given-up\n");
            assertThat(Files.readString(home.resolve("json")))
                    .startsWith("{\"id\":")
                    .contains("cannot bind");
            var listed = daemon.ask("alerts", "list");
            assertThat(listed.out())
                    .as(listed.err())
                    .contains("process/web/0/given-up")
                    .contains("critical");
            assertThat(daemon.ask("alerts").exit()).isEqualTo(2);

            DaemonUnderTest.write(
                    home.resolve("holdfast.yaml"),
                    Files.readString(home.resolve("holdfast.yaml")).replace("exit 3", "exec sleep 600"));
            assertThat(daemon.ask("reload").exit()).isZero();
            daemon.ask("start", "web");
            await().atMost(DEADLINE).until(() -> got().size() == 2);
            assertThat(got().get(1)).contains("\"state\":\"cleared\"").contains("\"how\":\"it was started\"");
            await().atMost(DEADLINE).until(() -> list().open().isEmpty());
            assertThat(list().recent()).extracting(AlertList.One::key).containsExactly("process/web/0/given-up");
            await().atMost(DEADLINE).until(() -> {
                try (Stream<Path> inputs = Files.list(home.resolve("run/alerts"))) {
                    return inputs.findAny().isEmpty();
                }
            });
        }
    }

    @Test
    void silencesAndTestsAreAskedOfTheDaemon() {
        try (var daemon = DaemonUnderTest.up(
                home,
                "version: 1\nalerts:\n  channels:\n" + hook("ops")
                        + "    broken: { type: exec, command: [sh, -c, exit 4] }\n")) {
            var test = daemon.ask("alerts", "test", "ops");
            assertThat(test.exit()).as(test.err()).isZero();
            assertThat(got()).hasSize(1).first().asString().contains("a test of the alert channel ops");
            var broken = daemon.ask("alerts", "test", "broken");
            assertThat(broken.exit()).isEqualTo(1);
            assertThat(broken.err()).contains("its command exited with 4");
            assertThat(daemon.ask("alerts", "test", "nothing").exit()).isEqualTo(4);
            assertThat(daemon.ask("alerts", "unsilence", "x/*").exit()).isEqualTo(4);

            assertThat(daemon.ask("alerts", "silence", "process/*", "--for", "2h", "--reason", "known")
                            .exit())
                    .isZero();
            assertThat(daemon.ask("alerts", "silence", "x", "--for", "0").exit())
                    .isEqualTo(2);
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), HOPELESS + "alerts:\n  channels:\n" + hook("ops"));
            assertThat(daemon.ask("reload").exit()).isZero();
            await().atMost(DEADLINE).until(() -> list().open().size() == 1);
            assertThat(list().open().getFirst().silenced()).isTrue();
            daemon.kill9();
            daemon.upAgain(); // a silence outlives it
            await().atMost(DEADLINE).until(() -> list().open().size() == 1);
            assertThat(daemon.ask("alerts", "list").out()).contains("silenced").contains("known");
            assertThat(got()).hasSize(1);
            assertThat(daemon.ask("alerts", "unsilence", "process/*").exit()).isZero();
            await().atMost(DEADLINE).until(() -> got().size() == 2);
            assertThat(got().get(1)).contains("web was given up");
        }
    }

    @Test
    void whatWaitsForItsServerOutlivesTheDaemonAndIsToldOnce() {
        receiver.answer(503);
        try (var daemon = DaemonUnderTest.up(home, HOPELESS + "alerts:\n  channels:\n" + hook("ops"))) {
            await().atMost(DEADLINE).until(() -> list().waiting().stream().anyMatch(m -> m.tries() > 0));
            String id = list().waiting().getFirst().id();
            assertThat(daemon.ask("alerts", "list").out()).contains("waiting").contains("answers 503");
            daemon.kill9();
            receiver.answer(200);
            daemon.upAgain();
            await().atMost(DEADLINE)
                    .until(() -> !got().isEmpty() && list().waiting().isEmpty());
            assertThat(got().getFirst()).contains("\"id\":\"" + id + "\"");
            assertThat(got().stream().filter(g -> g.contains("\"state\":\"raised\"") && g.contains(id)))
                    .hasSize(1);
        }
    }

    @Test
    void aChannelThatGoesLeavesWhatItOwedToTheOthers() throws IOException {
        receiver.answer(503);
        String gone = "alerts:\n  routes: { critical: [old] }\n  channels:\n" + hook("old") + hook("new");
        try (var daemon = DaemonUnderTest.up(home, HOPELESS + gone)) {
            await().atMost(DEADLINE).until(() -> list().waiting().stream().anyMatch(m -> m.tries() > 0));
            assertThat(list().waiting()).extracting(AlertList.Message::channel).containsExactly("old");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), HOPELESS + "alerts:\n  channels:\n" + hook("new"));
            assertThat(daemon.ask("plan").out()).containsPattern("alerts +change|change +alerts");
            assertThat(daemon.ask("reload").exit()).isZero();
            receiver.answer(200); // not before: the old one is not to have it
            await().atMost(DEADLINE).until(() -> got().size() == 1);
            assertThat(got().getFirst()).contains("\"channel\":\"new\"").contains("web was given up");
            assertThat(daemon.daemonOutput()).contains("the alert channel old is gone, with what it had not been told");
        }
    }

    @Test
    void pausedSchedulesAndQueuesPastTheirThresholdsAreTold() {
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  backup: { cron: "@yearly", max_failures: 1, command: [sh, -c, echo no space; exit 3] }
                queues:
                  downloads: { command: ["true"], alert: { length: "> 1", channels: [ops] } }
                alerts:
                  channels:
                """ + hook("ops"))) {
            assertThat(daemon.ask("cron", "run", "backup", "--wait").exit()).isEqualTo(1);
            await().atMost(DEADLINE).until(() -> got().size() == 1);
            assertThat(got().getFirst()).contains("\"key\":\"schedule/backup\"").contains("\"output\":[\"no space\"]");
            assertThat(daemon.ask("queue", "pause", "downloads").exit()).isZero();
            for (int i = 0; i < 2; i++) {
                assertThat(daemon.ask("jobs", "submit", "downloads").exit()).isZero();
            }
            await().atMost(DEADLINE).until(() -> got().size() == 2);
            assertThat(got().get(1)).contains("queue downloads: 2 jobs wait (> 1)");
            await().atMost(DEADLINE).until(() -> list().waiting().isEmpty()); // else it is sent again
            daemon.kill9();
            daemon.upAgain(); // what lasts is known, and not told again
            assertThat(daemon.ask("queue", "resume", "downloads").exit()).isZero();
            assertThat(daemon.ask("cron", "resume", "backup").exit()).isZero();
            await().atMost(DEADLINE).until(() -> list().open().isEmpty() && got().size() >= 4);
            assertThat(got().subList(2, got().size()))
                    .allSatisfy(g -> assertThat(g).contains("\"state\":\"cleared\""));
        }
    }

    @Test
    void withoutAlertsNothingOfThemIsLoaded() throws Exception {
        try (var daemon = DaemonUnderTest.up(home, HOPELESS)) {
            daemon.awaitState("web", "failed");
            assertThat(daemon.ask("alerts", "list").err()).contains("the configuration has no alerts");
            String jcmd = System.getProperty("java.home") + "/bin/jcmd";
            var classes = DaemonUnderTest.runPlain(List.of(jcmd, Long.toString(daemon.pid()), "VM.classes"));
            assertThat(classes.out()).contains("dev.holdfast.daemon.AlertOffice");
            assertThat(classes.out()
                            .lines()
                            .filter(l -> l.contains("dev.holdfast.alert.")
                                    || l.contains("dev.holdfast.post.")
                                    || l.contains("jakarta.mail")
                                    || l.contains("daemon.Alerting")))
                    .isEmpty();
        }
    }

    @Test
    void aFullStopTellsWhatWasGivenUpBeforeItEnds() {
        try (var daemon = DaemonUnderTest.up(
                home,
                HOPELESS.replace("version: 1", "version: 1\nglobal: { exit: { when: any-failed } }")
                                .replace("exit 3", "sleep 2; exit 3")
                        + "alerts:\n  group_window: 5m\n  channels:\n"
                        + hook("ops").replace(", group_window: 0s", ""))) {
            assertThat(daemon.join()).isEqualTo(3);
            assertThat(got()).hasSize(1).first().asString().contains("web was given up");
        }
    }

    @Test
    void aMailServerThatWasAwayGetsEachMailOnce() throws Exception {
        try (Exim exim = Exim.start()) {
            exim.stop();
            try (var daemon = DaemonUnderTest.up(home, HOPELESS + """
                    alerts:
                      group_window: 0s
                      channels:
                        ops: { type: email, to: [ops@example.org], from: holdfast@example.org,
                               smtp: { host: 127.0.0.1, port: %d, user: holdfast, password: right } }
                    """.formatted(exim.port()))) {
                await().atMost(DEADLINE).until(() -> list().waiting().stream().anyMatch(m -> m.tries() > 0));
                daemon.kill9();
                daemon.upAgain();
                exim.again();
                await().atMost(DEADLINE)
                        .until(() ->
                                exim.mails().size() >= 1 && list().waiting().isEmpty());
                assertThat(daemon.ask("alerts", "test", "ops").exit()).isZero();
                await().atMost(DEADLINE)
                        .until(() -> exim.mails().stream().anyMatch(m -> m.contains("Message-ID: <test-")));
                List<String> ids = exim.mails().stream()
                        .flatMap(String::lines)
                        .filter(l -> l.startsWith("Message-ID:"))
                        .toList();
                assertThat(ids).doesNotHaveDuplicates();
            }
        }
    }
}
