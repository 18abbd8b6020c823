package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.UsageReport;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of a real daemon, asked for and by mail. */
@Tag("process")
class ReportsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    /** One that crashes, one that the guard kills, one that passes its memory limit, a schedule that fails. */
    private static final String TROUBLE = """
            version: 1
            processes:
              crashing: { command: [sh, -c, "sleep 0.2; exit 7"], restart: { policy: on-failure, delay: 1s, limit: 2 } }
              greedy: { command: [sh, -c, "exec tail /dev/zero"], restart: never, resources: { limits: { memory: 64Mi } } }
              hog: { command: [sh, -c, "exec sleep 1017"], restart: never }
            schedules:
              failing: { every: 2s, command: [sh, -c, "exit 3"] }
            guard:
              interval: 1s
              rules:
                no-sleepers: { match: { command: "sleep 1017", managed: true }, any: [ { runtime: "> 1s" } ], action: kill, signal: KILL }
            """;

    @TempDir
    Path home;

    private GreenMail green = mail(0);

    private static GreenMail mail(int port) {
        var g = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        g.start();
        return g;
    }

    @AfterEach
    void stop() {
        green.stop();
    }

    private static String mailed(int port, String report) {
        return """
                alerts:
                  channels:
                    ops: { type: email, to: [ops@example.org], from: holdfast@example.org, timeout: 5s, smtp: { host: 127.0.0.1, port: %d }, min_severity: critical }
                reports:
                  weekly: { %s, send_to: [ops] }
                """.formatted(port, report);
    }

    private UsageReport report() {
        try {
            return new Client(home.resolve("run/holdfast.sock")).get("/api/v1/report?since=1h", UsageReport.class);
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    /** Such as text/plain; empty: there is no such part. */
    private static String part(MimeMessage m, String type) throws Exception {
        var parts = (MimeMultipart) m.getContent();
        for (int i = 0; i < parts.getCount(); i++) {
            Part p = parts.getBodyPart(i);
            if (p.isMimeType(type)) {
                return String.valueOf(p.getContent());
            }
        }
        return "";
    }

    /** @param words in its text: one that was sent earlier says nothing of what came after */
    private MimeMessage reported(String words) {
        return Objects.requireNonNull(await().atMost(DEADLINE)
                .until(
                        () -> {
                            for (MimeMessage m : green.getReceivedMessages()) {
                                if (String.valueOf(m.getSubject()).startsWith("[REPORT]")
                                        && part(m, "text/plain").contains(words)) {
                                    return m;
                                }
                            }
                            return null;
                        },
                        Objects::nonNull));
    }

    @Test
    void whatHappenedIsNamedWithItsReasonAndMailedOnItsCronAsTextAndPage() throws Exception {
        try (var daemon = DaemonUnderTest.up(
                home, TROUBLE + mailed(green.getSmtp().getPort(), "cron: \"*/2 * * * * *\", span: 1h"))) {
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(report().restarts())
                            .extracting(c -> c.name() + " " + c.reason())
                            .contains("crashing crash", "crashing restart", "crashing given-up", "hog guard")
                            .doesNotContain("hog crash"));
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(report().failed()).anySatisfy(f -> {
                        assertThat(f.name()).isEqualTo("failing");
                        assertThat(f.failure()).isEqualTo("exit");
                    }));
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(report().endings())
                            .as("by the kernel, or by us where it keeps no limits")
                            .anySatisfy(e -> {
                                assertThat(e.name()).isEqualTo("greedy");
                                assertThat(e.reason()).isIn("oom", "limit");
                                assertThat(e.what()).contains("its own memory limit (64Mi)");
                            }));
            assertThat(report().endings())
                    .anySatisfy(e ->
                            assertThat(e.what()).contains("rule no-sleepers").contains("by KILL"))
                    .anySatisfy(e -> assertThat(e.what()).contains("exited with 7"));
            await().atMost(DEADLINE).untilAsserted(() -> {
                assertThat(report().machine().memoryPeak()).isPositive();
                assertThat(report().disks()).isNotEmpty();
            });

            MimeMessage m = reported("given up");
            assertThat(part(m, "text/plain")).contains("Findings").contains("crashing");
            assertThat(part(m, "text/html"))
                    .startsWith("<!DOCTYPE html>")
                    .contains("<svg")
                    .contains("crashing");
            assertThat(m.getAllRecipients()[0]).hasToString("ops@example.org");

            var text = daemon.ask("report", "--since", "1h");
            assertThat(text.exit()).as(text.err()).isZero();
            assertThat(text.out()).contains("Restarts and kills").contains("no-sleepers");
            assertThat(daemon.ask("report", "--format", "html").out()).startsWith("<!DOCTYPE html>");
            assertThat(daemon.ask("report", "--week", "--format", "json").out()).startsWith("{\"host\":");
            assertThat(daemon.ask("report", "--since", "40d").exit()).isEqualTo(2);
            assertThat(daemon.ask("report", "--since", "1d", "--week").exit()).isEqualTo(2);
        }
    }

    @Test
    void aDeadMailServerAndADeadDaemonLoseNone() throws Exception {
        int port = green.getSmtp().getPort();
        green.stop();
        Path state = Files.createDirectories(home.resolve("state"));
        // An earlier daemon knew it, and none was there at its last time.
        Files.writeString(
                state.resolve("reports"),
                Instant.now().minus(Duration.ofDays(20)).toEpochMilli() + " weekly\n");
        try (var daemon = DaemonUnderTest.up(home, "version: 1\n" + mailed(port, "cron: \"0 8 * * 1\""))) {
            await().atMost(DEADLINE).until(() -> daemon.daemonOutput().contains("could not be delivered"));
            daemon.kill9();
            green = mail(port);
            daemon.upAgain();
            MimeMessage m = reported("");
            assertThat(m.getSubject()).contains("report of 7d");
            assertThat(green.getReceivedMessages())
                    .as("once, however many were missed")
                    .hasSize(1);
        }
    }

    @Test
    void aReloadAddsAndChangesReports() throws Exception {
        int port = green.getSmtp().getPort();
        try (var daemon = DaemonUnderTest.up(home, "version: 1\n" + mailed(port, "cron: \"0 0 1 1 *\""))) {
            DaemonUnderTest.write(
                    home.resolve("holdfast.yaml"), "version: 1\n" + mailed(port, "cron: \"*/2 * * * * *\""));
            var reload = daemon.ask("reload");
            assertThat(reload.out()).contains("report.weekly").contains("cron");
            reported("");
            DaemonUnderTest.write(
                    home.resolve("holdfast.yaml"),
                    "version: 1\n" + mailed(port, "cron: \"0 0 1 1 *\"").replace("send_to: [ops]", "send_to: [opps]"));
            var refused = daemon.ask("reload");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.err()).contains(":6:").contains("\"opps\" is no alert channel");
        }
    }
}
