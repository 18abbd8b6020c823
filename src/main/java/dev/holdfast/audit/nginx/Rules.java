package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.note.Rule;
import java.util.List;

/** What is looked for. */
final class Rules {
    static final Rule UNREADABLE = new Rule(
            "nginx-unreadable", Grade.WARNING, "a file that is broken or cannot be read, an include without end");
    static final Rule MISSING =
            new Rule("nginx-include-missing", Grade.CRITICAL, "an include of a file that is not there");
    static final Rule DESCRIPTORS = new Rule(
            "nginx-descriptors",
            Grade.WARNING,
            "worker_connections above worker_rlimit_nofile, else above what its unit or systemd gives, what the running master has, or the usual 1024");
    static final Rule FILE_MAX =
            new Rule("nginx-file-max", Grade.WARNING, "workers × their descriptors above the kernel's fs.file-max");
    static final Rule TIMEOUT = new Rule(
            "nginx-upstream-timeout",
            Grade.WARNING,
            "read or send timeouts of upstreams that are 0 or above 5 minutes");
    static final Rule CONNECT = new Rule(
            "nginx-connect-timeout", Grade.NOTE, "connect timeouts of upstreams above 75 s, which nginx cannot keep");
    static final Rule BODY = new Rule("nginx-body-size", Grade.WARNING, "client_max_body_size 0 or above 1 GiB");
    static final Rule BODY_PHP = new Rule(
            "nginx-body-php",
            Grade.NOTE,
            "no client_max_body_size as large as PHP's post_max_size, where requests go to PHP");

    static final List<Rule> ALL = List.of(UNREADABLE, MISSING, DESCRIPTORS, FILE_MAX, TIMEOUT, CONNECT, BODY, BODY_PHP);

    static List<String> check(Grounds host) {
        String told = host.told().getOrDefault("nginx.config", "");
        return told.isEmpty() ? List.of("nginx", "-t") : List.of("nginx", "-t", "-c", told);
    }

    private Rules() {}
}
