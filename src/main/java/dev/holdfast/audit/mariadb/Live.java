package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the running server says: its values, and its accounts. */
final class Live {
    /** Plugins that ask for nothing when there is no password. */
    private static final Set<String> BY_PASSWORD = Set.of(
            "", "mysql_native_password", "mysql_old_password", "caching_sha2_password", "sha256_password", "ed25519");

    private final Grounds host;
    private final Notes notes;
    private final Map<String, Setting> winners;

    Live(Grounds host, Notes notes, Map<String, Setting> winners) {
        this.host = host;
        this.notes = notes;
        this.winners = winners;
    }

    void judge() {
        String told = host.told().getOrDefault("mariadb.live.socket", "");
        boolean runs = host.running().stream().anyMatch(MariadbAudit::isServer);
        if (told.isEmpty() && !runs) {
            return;
        }
        Setting socket = winners.get("socket");
        String path = !told.isEmpty() ? told : socket != null ? socket.value() : "/run/mysqld/mysqld.sock";
        String variables = ask(path, "SHOW GLOBAL VARIABLES");
        if (variables.isEmpty()) {
            notes.add(Rules.UNANSWERED.finding(
                    List.of(),
                    path,
                    "the server does not answer at " + Notes.shown(path),
                    List.of(),
                    "What it has in force, and who may come in, is not judged.",
                    Fix.byHand("tell live.socket and live.user, of somebody who may read the table mysql.user")));
            return;
        }
        values(variables);
        accounts(ask(path, "SELECT User, Host, plugin, authentication_string FROM mysql.user"));
    }

    private String ask(String socket, String query) {
        var command = new ArrayList<String>();
        command.add(host.isFile("/usr/bin/mariadb") ? "mariadb" : "mysql");
        command.add("--no-defaults");
        command.add("--socket=" + socket);
        String user = host.told().getOrDefault("mariadb.live.user", "");
        if (!user.isEmpty()) {
            command.add("--user=" + user);
        }
        command.addAll(List.of("-N", "-B", "-e", query));
        return host.ask(command);
    }

    private void values(String answer) {
        var live = new HashMap<String, String>();
        answer.lines().forEach(line -> {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                live.put(line.substring(0, tab), line.substring(tab + 1).strip());
            }
        });
        winners.forEach((name, set) -> {
            String now = live.get(name);
            if (now != null && differ(set.comparable(), Setting.comparable(now))) {
                notes.add(Rules.LIVE.finding(
                        List.of(set.site()),
                        name,
                        name + " is " + shown(now) + " in the running server, where " + set.site() + " says "
                                + Notes.shown(set.value()),
                        List.of(
                                "configured: " + Notes.shown(set.value()) + " in " + set.site(),
                                "live: " + Notes.shown(now)),
                        "The file is not in force: since the server began it was changed, or somebody has set the value"
                                + " by hand; the next restart changes it.",
                        Fix.byHand("restart the server, or SET GLOBAL " + name + ", or mend the file")));
            }
        });
    }

    /** Only numbers and switches: of names and paths the server makes its own. It rounds sizes: 10 % are no difference. */
    private static boolean differ(String configured, String live) {
        long a = number(configured);
        long b = number(live);
        return a >= 0 && b >= 0 && (a > b / 10.0 * 11 || b > a / 10.0 * 11);
    }

    private static long number(String comparable) {
        return switch (comparable) {
            case "ON" -> 1;
            case "OFF" -> 0;
            default -> Setting.number(comparable);
        };
    }

    private static String shown(String live) {
        long number = Setting.number(live);
        return number >= 1 << 20 ? Notes.size(number) : Notes.shown(live);
    }

    /** User, host, plugin, password, with tabs between; roles have no host. */
    private void accounts(String answer) {
        for (String line : answer.lines().toList()) {
            String[] parts = line.split("\t", -1);
            if (parts.length != 4 || parts[1].isEmpty()) {
                continue;
            }
            String account = "'" + Notes.shown(parts[0]) + "'@'" + Notes.shown(parts[1]) + "'";
            boolean open = BY_PASSWORD.contains(parts[2]) && (parts[3].isEmpty() || parts[3].equals("NULL"));
            if (parts[0].isEmpty()) {
                notes.add(Rules.ANONYMOUS.finding(
                        List.of(),
                        account,
                        "there is an account without a name, " + account,
                        List.of("plugin " + parts[2], open ? "it needs no password" : "it has a password"),
                        "Whoever has no account comes in by it, and at its host it goes before accounts of any host.",
                        Fix.byHand("DROP USER " + account + ";")));
            } else if (parts[0].equals("root") && open) {
                notes.add(Rules.ROOT.finding(
                        List.of(),
                        account,
                        "the account " + account + " needs no password",
                        List.of("plugin \"" + parts[2] + "\", no authentication_string"),
                        "Every program at " + Notes.shown(parts[1]) + " can read, change and drop every database.",
                        Fix.byHand("ALTER USER " + account + " IDENTIFIED VIA unix_socket; or give it a password")));
            }
        }
    }
}
