package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Secret;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts as people write them, and what is refused. */
class AlertConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String yaml) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), "version: 1\n" + yaml + "\n");
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private AlertSpec sound(String yaml) throws IOException {
        Loaded loaded = load(yaml);
        assertThat(loaded).as(loaded.toString()).isInstanceOf(Loaded.Sound.class);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().alerts());
    }

    private List<String> problems(String yaml) throws IOException {
        return load(yaml) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream().map(Problem::message).toList()
                : List.of();
    }

    private static AlertSpec.ChannelSpec channel(AlertSpec spec, String name) {
        return Objects.requireNonNull(spec.channels().get(name));
    }

    @ParameterizedTest
    @CsvSource({
        "analytics-workers,EMAIL",
        "gateway-host,EXEC",
        "mautic-n8n,EMAIL",
        "media-bot,WEBHOOK",
    })
    void theContractsChannelsAreRead(String name, String type) {
        Loaded loaded =
                new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/" + name + ".yaml"));
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        AlertSpec spec = Objects.requireNonNull(((Loaded.Sound) loaded).config().alerts());
        Way way = channel(spec, "ops").way();
        assertThat(way.getClass().getSimpleName()).isEqualToIgnoringCase(type);
        assertThat(channel(spec, "ops").cooldown()).isEqualTo(Duration.ofMinutes(15));
        assertThat(spec.route(Severity.WARNING)).containsExactly("ops");
    }

    @Test
    void channelsInheritWhatTheyDoNotSay() throws IOException {
        AlertSpec spec = sound("""
                alerts:
                  cooldown: 5m
                  group_window: 30s
                  recovery: false
                  quiet_hours: { from: "22:00", to: "07:00", timezone: Europe/Berlin, days: [friday] }
                  routes: { warning: [ops] }
                  escalation:
                    - { after: 2h, channels: [boss] }
                    - { after: 30m, severity: warning, channels: [boss] }
                  channels:
                    ops: { type: exec, command: [notify] }
                    boss: { type: exec, command: [call], timeout: 5s, min_severity: critical, cooldown: 1h,
                            group_window: 0s, recovery: true }
                """);
        AlertSpec.ChannelSpec ops = channel(spec, "ops");
        assertThat(ops.cooldown()).isEqualTo(Duration.ofMinutes(5));
        assertThat(ops.gather()).isEqualTo(Duration.ofSeconds(30));
        assertThat(ops.recovery()).isFalse();
        assertThat(ops.least()).isEqualTo(Severity.WARNING);
        AlertSpec.ChannelSpec boss = channel(spec, "boss");
        assertThat(boss.least()).isEqualTo(Severity.CRITICAL);
        assertThat(boss.recovery()).isTrue();
        assertThat(boss.gather()).isZero();
        assertThat(spec.route(Severity.WARNING)).containsExactly("ops");
        assertThat(spec.route(Severity.CRITICAL)).containsExactly("boss", "ops");
        assertThat(spec.escalation())
                .extracting(AlertSpec.StepSpec::after)
                .containsExactly(Duration.ofMinutes(30), Duration.ofHours(2));
        AlertSpec.QuietSpec quiet = Objects.requireNonNull(ops.quiet());
        assertThat(quiet.until(Instant.parse("2026-11-20T22:30:00Z"))).isEqualTo(Instant.parse("2026-11-21T06:00:00Z"));
        assertThat(quiet.until(Instant.parse("2026-11-20T20:59:00Z"))).isNull();
        assertThat(quiet.until(Instant.parse("2026-11-21T22:30:00Z")))
                .as("begins on Friday alone")
                .isNull();
    }

    @Test
    void quietHoursEndAtTheirTimeAlsoWhereTheClockChanges() throws IOException {
        AlertSpec.QuietSpec quiet = Objects.requireNonNull(channel(
                        sound("alerts: { quiet_hours: { from: \"01:00\", to: \"02:30\", timezone: Europe/Berlin },"
                                + " channels: { ops: { type: exec, command: [x] } } }"),
                        "ops")
                .quiet());
        // 02:30 is left out on this day: the time after the gap is meant.
        assertThat(quiet.until(Instant.parse("2027-03-28T00:30:00Z"))).isEqualTo(Instant.parse("2027-03-28T01:30:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host: mx, port: 2525|2525|IF_OFFERED",
                "host: mx|25|IF_OFFERED",
                "host: mx, user: u, password: p|587|STARTTLS",
                "host: 127.0.0.1, user: u, password: p|587|IF_OFFERED",
                "host: mx, tls: always|465|TLS",
                "host: mx, tls: never|25|NONE",
                "host: mx, tls: starttls|25|STARTTLS",
            })
    void theServersPortAndEncryptionFollowFromWhatIsGiven(String smtp, int port, Encryption encryption)
            throws IOException {
        var email = (Way.Email) channel(
                        sound("alerts: { channels: { ops: { type: email, to: [a@b.c], from: h@b.c, smtp: { " + smtp
                                + " } } } }"),
                        "ops")
                .way();
        assertThat(email.server().port()).isEqualTo(port);
        assertThat(email.server().encryption()).isEqualTo(encryption);
    }

    @Test
    void secretsAreNotShown() throws IOException {
        AlertSpec spec = sound("""
                alerts:
                  channels:
                    hook: { type: webhook, url: "https://u.example/x?token=hidden-token", secret: hidden-secret,
                            headers: { Authorization: Bearer hidden-header } }
                    mail: { type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, user: u, password: hidden-password } }
                    file: { type: webhook, url: "https://u.example", template: pagerduty, routing_key_file: /etc/key }
                """);
        assertThat(spec.toString()).doesNotContain("hidden");
        assertThat(((Way.Webhook) channel(spec, "file").way()).routingKey()).isEqualTo(new Secret.InFile("/etc/key"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: email, to: [a@b.c], from: h@b.c|an email needs smtp",
                "type: email, to: [a@b.c], smtp: { host: mx }|an email needs from",
                "type: email, from: h@b.c, smtp: { host: mx }|an email needs addresses under to",
                "type: email, to: [nobody], from: h@b.c, smtp: { host: mx }|is no address",
                "type: email, to: [\"a@b.c\\r\\nBcc: x@y.z\"], from: h@b.c, smtp: { host: mx }|is no address",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, user: u }|user needs password or password_file",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, password: p }|a password needs its user",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, user: u, password: p, tls: never }|only encrypted",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, user: u, password: p, password_file: /p }|not both",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx, port: 70000 }|is 1 to 65535",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: mx }, command: [x]|command counts only for a channel of type exec",
                "type: webhook|a webhook needs its url",
                "type: webhook, url: \"ftp://x/\"|begins with http:// or https://",
                "type: webhook, url: \"http://x/\", headers: { \"A: b\": c }|a header is a name",
                "type: webhook, url: \"http://x/\", headers: { A: \"b\\r\\nC: d\" }|a header is a name",
                "type: webhook, url: \"http://u:p@x/\"|name and password are not sent from a URL",
                "type: webhook, url: \"http://x/\", headers: { Content-Length: \"1\" }|is not yours to say",
                "type: webhook, url: \"http://x/t?auth=k\", template: ntfy|does not get through to ntfy",
                "type: webhook, url: \"http://x/\", template: ntfy|ends with the topic",
                "type: webhook, url: \"http://x/\", template: pagerduty|pagerduty needs routing_key",
                "type: webhook, url: \"http://x/\", routing_key: k|counts only with template: pagerduty",
                "type: webhook, url: \"http://x/\", secret_file: relative|is an absolute path",
                "type: webhook, url: \"http://x/\", to: [a@b.c]|to counts only for a channel of type email, this is webhook",
                "type: email, to: [\"a..b@x.org\"], from: h@b.c, smtp: { host: mx }|is no address",
                "type: email, to: [\"a@b_c.d\"], from: h@b.c, smtp: { host: mx }|is no address",
                "type: email, to: [a@b.c], from: h@b.c, smtp: { host: 127.0.0.1.nip.io, user: u, password: p, tls: never }|only encrypted",
                "type: exec, command: [x], quiet_hours: { from: \"07:00\", to: \"07:00\" }|would never end",
                "type: exec|exec needs the command",
                "type: exec, command: [x], timeout: 0s|timeout is more than 0",
                "type: exec, command: [x], group_window: 2h|group_window is at most 1h",
                "type: exec, command: [x], quiet_hours: { from: \"7\", to: \"25:00\" }|a time of day is hours and minutes",
                "type: exec, command: [x], quiet_hours: { from: \"07:00\", to: \"08:00\", timezone: Europe/Berin }|did you mean Europe/Berlin",
            })
    void refusesWhatCannotBe(String channel, String problem) throws IOException {
        assertThat(problems("alerts: { channels: { ops: { " + channel + " } } }"))
                .anySatisfy(p -> assertThat(p).contains(problem));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queues: { q: { command: [x], alert: { length: \"> 1\", channels: [opps] } } }",
                "host: { alert: [opps] }",
                "reports: { w: { cron: \"0 8 * * 1\", send_to: [opps] } }",
                "guard: { zombies: { action: log, alert: [opps] } }",
                "probes: { p: { tcp: { port: 1 }, alert: [opps] } }",
            })
    void aChannelThatIsNotThereIsToldWhereverItIsNamed(String section) throws IOException {
        assertThat(problems(section + "\nalerts: { channels: { ops: { type: exec, command: [x] } } }"))
                .anySatisfy(
                        p -> assertThat(p).contains("\"opps\" is no alert channel of this file, did you mean ops?"));
    }

    @Test
    void routesAndEscalationNameChannelsOfTheFile() throws IOException {
        assertThat(problems("""
                alerts:
                  routes: { critical: [pagr] }
                  escalation: [ { after: 5m, channels: [bos] }, { after: 5m } ]
                  channels: { pager: { type: exec, command: [x] }, boss: { type: exec, command: [x] } }
                """))
                .anySatisfy(p -> assertThat(p).contains("\"pagr\"").contains("did you mean pager?"))
                .anySatisfy(p -> assertThat(p).contains("\"bos\"").contains("did you mean boss?"))
                .anySatisfy(p -> assertThat(p).contains("whom shall a step of escalation tell?"));
        assertThat(problems("alerts: { cooldown: 5m }"))
                .anySatisfy(p -> assertThat(p).contains("alerts needs a channel"));
    }
}
