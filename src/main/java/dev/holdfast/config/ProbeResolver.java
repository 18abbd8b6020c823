package dev.holdfast.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From probes as written to specs. */
record ProbeResolver(Problems problems, Binder binder, Resolver resolver, RecoverResolver recover) {
    /** Of the connection itself, which whoever asks keeps. */
    static final Set<String> OF_CONNECTION = Set.of(
            "connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    private static final Threshold DOWN = new Threshold.Lasting(ProbeSpec.DOWN, Duration.ofMinutes(1));

    /** Null when what it asks is not told; then there is a problem. */
    @Nullable
    ProbeSpec probe(String name, ProbeSection p, Node at) {
        var r = new Ranges(problems, binder, p, at);
        r.positive("every", p.every());
        r.positive("timeout", p.timeout());
        ProbeSpec.Check check = check(p, at);
        if (check == null) {
            return null;
        }
        List<Threshold> warning = thresholds(p, "warning", p.warning(), check, at);
        List<Threshold> critical = thresholds(p, "critical", p.critical(), check, at);
        if (warning.stream().noneMatch(Threshold.Lasting.class::isInstance)
                && critical.stream().noneMatch(Threshold.Lasting.class::isInstance)) {
            critical = new ArrayList<>(critical);
            critical.add(DOWN);
        }
        Set<String> subjects = new HashSet<>(check.subjects());
        subjects.add(ProbeSpec.DOWN);
        return new ProbeSpec(
                name,
                check,
                p.every(),
                p.timeout(),
                List.copyOf(warning),
                List.copyOf(critical),
                recover.of(p.recover(), subjects, false, binder.at(p, "recover", at)),
                List.copyOf(p.alert()));
    }

    private List<Threshold> thresholds(
            ProbeSection p, String key, @Nullable Thresholds written, ProbeSpec.Check check, Node at) {
        Node where = binder.at(p, key, at);
        var resolved = new ArrayList<Threshold>();
        for (Threshold t : written == null ? Thresholds.NONE.any() : written.any()) {
            switch (t) {
                case Threshold.Compare c -> compare(c, check, where, resolved);
                case Threshold.Lasting(String state, var _) -> {
                    if (!state.equals(ProbeSpec.DOWN)) {
                        problems.add(where, "\"" + t + "\": what lasts is down, such as down for 1m");
                    }
                    resolved.add(t);
                }
                case Threshold.Pressure _ -> problems.add(where, "\"" + t + "\": pressure is the host's");
            }
        }
        return resolved;
    }

    private void compare(Threshold.Compare c, ProbeSpec.Check check, Node where, List<Threshold> resolved) {
        String subject = c.subject() == null ? check.subject() : c.subject();
        Set<String> known = new TreeSet<>(check.subjects());
        String can = String.join(", ", known) + " and down for a time";
        if (subject == null) {
            problems.add(where, "\"" + c + "\": of what? it measures " + can);
            return;
        }
        if (!known.contains(subject)) {
            problems.add(
                    where,
                    "\"" + c + "\": " + subject + " is nothing this measures" + Problems.hint(subject, known)
                            + " (it measures " + can + ")");
            return;
        }
        boolean fits = switch (subject) {
            case "latency", "certificate", "age" -> c.bound() instanceof Threshold.Bound.Time;
            case "size" -> c.bound() instanceof Threshold.Bound.Size || c.bound() instanceof Threshold.Bound.Count;
            default -> c.bound() instanceof Threshold.Bound.Count;
        };
        if (!fits) {
            String what = switch (subject) {
                case "latency", "certificate", "age" -> "a time, such as > 500ms";
                case "size" -> "a size, such as > 10Mi";
                default -> "a number, such as > 100";
            };
            problems.add(where, "\"" + c + "\": " + subject + " is " + what);
            return;
        }
        resolved.add(new Threshold.Compare(subject, c.comparison(), c.bound()));
    }

    private ProbeSpec.@Nullable Check check(ProbeSection p, Node at) {
        var asked = new ArrayList<String>();
        for (String key : List.of("http", "tcp", "exec", "redis", "file")) {
            if (binder.written(p, key) != null) {
                asked.add(key);
            }
        }
        if (asked.size() != 1) {
            problems.add(
                    at,
                    "a probe asks exactly one of http, tcp, exec, redis and file"
                            + (asked.isEmpty() ? "" : ", not " + String.join(" and ", asked)));
            return null;
        }
        ProbeSection.AskedUrl http = p.http();
        ProcessSection.Tcp tcp = p.tcp();
        ProbeSection.AskedCommand exec = p.exec();
        ProbeSection.AskedRedis redis = p.redis();
        ProbeSection.LookedFile file = p.file();
        if (http != null) {
            return http(http, at);
        } else if (tcp != null) {
            Address a = address(tcp.address(), binder.at(tcp, "address", at));
            return new ProbeSpec.Check.Tcp(a.host, a.port);
        } else if (exec != null) {
            return exec(exec, at);
        } else if (redis != null) {
            return redis(redis, at);
        } else if (file != null) {
            new Ranges(problems, binder, file, at).absolute("path", file.path());
            return new ProbeSpec.Check.File(file.path());
        }
        return null; // it did not fit, which is told
    }

    private ProbeSpec.Check http(ProbeSection.AskedUrl h, Node at) {
        String scheme = h.url().getScheme();
        if (!scheme.equals("http") && !scheme.equals("https")) {
            problems.add(binder.at(h, "url", at), "\"" + scheme + "\": the URL is http or https");
        }
        if (h.url().getRawUserInfo() != null) {
            problems.add(
                    binder.at(h, "url", at),
                    "name and password are not sent from a URL: say them by headers, such as Authorization: Basic …");
        }
        if (scheme.equals("http") && (h.ca() != null || !h.verify())) {
            problems.add(binder.at(h, h.ca() == null ? "verify" : "ca", at), "this counts only with https");
        }
        var r = new Ranges(problems, binder, h, at);
        r.within("expectStatus", h.expectStatus(), 100, 599);
        r.absolute("ca", h.ca());
        pattern(h.body(), false, binder.at(h, "body", at));
        h.headers().forEach((name, value) -> {
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                problems.add(binder.at(h.headers(), name), "\"" + name + "\": no header of HTTP is like this");
            } else if (OF_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                problems.add(binder.at(h.headers(), name), "\"" + name + "\": this header is not yours to say");
            }
        });
        return new ProbeSpec.Check.Http(
                h.url(),
                h.expectStatus(),
                h.body(),
                Collections.unmodifiableSortedMap(new TreeMap<>(h.headers())),
                h.ca(),
                h.verify());
    }

    private ProbeSpec.Check exec(ProbeSection.AskedCommand e, Node at) {
        e.exitCodes().stream()
                .filter(code -> code < 0 || code > 255)
                .forEach(code -> problems.add(binder.at(e, "exitCodes", at), "\"" + code + "\": it is 0 to 255"));
        pattern(e.value(), true, binder.at(e, "value", at));
        var r = new Ranges(problems, binder, e, at);
        Resolver.account(r, "user", e.user());
        Resolver.account(r, "group", e.group());
        return new ProbeSpec.Check.Exec(
                resolver.listed(e.command(), binder.at(e, "command", at)),
                e.user(),
                e.group(),
                e.exitCodes().isEmpty() ? Set.of(0) : Set.copyOf(new HashSet<>(e.exitCodes())),
                e.value());
    }

    private ProbeSpec.Check redis(ProbeSection.AskedRedis a, Node at) {
        Address where = address(a.address(), binder.at(a, "address", at));
        if (a.user() != null && a.password() == null) {
            problems.add(binder.at(a, "user", at), "user counts only with password");
        }
        new Ranges(problems, binder, a, at).within("database", (Integer) a.database(), 0, 65_535);
        return new ProbeSpec.Check.Redis(where.host, where.port, a.lengthOf(), a.user(), a.password(), a.database());
    }

    private record Address(String host, int port) {}

    private Address address(String text, Node at) {
        int colon = text.lastIndexOf(':');
        String host = colon <= 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host.isEmpty()
                || !port.matches("\\d{1,5}")
                || Integer.parseInt(port) < 1
                || Integer.parseInt(port) > 65535) {
            problems.add(at, "\"" + text + "\": an address is host:port, such as 127.0.0.1:9000 or [::1]:9000");
            return new Address("", 0);
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    private void pattern(@Nullable String regex, boolean withGroup, Node at) {
        try {
            if (regex != null && Pattern.compile(regex).groupCount() == 0 && withGroup) {
                problems.add(at, "\"" + regex + "\": its first group, in parentheses, is the number");
            }
        } catch (PatternSyntaxException e) {
            problems.add(at, "\"" + regex + "\" is no regular expression (RE2): " + e.getDescription());
        }
    }
}
