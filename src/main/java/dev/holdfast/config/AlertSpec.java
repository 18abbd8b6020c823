package dev.holdfast.config;

import dev.holdfast.unit.Severity;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of what.
 *
 * @param channels by name; at least one
 * @param onWarning who is told of a warning that names no channels
 * @param onCritical the same of what is critical
 * @param escalation in the order of their times
 */
public record AlertSpec(
        SortedMap<String, ChannelSpec> channels,
        List<String> onWarning,
        List<String> onCritical,
        List<StepSpec> escalation) {
    /** Channels of what names none itself. */
    public List<String> route(Severity severity) {
        return severity == Severity.CRITICAL ? onCritical : onWarning;
    }

    /** For an answer of the other side. */
    public static Duration timeout(Way way) {
        return switch (way) {
            case Way.Email e -> e.timeout();
            case Way.Webhook w -> w.timeout();
            case Way.Exec e -> e.timeout();
        };
    }

    /**
     * One way to tell.
     *
     * @param least it is told of nothing less
     * @param cooldown between two messages about the same
     * @param gather from the first news to the message, which has all that came meanwhile
     * @param recovery whether it is told that something is over
     * @param quiet null: never
     */
    public record ChannelSpec(
            String name,
            Way way,
            Severity least,
            Duration cooldown,
            Duration gather,
            boolean recovery,
            @Nullable QuietSpec quiet) {}

    /** How. Secrets are kept out of {@code toString}. */
    public sealed interface Way {
        /** @param timeout without an answer */
        record Email(List<String> to, String from, Server server, Duration timeout) implements Way {}

        /**
         * @param headers names and values
         * @param signed null: no signature
         * @param routingKey of PagerDuty; else null
         */
        record Webhook(
                URI url,
                Template template,
                SortedMap<String, String> headers,
                @Nullable Secret signed,
                @Nullable Secret routingKey,
                Duration timeout)
                implements Way {
            @Override
            public String toString() {
                return "webhook to " + url.getHost();
            }
        }

        record Exec(CommandSpec command, Duration timeout) implements Way {}
    }

    /** What a POST says. */
    public enum Template {
        JSON,
        SLACK,
        MATTERMOST,
        NTFY,
        PAGERDUTY
    }

    /**
     * A mail server.
     *
     * @param port 1 to 65535
     * @param user null: no login
     * @param password null without a user
     */
    public record Server(
            String host,
            int port,
            Encryption encryption,
            @Nullable String user,
            @Nullable Secret password) {}

    /** Of the connection to a mail server. */
    public enum Encryption {
        NONE,
        IF_OFFERED,
        STARTTLS,
        TLS
    }

    /** Something that nobody is to read. */
    public sealed interface Secret {
        record Given(String value) implements Secret {
            @Override
            public String toString() {
                return "***";
            }
        }

        /** @param path absolute; its text without surrounding white space counts */
        record InFile(String path) implements Secret {}
    }

    /**
     * Hours in which nobody is to be woken.
     *
     * @param from inclusive
     * @param to exclusive; not after {@code from}: of the next day
     * @param days on which they begin
     */
    public record QuietSpec(LocalTime from, LocalTime to, ZoneId zone, Set<DayOfWeek> days, boolean criticalPasses) {
        /** When the quiet hours that hold at this time end; null: it is not quiet. */
        public @Nullable Instant until(Instant wall) {
            LocalDate today = wall.atZone(zone).toLocalDate();
            for (LocalDate day : List.of(today.minusDays(1), today)) {
                // Where a clock's change leaves a time out, that is the time after the gap.
                ZonedDateTime begin = day.atTime(from).atZone(zone);
                ZonedDateTime end =
                        (from.isBefore(to) ? day : day.plusDays(1)).atTime(to).atZone(zone);
                if (days.contains(day.getDayOfWeek())
                        && !wall.isBefore(begin.toInstant())
                        && wall.isBefore(end.toInstant())) {
                    return end.toInstant();
                }
            }
            return null;
        }
    }

    /** Who else is told of what has lasted so long, at least so bad. */
    public record StepSpec(Duration after, Severity severity, List<String> channels) {}
}
