package dev.holdfast.config;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From {@code audit:} as written to its spec. */
final class AuditResolver {
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private final Problems problems;
    private final Binder binder;
    private final TreeMap<String, String> told = new TreeMap<>();

    AuditResolver(Problems problems, Binder binder) {
        this.problems = problems;
        this.binder = binder;
    }

    AuditSpec audit(AuditSection a, Node at) {
        var r = new Ranges(problems, binder, a, at);
        Duration every = a.every();
        if (every != null && every.compareTo(SHORTEST) < 0) {
            r.add("every", dev.holdfast.unit.Durations.format(every), "is at least 1m");
        }
        r.absolute("baseline", a.baseline());
        file("php_fpm", a.phpFpm(), at);
        file("nginx", a.nginx(), at);
        file("redis", a.redis(), at);
        file("supervisor", a.supervisor(), at);
        files("compose", a.compose(), at);
        files("crontab", a.crontab(), at);
        files("laravel", a.laravel(), at);
        mariadb(a.mariadb(), at);
        AuditSection.Units units = a.systemd();
        if (units != null) {
            list("systemd.units", units.units(), binder.at(units, "units", at));
        }
        return new AuditSpec(Collections.unmodifiableSortedMap(told), every, a.baseline(), List.copyOf(a.alert()));
    }

    private void file(String name, AuditSection.@Nullable AuditedFile f, Node at) {
        if (f != null) {
            new Ranges(problems, binder, f, at).absolute("config", f.config());
            told.put(name + ".config", f.config());
        }
    }

    private void files(String name, AuditSection.@Nullable AuditedFiles f, Node at) {
        if (f != null) {
            Node where = binder.at(f, "files", at);
            for (String path : f.files()) {
                if (!path.startsWith("/")) {
                    problems.add(where, "\"" + path + "\": files are absolute paths");
                }
            }
            list(name + ".files", f.files(), where);
        }
    }

    private void list(String key, List<String> values, Node at) {
        for (String v : values) {
            if (v.contains(",") || v.isBlank()) {
                problems.add(at, "\"" + v + "\": a name here has no comma, and is not empty");
            }
        }
        if (!values.isEmpty()) {
            told.put(key, String.join(",", values));
        }
    }

    private void mariadb(AuditSection.@Nullable MariaDb m, Node at) {
        if (m == null) {
            return;
        }
        new Ranges(problems, binder, m, at).absolute("config", m.config());
        told.put("mariadb.config", m.config());
        AuditSection.Live live = m.live();
        if (live != null) {
            new Ranges(problems, binder, live, at).absolute("socket", live.socket());
            told.put("mariadb.live.socket", live.socket());
            if (live.user() != null) {
                told.put("mariadb.live.user", live.user());
            }
        }
    }
}
