package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** The one question a health check asks. */
record HealthChecks(Problems problems, Binder binder) {
    HealthSpec.@Nullable Check of(ProcessSection.Health h, Node at) {
        var asked = new ArrayList<String>();
        if (h.exec() != null) {
            asked.add("exec");
        }
        if (h.http() != null) {
            asked.add("http");
        }
        if (h.tcp() != null) {
            asked.add("tcp");
        }
        if (h.readyNotice()) {
            asked.add("notify");
        }
        if (asked.isEmpty() && binder.broken(h)) {
            return null;
        }
        if (asked.size() != 1) {
            problems.add(
                    at,
                    "a check asks exactly one of exec, http, tcp and notify"
                            + (asked.isEmpty() ? "" : ", not " + String.join(" and ", asked)));
            return null;
        }
        ProcessSection.Exec exec = h.exec();
        if (exec != null) {
            Node where = binder.at(exec, "command", at);
            if (exec.command().line() != null) {
                problems.add(where, "this command is a list; for a shell write [sh, -c, \"...\"]");
            }
            return new HealthSpec.Check.Exec(
                    new CommandSpec(List.copyOf(exec.command().argv())));
        }
        ProcessSection.Http http = h.http();
        if (http != null) {
            return http(http, at);
        }
        ProcessSection.Tcp tcp = h.tcp();
        return tcp == null ? new HealthSpec.Check.Notify() : tcp(tcp, at);
    }

    private HealthSpec.Check http(ProcessSection.Http http, Node at) {
        String scheme = http.url().getScheme();
        if (!scheme.equals("http") && !scheme.equals("https")) {
            problems.add(binder.at(http, "url", at), "\"" + scheme + "\": the URL is http or https");
        }
        new Ranges(problems, binder, http, at).within("expectStatus", http.expectStatus(), 100, 599);
        return new HealthSpec.Check.Http(http.url(), http.expectStatus());
    }

    private HealthSpec.Check tcp(ProcessSection.Tcp tcp, Node at) {
        int colon = tcp.address().lastIndexOf(':');
        String host = colon <= 0 ? "" : tcp.address().substring(0, colon);
        String port = tcp.address().substring(colon + 1);
        if (host.isEmpty()
                || !port.matches("\\d{1,5}")
                || Integer.parseInt(port) < 1
                || Integer.parseInt(port) > 65535) {
            problems.add(
                    binder.at(tcp, "address", at),
                    "\"" + tcp.address() + "\": an address is host:port, such as 127.0.0.1:9000 or [::1]:9000");
            return new HealthSpec.Check.Tcp("", 0);
        }
        return new HealthSpec.Check.Tcp(
                host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(port));
    }
}
