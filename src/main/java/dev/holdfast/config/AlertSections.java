package dev.holdfast.config;

import dev.holdfast.unit.Severity;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is told: {@code alerts:} as it is written. */
final class AlertSections {
    private AlertSections() {}

    @Doc("alerts")
    record Alerts(
            @Doc("ways to tell, by name; rules name them under alert:")
            Map<String, Channel> channels,

            @Doc("who is told of what names no channels itself, such as a process that was given up; not given: all")
            @Nullable
            Routes routes,

            @Doc("from one message about the same to the next, unless it got worse or is over") @Default("15m")
            Duration cooldown,

            @Doc("what comes within this time of the first goes into one message") @Default("10s")
            Duration groupWindow,

            @Doc("the least a channel is told of") @Default("warning")
            Severity minSeverity,

            @Doc("whether it is told that something is over") @Default("true")
            boolean recovery,

            @Doc("when nobody is to be woken; what comes then is told afterwards") @Nullable
            QuietHours quietHours,

            @Doc("who else is told of what lasts, first to last")
            List<Step> escalation) {}

    @Doc("routes")
    record Routes(
            @Doc("channels that are told of warnings; not given: all; []: none")
            List<String> warning,

            @Doc("channels that are told of what is critical; not given: all; []: none")
            List<String> critical) {}

    @Doc("quiet hours")
    record QuietHours(
            @Doc("such as 22:00") @Required String from,

            @Doc("such as 07:00; earlier than from: of the next day") @Required
            String to,

            @Doc("such as Europe/Berlin; not given: the host's") @Nullable
            String timezone,

            @Doc("on which they begin; not given: each") List<DayOfWeek> days,

            @Doc("whether what is critical is told all the same") @Default("true")
            boolean criticalPasses) {}

    @Doc("an escalation step")
    record Step(
            @Doc("so long it has lasted, and was not silenced") @Required
            Duration after,

            @Doc("at least as bad as this all the time") @Default("critical")
            Severity severity,

            @Doc("that are told then") List<String> channels) {}

    @Doc("a channel")
    record Channel(
            @Doc("kind of channel") @Required ChannelType type,
            @Doc("of email: addresses") List<String> to,
            @Doc("of email: sender") @Nullable String from,
            @Doc("of email: mail server") @Nullable Smtp smtp,
            @Doc("of webhook: that gets a POST") @Nullable URI url,

            @Doc("of webhook: what the POST says") @Default("json")
            AlertSpec.Template template,

            @Doc("of webhook: headers more") Map<String, String> headers,

            @Doc(
                    "of webhook: with it X-Holdfast-Signature is made, HMAC-SHA256 of X-Holdfast-Timestamp, a dot and the body")
            @Nullable
            String secret,

            @Doc("of webhook: absolute file with the secret, read for each message") @Nullable
            String secretFile,

            @Doc("of template pagerduty: its integration key") @Nullable
            String routingKey,

            @Doc("of template pagerduty: absolute file with the key, read for each message") @Nullable
            String routingKeyFile,

            @Doc("of exec: program that is run; it finds the alert in HOLDFAST_ALERT_* and as JSON in its input")
            ProcessSection.@Nullable Command command,

            @Doc("of exec: after which the program is killed; of others: without an answer") @Default("30s")
            Duration timeout,

            @Doc("as of alerts, for this channel") @Nullable Severity minSeverity,

            @Doc("as of alerts, for this channel") @Nullable Duration cooldown,

            @Doc("as of alerts, for this channel") @Nullable Duration groupWindow,

            @Doc("as of alerts, for this channel") @Nullable Boolean recovery,

            @Doc("as of alerts, for this channel") @Nullable QuietHours quietHours) {}

    /** How somebody is told. */
    enum ChannelType {
        EMAIL,
        WEBHOOK,
        EXEC
    }

    @Doc("an SMTP server")
    record Smtp(
            @Doc("its name") @Required String host,

            @Doc("its port; not given: 25, with user 587, with tls: always 465") @Nullable
            Integer port,

            @Doc("never; starttls: demanded; always: from the first byte, as on port 465; not given: STARTTLS where the"
                    + " server offers it, and demanded with user")
            @Nullable
            Tls tls,

            @Doc("whom to log in as") @Nullable String user,
            @Doc("with user") @Nullable String password,

            @Doc("absolute file with the password, read for each message") @Nullable
            String passwordFile) {}

    /** When the connection to a mail server is encrypted. */
    enum Tls {
        NEVER,
        STARTTLS,
        ALWAYS
    }
}
