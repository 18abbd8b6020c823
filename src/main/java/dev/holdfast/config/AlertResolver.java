package dev.holdfast.config;

import dev.holdfast.config.AlertSections.Channel;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Secret;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.unit.Durations;
import java.net.URI;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From {@code alerts:} as written to its spec. */
final class AlertResolver {
    /** RFC 5321's, without quoted names and literal addresses: what the mail library takes, too. */
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]+");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d");

    /** What counts for one kind of channel alone. */
    private static final Map<String, List<String>> OF_A_KIND = Map.of(
            "email",
            List.of("to", "from", "smtp"),
            "webhook",
            List.of("url", "template", "headers", "secret", "secretFile", "routingKey", "routingKeyFile"),
            "exec",
            List.of("command"));

    private final Problems problems;
    private final Binder binder;
    private final Resolver resolver;

    AlertResolver(Problems problems, Binder binder, Resolver resolver) {
        this.problems = problems;
        this.binder = binder;
        this.resolver = resolver;
    }

    /** @return null when there is no channel, so that nobody can be told */
    @Nullable
    AlertSpec alerts(AlertSections.Alerts a, Node at) {
        var r = new Ranges(problems, binder, a, at);
        bounded(r, "groupWindow", a.groupWindow());
        var channels = new TreeMap<String, ChannelSpec>();
        a.channels().forEach((name, c) -> {
            ChannelSpec spec = channel(name, c, a, binder.at(a.channels(), name));
            if (spec != null) {
                channels.put(name, spec);
            }
        });
        if (a.channels().isEmpty()) {
            problems.add(at, "alerts needs a channel, such as channels: { ops: { type: exec, command: [notify] } }");
        }
        var steps = new ArrayList<AlertSpec.StepSpec>();
        for (AlertSections.Step s : a.escalation()) {
            Node where = binder.at(a, "escalation", at);
            new Ranges(problems, binder, s, where).positive("after", s.after());
            if (s.channels().isEmpty()) {
                problems.add(where, "whom shall a step of escalation tell? give its channels");
            }
            steps.add(new AlertSpec.StepSpec(s.after(), s.severity(), s.channels()));
        }
        steps.sort(Comparator.comparing(AlertSpec.StepSpec::after));
        if (channels.isEmpty()) {
            return null;
        }
        List<String> all = List.copyOf(channels.keySet());
        AlertSections.Routes routes = a.routes();
        return new AlertSpec(
                channels,
                routes == null || binder.written(routes, "warning") == null ? all : routes.warning(),
                routes == null || binder.written(routes, "critical") == null ? all : routes.critical(),
                List.copyOf(steps));
    }

    private @Nullable ChannelSpec channel(String name, Channel c, AlertSections.Alerts a, Node at) {
        if (binder.broken(c)) {
            return null;
        }
        var r = new Ranges(problems, binder, c, at);
        r.positive("timeout", c.timeout());
        bounded(r, "groupWindow", c.groupWindow());
        Way way = switch (c.type()) {
            case EMAIL -> {
                only(c, "email");
                yield email(c, at);
            }
            case WEBHOOK -> {
                only(c, "webhook");
                yield webhook(c, at);
            }
            case EXEC -> {
                only(c, "exec");
                yield exec(c, at);
            }
        };
        AlertSections.QuietHours quiet = c.quietHours() == null ? a.quietHours() : c.quietHours();
        return way == null
                ? null
                : new ChannelSpec(
                        name,
                        way,
                        c.minSeverity() == null ? a.minSeverity() : c.minSeverity(),
                        c.cooldown() == null ? a.cooldown() : c.cooldown(),
                        c.groupWindow() == null ? a.groupWindow() : c.groupWindow(),
                        c.recovery() == null ? a.recovery() : c.recovery(),
                        quiet(quiet, at));
    }

    /** Longer, and what is critical would be told too late for anybody to act. */
    private static void bounded(Ranges r, String component, @Nullable Duration d) {
        if (d != null && d.compareTo(Duration.ofHours(1)) > 0) {
            r.add(component, Durations.format(d), "is at most 1h");
        }
    }

    /** What another kind of channel needs would be ignored. */
    private void only(Channel c, String type) {
        OF_A_KIND.forEach((kind, components) -> components.forEach(component -> {
            Node written = binder.written(c, component);
            if (written != null && !kind.equals(type)) {
                problems.add(
                        written,
                        Binder.key(Channel.class, component) + " counts only for a channel of type " + kind
                                + ", this is " + type);
            }
        }));
    }

    private @Nullable Way email(Channel c, Node at) {
        if (c.to().isEmpty()) {
            problems.add(at, "an email needs addresses under to");
        }
        c.to().forEach(a -> address(a, binder.at(c, "to", at)));
        String from = c.from();
        if (from == null) {
            problems.add(at, "an email needs from, the address it is from");
        } else {
            address(from, binder.at(c, "from", at));
        }
        AlertSections.Smtp s = c.smtp();
        if (s == null) {
            problems.add(at, "an email needs smtp, the server that takes it, such as smtp: { host: 127.0.0.1 }");
            return null;
        }
        Node where = binder.at(c, "smtp", at);
        if (binder.broken(s) || from == null) {
            return null;
        }
        if (!HOST.matcher(s.host()).matches()) {
            problems.add(binder.at(s, "host", where), "\"" + s.host() + "\" is no host name and no address");
        }
        new Ranges(problems, binder, s, where).within("port", s.port(), 1, 65_535);
        Secret password = secret(s, s.password(), "password", s.passwordFile(), "passwordFile", where);
        if ((s.user() == null) != (password == null)) {
            problems.add(
                    where, s.user() == null ? "a password needs its user" : "user needs password or password_file");
        }
        if (s.user() != null && s.tls() == AlertSections.Tls.NEVER && !local(s.host())) {
            problems.add(
                    binder.at(s, "tls", where), "a password goes to another host only encrypted: starttls, or always");
        }
        return new Way.Email(
                c.to(), from, new AlertSpec.Server(s.host(), port(s), encryption(s), s.user(), password), c.timeout());
    }

    private static int port(AlertSections.Smtp s) {
        Integer port = s.port();
        if (port != null) {
            return port;
        }
        return s.tls() == AlertSections.Tls.ALWAYS ? 465 : s.user() != null ? 587 : 25;
    }

    private static Encryption encryption(AlertSections.Smtp s) {
        AlertSections.Tls tls = s.tls();
        if (tls == null) {
            return s.user() == null || local(s.host()) ? Encryption.IF_OFFERED : Encryption.STARTTLS;
        }
        return switch (tls) {
            case NEVER -> Encryption.NONE;
            case STARTTLS -> Encryption.STARTTLS;
            case ALWAYS -> Encryption.TLS;
        };
    }

    private static boolean local(String host) {
        return host.equals("localhost")
                || host.matches("127(\\.\\d{1,3}){3}")
                || host.equals("::1")
                || host.equals("[::1]");
    }

    private void address(String address, Node at) {
        if (!ADDRESS.matcher(address).matches()) {
            problems.add(at, "\"" + address + "\" is no address; such as ops@example.org");
        }
    }

    private @Nullable Way webhook(Channel c, Node at) {
        URI url = c.url();
        if (url == null) {
            problems.add(at, "a webhook needs its url");
            return null;
        }
        if (url.getHost() == null
                || !(url.getScheme().equals("http") || url.getScheme().equals("https"))) {
            problems.add(
                    binder.at(c, "url", at),
                    Problems.origin(url) + ": it begins with http:// or https://, and has a host");
            return null;
        }
        if (url.getRawUserInfo() != null) {
            problems.add(
                    binder.at(c, "url", at),
                    "name and password are not sent from a URL: say them by headers, such as Authorization: Basic …");
        }
        c.headers().forEach((name, value) -> {
            if (ProbeResolver.OF_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                problems.add(binder.at(c, "headers", at), "\"" + name + "\": this header is not yours to say");
            }
            if (!HEADER.matcher(name).matches() || !value.matches("[\\x20-\\x7e]*")) {
                problems.add(
                        binder.at(c, "headers", at),
                        "\"" + name + "\": a header is a name and printable ASCII characters");
            }
        });
        if (c.template() == AlertSpec.Template.NTFY
                && url.getPath().replace("/", "").isEmpty()) {
            problems.add(binder.at(c, "url", at), Problems.origin(url) + ": of ntfy it ends with the topic");
        }
        if (c.template() == AlertSpec.Template.NTFY && url.getRawQuery() != null) {
            problems.add(
                    binder.at(c, "url", at),
                    "a query" + " does not get through to ntfy: say it by headers, such as Authorization");
        }
        Secret key = secret(c, c.routingKey(), "routingKey", c.routingKeyFile(), "routingKeyFile", at);
        boolean pager = c.template() == AlertSpec.Template.PAGERDUTY;
        if (pager != (key != null)) {
            problems.add(
                    at,
                    pager
                            ? "pagerduty needs routing_key or routing_key_file"
                            : "routing_key counts only with template: pagerduty");
        }
        return new Way.Webhook(
                url,
                c.template(),
                new TreeMap<>(c.headers()),
                secret(c, c.secret(), "secret", c.secretFile(), "secretFile", at),
                key,
                c.timeout());
    }

    private @Nullable Way exec(Channel c, Node at) {
        if (c.command() == null) {
            problems.add(at, "exec needs the command that is run");
            return null;
        }
        return new Way.Exec(
                resolver.listed(Objects.requireNonNull(c.command()), binder.at(c, "command", at)), c.timeout());
    }

    private @Nullable Secret secret(
            Object section, @Nullable String value, String key, @Nullable String file, String fileKey, Node at) {
        new Ranges(problems, binder, section, at).absolute(fileKey, file);
        if (value != null && file != null) {
            problems.add(
                    binder.at(section, fileKey, at),
                    "give " + Binder.key(section.getClass(), key) + " or " + Binder.key(section.getClass(), fileKey)
                            + ", not both");
        }
        if (value != null && value.isBlank()) {
            problems.add(binder.at(section, key, at), Binder.key(section.getClass(), key) + " is empty");
        }
        return value != null ? new Secret.Given(value) : file != null ? new Secret.InFile(file) : null;
    }

    private AlertSpec.@Nullable QuietSpec quiet(AlertSections.@Nullable QuietHours q, Node at) {
        if (q == null || binder.broken(q)) {
            return null;
        }
        LocalTime from = time(q, "from", q.from(), at);
        LocalTime to = time(q, "to", q.to(), at);
        if (from != null && from.equals(to)) {
            problems.add(binder.at(q, "to", at), "quiet hours that end when they begin would never end");
        }
        ZoneId zone = ZoneId.systemDefault();
        String written = q.timezone();
        try {
            zone = written == null ? zone : ZoneId.of(written);
        } catch (DateTimeException e) {
            problems.add(
                    binder.at(q, "timezone", at),
                    "\"" + written + "\" is no time zone; such as Europe/Berlin or UTC"
                            + Problems.hint(String.valueOf(written), ZoneId.getAvailableZoneIds()));
        }
        EnumSet<DayOfWeek> days = q.days().isEmpty() ? EnumSet.allOf(DayOfWeek.class) : EnumSet.copyOf(q.days());
        return from == null || to == null ? null : new AlertSpec.QuietSpec(from, to, zone, days, q.criticalPasses());
    }

    private @Nullable LocalTime time(AlertSections.QuietHours q, String component, String written, Node at) {
        if (TIME.matcher(written).matches()) {
            return LocalTime.parse(written);
        }
        problems.add(
                binder.at(q, component, at),
                "\"" + written + "\": a time of day is hours and minutes in quotes, such as \"07:30\"");
        return null;
    }
}
