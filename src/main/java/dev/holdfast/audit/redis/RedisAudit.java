package dev.holdfast.audit.redis;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import dev.holdfast.audit.redis.Directives.Directive;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Redis and Valkey, one instance a file. */
public final class RedisAudit implements Auditor {
    static final Rule UNREADABLE = new Rule(
            "redis-unreadable",
            Grade.WARNING,
            "a configuration that is broken, unreadable, or includes what is not there");
    static final Rule UNBOUNDED = new Rule("redis-maxmemory-unset", Grade.WARNING, "no maxmemory");
    static final Rule FULL = new Rule(
            "redis-noeviction", Grade.NOTE, "maxmemory with noeviction: writes are refused when it is reached");
    static final Rule OVERCOMMIT =
            new Rule("redis-overcommit", Grade.CRITICAL, "maxmemory, twice when snapshots are made, above the memory");
    static final Rule FORK = new Rule(
            "redis-fork", Grade.WARNING, "snapshots or an append-only file while vm.overcommit_memory is 0 or 2");
    static final Rule EXPOSED =
            new Rule("redis-exposed", Grade.CRITICAL, "other addresses than loopback, no password, protected-mode off");

    /**
     * An option that no server knows. One that is given it reads its whole file first, and ends: at what is broken there, or
     * else at this.
     */
    public static final String READS_NO_FURTHER = "holdfast-reads-no-further";

    private static final String BY_HAND =
            "set maxmemory above what it holds now (INFO memory: used_memory), and below" + " what this host can spare";

    private static final List<String> STANDARD =
            List.of("/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf", "/etc/redis/redis-*.conf");

    public static List<Rule> rules() {
        return List.of(UNREADABLE, UNBOUNDED, FULL, OVERCOMMIT, FORK, EXPOSED);
    }

    /** @param file an instance's main one */
    static List<String> check(String file) {
        String server = file.contains("/valkey/") ? "valkey-server" : "redis-server";
        return List.of(server, file, "--" + READS_NO_FURTHER, "yes");
    }

    @Override
    public String program() {
        return "redis";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, UNREADABLE);
        Map<String, Directives> instances = new LinkedHashMap<>();
        Set<String> included = new LinkedHashSet<>();
        for (String file : files(host)) {
            var read = Directives.read(notes, file);
            instances.put(file, read);
            included.addAll(read.included());
        }
        instances.keySet().removeAll(included);
        instances.forEach((file, read) -> judge(host, notes, file, read, instances.size() == 1));
        return notes.verdict();
    }

    private static Set<String> files(Grounds host) {
        String told = host.told().getOrDefault("redis.config", "");
        if (!told.isEmpty()) {
            return Set.of(told);
        }
        var files = new LinkedHashSet<String>();
        STANDARD.forEach(pattern -> files.addAll(host.glob(pattern)));
        return files;
    }

    private static void judge(Grounds host, Notes notes, String file, Directives read, boolean alone) {
        Directive limit = read.last("maxmemory");
        long bytes = limit == null ? 0 : Directives.bytes(limit.value());
        if (limit != null && bytes < 0) {
            notes.broken(limit.site(), "sets maxmemory to what is no size", limit.value());
            return;
        }
        boolean forks = persists(read);
        memory(host, notes, file, limit, bytes, read, forks, alone);
        String mode = host.sysctl("vm.overcommit_memory");
        if (forks && (mode.equals("0") || mode.equals("2"))) {
            notes.add(FORK.finding(
                    List.of(new Site(file, 0)),
                    "vm.overcommit_memory",
                    "vm.overcommit_memory is " + mode + ", and " + file + " makes snapshots by a second process",
                    List.of("snapshots: " + snapshots(read), "appendonly: " + read.value("appendonly", "no")),
                    "The kernel may refuse the fork when the data is larger than what is free: the snapshot fails, and then"
                            + " every write (stop-writes-on-bgsave-error).",
                    Fix.byHand("set vm.overcommit_memory = 1 in /etc/sysctl.d/")));
        }
        exposed(notes, file, read);
    }

    private static void memory(
            Grounds host,
            Notes notes,
            String file,
            @Nullable Directive limit,
            long bytes,
            Directives read,
            boolean forks,
            boolean alone) {
        var sites = List.of(limit == null ? new Site(file, 0) : limit.site());
        String who = "redis " + file;
        Long measured = alone ? measured(host) : null;
        if (bytes == 0) {
            notes.claim(
                    new Claim(who, Long.MAX_VALUE, measured == null ? 0 : measured, measured, "no maxmemory", sites));
            long fits = fitting(host, measured, forks, host.memory() / 4);
            String line = "maxmemory " + fits + "mb";
            notes.add(UNBOUNDED.finding(
                    sites,
                    "maxmemory",
                    file + (limit == null ? " sets no maxmemory" : " sets maxmemory to 0")
                            + ": nothing bounds what it keeps",
                    List.of(
                            "memory of the host: " + (host.memory() > 0 ? Notes.size(host.memory()) : "unknown"),
                            "maxmemory-policy: " + read.value("maxmemory-policy", "noeviction")),
                    "It grows with its data until the kernel kills it, or what stands beside it.",
                    fits == 0
                            ? Fix.byHand(BY_HAND)
                            : limit == null
                                    ? notes.insert("set " + line, end(notes, file), check(file), line)
                                    : notes.replace("set " + line, limit.site(), check(file), line)));
            return;
        }
        long worst = forks ? Notes.times(bytes, 2) : bytes;
        String arithmetic =
                "maxmemory " + Notes.size(bytes) + (forks ? " × 2 while a snapshot copies what is written" : "");
        notes.claim(new Claim(who, worst, bytes, measured, arithmetic, sites));
        if (host.memory() > 0 && worst > host.memory()) {
            long fits = fitting(host, measured, forks, host.memory() / (forks ? 4 : 2));
            String line = "maxmemory " + fits + "mb";
            notes.add(OVERCOMMIT.finding(
                    sites,
                    "maxmemory",
                    arithmetic + " is " + Notes.size(worst) + " of the host's " + Notes.size(host.memory()),
                    List.of("snapshots: " + snapshots(read), "appendonly: " + read.value("appendonly", "no")),
                    "The kernel kills it, or what stands beside it, before it has reached its own bound.",
                    limit == null || fits == 0
                            ? Fix.byHand(BY_HAND)
                            : notes.replace("set " + line, limit.site(), check(file), line)));
        }
        Directive policy = read.last("maxmemory-policy");
        if (policy == null || policy.value().equals("noeviction")) {
            notes.add(FULL.finding(
                    policy == null ? sites : List.of(policy.site()),
                    "maxmemory-policy",
                    "at " + Notes.size(bytes) + " every write is refused: maxmemory-policy is noeviction",
                    List.of(policy == null ? "noeviction by default" : "set in " + policy.site()),
                    "Right for queues, which must lose nothing; a cache or sessions then fail with OOM errors.",
                    Fix.byHand("for a cache set maxmemory-policy allkeys-lru; for queues watch used_memory")));
        }
    }

    /**
     * A bound below what it holds would evict that, or refuse every write, as soon as it counts.
     *
     * @return MiB; 0: what it holds is not known, or no bound is above that and within the host's memory
     */
    private static long fitting(Grounds host, @Nullable Long measured, boolean forks, long usual) {
        boolean unknown =
                host.running().stream().anyMatch(p -> is(p) && (measured == null || p.pss() == Grounds.UNKNOWN));
        long held = measured == null ? 0 : Notes.times(measured, 3) / 2;
        long bytes = Math.max(64L << 20, Math.max(usual, held));
        return unknown || host.memory() <= 0 || Notes.times(bytes, forks ? 2 : 1) > host.memory() ? 0 : bytes >> 20;
    }

    private static boolean is(Grounds.Running process) {
        return process.name().equals("redis-server") || process.name().equals("valkey-server");
    }

    private static Site end(Notes notes, String file) {
        return new Site(file, notes.lines(file).size());
    }

    private static @Nullable Long measured(Grounds host) {
        return host.running().stream()
                .filter(p -> is(p) && p.pss() != Grounds.UNKNOWN)
                .map(Grounds.Running::pss)
                .reduce(Long::sum)
                .orElse(null);
    }

    private static boolean persists(Directives read) {
        return read.value("appendonly", "no").equals("yes") || !snapshots(read).equals("none");
    }

    /** Lines add up; {@code save ""} forgets those before; without any there are defaults. */
    private static String snapshots(Directives read) {
        String rules = "3600 1 300 100 60 10000";
        boolean written = false;
        for (Directive d : read.all()) {
            if (d.name().equals("save")) {
                boolean none = d.value().isEmpty();
                rules = none ? "" : written && !rules.isEmpty() ? rules + " " + d.value() : d.value();
                written = true;
            }
        }
        return rules.isEmpty() ? "none" : rules;
    }

    private static void exposed(Notes notes, String file, Directives read) {
        Directive bind = read.last("bind");
        boolean far = bind == null || bind.arguments().stream().anyMatch(a -> !loopback(a));
        boolean locked = read.last("requirepass") != null
                && !read.value("requirepass", "").isEmpty();
        boolean lists = read.last("aclfile") != null
                || read.all().stream()
                        .anyMatch(d -> d.name().equals("user")
                                && d.value().startsWith("default ")
                                && !d.arguments().contains("nopass"));
        Directive mode = read.last("protected-mode");
        boolean listens = !read.value("port", "6379").equals("0")
                || !read.value("tls-port", "0").equals("0");
        if (listens && far && !locked && !lists && mode != null && mode.value().equals("no")) {
            notes.add(EXPOSED.finding(
                    List.of(mode.site(), bind == null ? new Site(file, 0) : bind.site()),
                    "protected-mode",
                    file + " lets anybody in who reaches "
                            + (bind == null ? "any address of the host" : Notes.shown(bind.value()))
                            + ", without a password",
                    List.of(
                            "bind " + (bind == null ? "is not set: all addresses" : Notes.shown(bind.value())),
                            "protected-mode no",
                            "requirepass is not set"),
                    "Such servers are found within hours; CONFIG SET writes files as its user.",
                    notes.replace("set protected-mode yes", mode.site(), check(file), "protected-mode yes")));
        }
    }

    private static boolean loopback(String address) {
        String bare = address.startsWith("-") ? address.substring(1) : address;
        return bare.startsWith("127.") || bare.equals("::1") || bare.equals("localhost");
    }
}
