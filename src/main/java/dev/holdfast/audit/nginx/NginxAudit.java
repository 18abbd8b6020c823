package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** nginx. */
public final class NginxAudit implements Auditor {
    private static final List<String> STANDARD =
            List.of("/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/etc/nginx/nginx.conf");

    private static final long SLOW = 300_000;
    private static final long LONGEST_CONNECT = 75_000;
    private static final Set<String> PASSES =
            Set.of("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass");

    public static List<Rule> rules() {
        return Rules.ALL;
    }

    @Override
    public String program() {
        return "nginx";
    }

    @Override
    public Verdict audit(Grounds host) {
        String file = file(host);
        if (file.isEmpty()) {
            return Verdict.NOTHING;
        }
        var notes = new Notes(host, Rules.UNREADABLE);
        List<Directive> all = ConfigurationReader.read(notes, file);
        load(host, notes, all, file);
        timeouts(host, notes, all);
        bodies(host, notes, all);
        return notes.verdict();
    }

    /** The main one: the one that was told, or what usually is. Empty: there is none. */
    static String file(Grounds host) {
        String told = host.told().getOrDefault("nginx.config", "");
        return !told.isEmpty()
                ? told
                : STANDARD.stream().filter(host::isFile).findFirst().orElse("");
    }

    private static @Nullable Directive one(List<Directive> all, String path, String name) {
        return all.stream()
                .filter(d -> d.path().equals(path) && d.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static long number(Notes notes, @Nullable Directive directive, long preset) {
        if (directive == null) {
            return preset;
        }
        long number = Amounts.bytes(directive.first());
        if (number < 0) {
            notes.broken(directive.site(), "sets " + directive.name() + " to what is no number", directive.first());
            return preset;
        }
        return number;
    }

    private static void load(Grounds host, Notes notes, List<Directive> all, String file) {
        Directive processes = one(all, "", "worker_processes");
        boolean auto = processes != null && processes.first().equals("auto");
        long workers = auto ? host.processors() : number(notes, processes, 1);
        Directive connections = one(all, "events", "worker_connections");
        long each = number(notes, connections, 512);
        Directive limit = one(all, "", "worker_rlimit_nofile");
        var descriptors = Descriptors.of(host, limit, number(notes, limit, 0));
        boolean passes = all.stream().anyMatch(d -> PASSES.contains(d.name()));
        claim(host, notes, all, workers, each, passes, connections == null ? new Site(file, 0) : connections.site());
        if (each > descriptors.number()) {
            // Those to upstreams are among them, and each may have a file: what is sent, or a body on disk.
            String value = Long.toString(Notes.times(each, 2));
            String line = "worker_rlimit_nofile " + value + ";";
            var evidence = new ArrayList<>(List.of(workers + (workers == 1 ? " worker × " : " workers × ") + each
                    + " connections" + (passes ? ", those to upstreams among them" : "")));
            evidence.addAll(descriptors.evidence());
            notes.add(Rules.DESCRIPTORS.finding(
                    connections == null ? List.of(new Site(file, 0)) : List.of(connections.site()),
                    "worker_connections",
                    each + " connections a worker want as many descriptors, and it has " + descriptors.number(),
                    evidence,
                    "Under load accept and connect fail with \"Too many open files\", long before the connections are used up.",
                    limit == null
                            ? notes.insert("set " + line, new Site(file, 0), Rules.check(host), line)
                            : set(host, notes, limit, value)));
        }
        long most = host.sysctl("fs.file-max").matches("\\d{1,18}") ? Long.parseLong(host.sysctl("fs.file-max")) : -1;
        long together = Notes.times(workers, descriptors.number());
        if (descriptors.site() != null && most > 0 && together > most) {
            notes.add(Rules.FILE_MAX.finding(
                    List.of(descriptors.site()),
                    "worker_rlimit_nofile",
                    workers + " workers × " + descriptors.number() + " descriptors are more than fs.file-max, " + most,
                    List.of(workers + " × " + descriptors.number() + " = " + together),
                    "nginx alone can use up the files of the whole host.",
                    Fix.byHand("lower worker_rlimit_nofile, or raise fs.file-max")));
        }
    }

    /** A connection's buffers: for the body, and for the upstream's answer. */
    private static void claim(
            Grounds host, Notes notes, List<Directive> all, long workers, long each, boolean passes, Site site) {
        long body = largest(all, "client_body_buffer_size", 16 << 10);
        long header = largest(all, "client_header_buffer_size", 1 << 10);
        long answer = passes
                ? Math.max(
                        buffers(all, "proxy_buffers", "proxy_buffer_size"),
                        buffers(all, "fastcgi_buffers", "fastcgi_buffer_size"))
                : 0;
        long connection = Notes.plus(Notes.plus(body, header), answer);
        long worst = Notes.times(Notes.times(workers, each), connection);
        Long measured = host.running().stream()
                .filter(p -> p.name().equals("nginx") && p.pss() != Grounds.UNKNOWN)
                .map(Grounds.Running::pss)
                .reduce(Long::sum)
                .orElse(null);
        notes.claim(new Claim(
                "nginx",
                worst,
                worst / 10,
                measured,
                workers + " workers × " + each + " connections × " + Notes.size(connection) + " of buffers",
                List.of(site)));
    }

    private static long largest(List<Directive> all, String name, long preset) {
        return all.stream().filter(d -> d.name().equals(name)).mapToLong(d -> Amounts.bytes(d.first())).max().stream()
                .map(n -> Math.max(n, 0))
                .findFirst()
                .orElse(preset);
    }

    private static long buffers(List<Directive> all, String many, String first) {
        long most = 64 << 10;
        for (Directive d : all) {
            if (d.name().equals(many) && d.arguments().size() == 2) {
                long number = Amounts.bytes(d.arguments().get(0));
                long size = Amounts.bytes(d.arguments().get(1));
                most = number < 0 || size < 0 ? most : Math.max(most, Notes.times(number, size));
            }
        }
        return Notes.plus(most, largest(all, first, 8 << 10));
    }

    private static void timeouts(Grounds host, Notes notes, List<Directive> all) {
        // WebSockets are silent for long by right.
        var sockets = all.stream()
                .filter(d -> d.name().equals("proxy_set_header") && d.first().equalsIgnoreCase("upgrade"))
                .map(Directive::block)
                .collect(Collectors.toSet());
        for (Directive d : all) {
            boolean reads = d.name().matches("(proxy|fastcgi|uwsgi|scgi|grpc)_(read|send)_timeout");
            boolean connects = d.name().matches("(proxy|fastcgi|uwsgi|scgi|grpc)_connect_timeout");
            if (!reads && !connects) {
                continue;
            }
            long millis = Amounts.millis(d.first());
            if (millis < 0) {
                notes.broken(d.site(), "sets " + d.name() + " to what is no time", d.first());
            } else if (reads && (millis == 0 || (millis > SLOW && !sockets.contains(d.block())))) {
                notes.add(Rules.TIMEOUT.finding(
                        List.of(d.site()),
                        d.name() + " in " + (d.path().isEmpty() ? "main" : d.path()),
                        d.name() + " is " + (millis == 0 ? "0" : Human.time(millis / 1000)) + " in " + d.site(),
                        List.of("60 s by default"),
                        millis == 0
                                ? "Every answer that is not there at once is a 504."
                                : "An upstream that hangs keeps its connections and its children for so long; when enough of"
                                        + " them hang, nobody is served.",
                        set(host, notes, d, "60s")));
            } else if (connects && millis > LONGEST_CONNECT) {
                notes.add(Rules.CONNECT.finding(
                        List.of(d.site()),
                        d.name() + " in " + (d.path().isEmpty() ? "main" : d.path()),
                        d.name() + " is " + Human.time(millis / 1000) + " in " + d.site()
                                + "; no more than 75 s is kept",
                        List.of("60 s by default"),
                        "A dead upstream is noticed late, and the value says something else than what happens.",
                        set(host, notes, d, "5s")));
            }
        }
    }

    /** An edit takes whole lines: only of one with this directive alone. */
    private static Fix set(Grounds host, Notes notes, Directive d, String value) {
        String line = notes.lines(d.site().file()).get(d.site().line() - 1);
        String bare = line.strip();
        String statement = d.name() + " " + value + ";";
        String indent = line.substring(0, line.length() - line.stripLeading().length());
        return bare.startsWith(d.name()) && bare.indexOf(';') == bare.length() - 1
                ? notes.replace("set " + statement, d.site(), Rules.check(host), indent + statement)
                : Fix.byHand("set " + statement);
    }

    private static void bodies(Grounds host, Notes notes, List<Directive> all) {
        long largest = 1 << 20;
        var sites = new ArrayList<Site>();
        for (Directive d : all) {
            if (!d.name().equals("client_max_body_size")) {
                continue;
            }
            long bytes = number(notes, d, 1 << 20);
            largest = Math.max(largest, bytes == 0 ? Long.MAX_VALUE : bytes);
            sites.add(d.site());
            if (bytes == 0 || bytes > 1L << 30) {
                notes.add(Rules.BODY.finding(
                        List.of(d.site()),
                        "client_max_body_size in " + (d.path().isEmpty() ? "main" : d.path()),
                        "client_max_body_size is " + (bytes == 0 ? "0: any size" : Notes.size(bytes)) + " in "
                                + d.site(),
                        List.of("1 MiB by default"),
                        "Whoever uploads can fill the disk under client_body_temp_path.",
                        set(host, notes, d, "100m")));
            }
        }
        if (all.stream().anyMatch(d -> d.name().equals("fastcgi_pass"))) {
            php(host, notes, largest, sites);
        }
    }

    private static void php(Grounds host, Notes notes, long largest, List<Site> sites) {
        for (String file : host.glob("/etc/php/*/fpm/php.ini")) {
            List<String> lines = notes.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                String[] parts = lines.get(i).split("=", 2);
                long bytes = parts.length == 2 && parts[0].strip().equals("post_max_size")
                        ? Amounts.bytes(parts[1].strip())
                        : -1;
                if (bytes > largest) {
                    var at = new ArrayList<>(sites);
                    at.add(new Site(file, i + 1));
                    notes.add(Rules.BODY_PHP.finding(
                            at,
                            file,
                            "PHP takes bodies of " + Notes.size(bytes) + ", nginx of " + Notes.size(largest)
                                    + " at most",
                            List.of(
                                    "post_max_size " + Notes.size(bytes) + " in " + file + ":" + (i + 1),
                                    sites.isEmpty()
                                            ? "client_max_body_size is not set: 1 MiB"
                                            : "largest client_max_body_size " + Notes.size(largest)),
                            "Uploads that PHP is meant to take end with 413 before it sees them.",
                            Fix.byHand("set client_max_body_size to what PHP takes")));
                }
            }
        }
    }
}
