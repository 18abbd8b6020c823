package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MariaDB, and MySQL, whose files are the same. */
public final class MariadbAudit implements Auditor {
    private static final List<String> SERVERS =
            List.of("/usr/sbin/mariadbd", "/usr/sbin/mysqld", "/usr/libexec/mariadbd", "/usr/libexec/mysqld");

    /** Where a server looks that is not told; Debian's, then Red Hat's, which has only the first. */
    private static final List<String> STANDARD = List.of("/etc/my.cnf", "/etc/mysql/my.cnf");

    private static final Pattern VERSION = Pattern.compile("(?:Ver |\\b)(\\d{1,3}\\.\\d{1,3})\\.\\d");
    private static final Set<String> SEVERAL = Set.of(
            "plugin_load_add",
            "plugin_load",
            "binlog_do_db",
            "binlog_ignore_db",
            "performance_schema_instrument",
            "ignore_db_dirs",
            "early_plugin_load");

    public static List<Rule> rules() {
        return Rules.ALL;
    }

    @Override
    public String program() {
        return "mariadb";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, Rules.UNREADABLE);
        boolean runs = host.running().stream().anyMatch(MariadbAudit::isServer);
        boolean told = host.told().containsKey("mariadb.config");
        List<Setting> settings = OptionFiles.read(notes, files(host), groups(host));
        boolean installed = SERVERS.stream().anyMatch(host::isFile);
        boolean configured = settings.stream().anyMatch(s -> !s.group().equals("client-server"));
        if (!(installed || runs || told || configured) || notes.nothing()) {
            return Verdict.NOTHING;
        }
        conflicts(notes, settings, check(host));
        var winners = winners(settings);
        exposed(notes, winners, check(host));
        new Memory(host, notes, winners, isMysql(host)).judge();
        new Live(host, notes, winners).judge();
        return notes.verdict();
    }

    static boolean isServer(Grounds.Running process) {
        return process.name().equals("mariadbd") || process.name().equals("mysqld");
    }

    /** The told file alone, as --defaults-file, unless it is one of those that are read anyway. */
    private static List<String> files(Grounds host) {
        String told = told(host);
        if (!told.isEmpty() && !STANDARD.contains(told)) {
            return List.of(told);
        }
        var files = new LinkedHashSet<String>();
        for (String file : STANDARD) {
            if (host.isFile(file) || file.equals(told)) {
                files.add(file);
            }
        }
        return List.copyOf(files);
    }

    /** The file that the server is told to read, or that we are; empty: none. */
    private static String told(Grounds host) {
        String told = host.told().getOrDefault("mariadb.config", "");
        for (var process : host.running()) {
            for (String argument : isServer(process) ? process.command() : List.<String>of()) {
                if (told.isEmpty() && argument.startsWith("--defaults-file=")) {
                    told = argument.substring("--defaults-file=".length());
                }
            }
        }
        return told;
    }

    /** The server's own checker: reads the same files and ends. Empty: none may be asked. */
    static List<String> check(Grounds host) {
        String server = isMysql(host) ? "mysqld" : "mariadbd";
        String told = told(host);
        if (told.isEmpty() || STANDARD.contains(told)) {
            return List.of(server, "--help", "--verbose");
        }
        return host.told().containsKey("mariadb.config")
                ? List.of(server, "--defaults-file=" + told, "--help", "--verbose") // it must come first
                : List.of(); // a process says so, whoever's it is: root starts no server by its file
    }

    private static boolean isMysql(Grounds host) {
        return !host.isFile("/usr/sbin/mariadbd")
                && !host.isFile("/usr/libexec/mariadbd")
                && host.running().stream().noneMatch(p -> p.name().equals("mariadbd"))
                && host.isFile("/usr/sbin/mysqld")
                && host.glob("/etc/mysql/mariadb*").isEmpty();
    }

    private static Set<String> groups(Grounds host) {
        var groups = new LinkedHashSet<>(List.of("mysqld", "server", "client-server"));
        boolean mysql = isMysql(host);
        if (mysql) {
            groups.remove("client-server");
        } else {
            groups.addAll(List.of("mariadb", "mariadbd", "galera"));
        }
        String version = version(host);
        if (!version.isEmpty()) {
            groups.add("mysqld-" + version);
            if (!mysql) {
                groups.addAll(List.of("mariadb-" + version, "mariadbd-" + version));
            }
        }
        return groups;
    }

    private static String version(Grounds host) {
        for (String server : SERVERS) {
            if (host.isFile(server)) {
                Matcher m = VERSION.matcher(host.ask(List.of(server, "--no-defaults", "--version")));
                return m.find() ? m.group(1) : "";
            }
        }
        return "";
    }

    /** The last one wins. */
    private static Map<String, Setting> winners(List<Setting> settings) {
        var winners = new LinkedHashMap<String, Setting>();
        settings.forEach(s -> winners.put(s.name(), s));
        return winners;
    }

    private static void conflicts(Notes notes, List<Setting> settings, List<String> check) {
        var byName = new LinkedHashMap<String, List<Setting>>();
        settings.forEach(
                s -> byName.computeIfAbsent(s.name(), _ -> new ArrayList<>()).add(s));
        byName.forEach((name, all) -> {
            boolean list = SEVERAL.contains(name) || name.startsWith("replicate_");
            if (!list && all.stream().map(Setting::comparable).distinct().count() > 1) {
                notes.add(conflict(notes, name, all, check));
            }
        });
    }

    private static Finding conflict(Notes notes, String name, List<Setting> all, List<String> check) {
        Setting winner = all.getLast();
        List<Setting> losers = all.stream()
                .filter(s -> !s.comparable().equals(winner.comparable()))
                .toList();
        Setting loser = losers.getLast();
        var evidence = new ArrayList<String>();
        var sites = new ArrayList<Site>();
        var edits = new ArrayList<Edit>();
        losers.forEach(s -> {
            sites.add(s.site());
            edits.addAll(notes.replace(
                            "",
                            s.site(),
                            List.of(),
                            "# overridden in " + winner.site() + ": " + name + " = " + Notes.shown(name, s.value()))
                    .edits());
        });
        sites.add(winner.site());
        all.forEach(s -> evidence.add(s.site() + " [" + s.group() + "] " + name + " = " + Notes.shown(name, s.value())
                + (s.equals(winner) ? ": read last, wins" : losers.contains(s) ? ": loses" : "")));
        return Rules.CONFLICT.finding(
                sites,
                name,
                name + " is set " + all.size() + " times: " + Notes.shown(name, winner.value()) + " of " + winner.site()
                        + " wins, " + Notes.shown(name, loser.value()) + " of " + loser.site() + " has no effect",
                evidence,
                "Whoever edits the losing file changes nothing, and an update that renames a file may turn the order.",
                new Fix("comment out what loses, or change the winner", edits, check));
    }

    private static void exposed(Notes notes, Map<String, Setting> winners, List<String> check) {
        Setting networking = winners.get("skip_networking");
        if (networking != null && networking.comparable().equals("ON")) {
            return;
        }
        Setting bind = winners.get("bind_address");
        List<String> all = List.of("", "*", "0.0.0.0", "::");
        boolean open = bind == null
                || List.of(bind.value().split(",", -1)).stream()
                        .map(String::strip)
                        .anyMatch(all::contains);
        if (!open) {
            return;
        }
        String what = "bind-address = 127.0.0.1";
        notes.add(Rules.EXPOSED.finding(
                bind == null ? List.of() : List.of(bind.site()),
                "bind-address",
                bind == null
                        ? "no file sets bind-address: the server listens on all addresses of the host"
                        : "bind-address = " + Notes.shown(bind.value())
                                + ": the server listens on all addresses of the host",
                List.of("port "
                        + (winners.containsKey("port")
                                ? Notes.shown(winners.get("port").value())
                                : "3306")),
                "Whoever reaches the host can try passwords, and holes of the server, from afar.",
                bind == null
                        ? Fix.byHand("set " + what + " in a group [mysqld], or skip-networking")
                        : notes.replace("set " + what, bind.site(), check, what)));
    }
}
